package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.weight.WeightPriors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of weight learns digits with spiking units, in one pass over 12,800 images, and stays useful as a point network. */
class DiscreteWeightsTest {

    private static final int IMAGES = 12_800;

    @Test
    void binaryWeightsLearnDigits() {
        learnsDigits("binary", "binary");
    }

    @ParameterizedTest
    @Tag("long-running-test")
    @CsvSource({"gaussian, gaussian", "binary, gaussian", "ternary, ternary", "spike-slab, spike-slab"})
    void otherWeightsLearnDigits(String hidden, String output) {
        learnsDigits(hidden, output);
    }

    private static void learnsDigits(String hidden, String output) {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .hiddenWeightPrior(WeightPriors.named(hidden))
                .outputWeightPrior(WeightPriors.named(output))
                .build();
        Training training = new Training(RealData.digits(), "mlp:129", 64, options);

        training.passInOrder(IMAGES);

        assertThat(TestFigures.ofClasses(training.network(), training.split()).error())
                .as("test error of moments")
                .isLessThan(0.12);
        assertThat(PlainNetworkErrors.ofPoint(training))
                .as("test error of the point network")
                .isLessThan(0.15);
        assertThat(PlainNetworkErrors.ofDraws(training))
                .as("test error of 20 draws")
                .isLessThan(0.13);
    }

    @ParameterizedTest
    @Tag("long-running-test")
    @CsvSource({"gaussian", "binary"})
    void stochasticUnitsAgreeWithTheirTimeSteps(String prior) {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationBernoulliProbit(0.5))
                .weightPrior(WeightPriors.named(prior))
                .build();
        Training training = new Training(RealData.digits(), "mlp:129", 64, options);

        training.passInOrder(IMAGES);

        assertThat(TestFigures.ofClasses(training.network(), training.split()).error())
                .as("test error of moments")
                .isLessThan(0.13);
        assertThat(PlainNetworkErrors.ofTimeSteps(training, 10))
                .as("test error of point weights in 10 time steps")
                .isLessThan(0.15);
    }
}

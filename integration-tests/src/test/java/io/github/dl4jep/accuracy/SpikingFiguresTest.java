package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.TernaryPrior;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.IActivation;

/**
 * The figures that the project promises for spiking units and discrete weights, on all of MNIST and on two regression sets. Takes
 * several minutes.
 */
@Tag("long-running-test")
class SpikingFiguresTest {

    private static final int BATCH = 128;
    private static final int TIME_STEPS = 25;

    @Test
    void continuousWeightsWithHeavisideUnits() {
        Training training = mnist("mlp:256,256", units(new ActivationHeaviside()));

        pass(training, 1);
        assertErrors(training, 0.03, 0.034);
        pass(training, 3);
        assertErrors(training, 0.0215, 0.025);
    }

    @Test
    void binaryWeightsEverywhere() {
        Training training =
                mnist("mlp:501,501", units(new ActivationHeaviside()).weightPrior(new BinaryPrior()));

        pass(training, 1);
        assertErrors(training, 0.033, 0.038);
        pass(training, 5);
        assertErrors(training, 0.0225, 0.026);
        assertThat(PlainNetworkErrors.ofDraws(training))
                .as("test error of 20 drawn networks")
                .isLessThanOrEqualTo(0.024);
    }

    @Test
    void ternaryWeightsEverywhere() {
        Training training =
                mnist("mlp:501,501", units(new ActivationHeaviside()).weightPrior(new TernaryPrior()));

        pass(training, 1);
        assertThat(momentsError(training)).as("test error after one pass").isLessThanOrEqualTo(0.031);
        pass(training, 2);
        assertErrors(training, 0.0245, 0.028);
    }

    @Test
    void stochasticUnits() {
        Training training = mnist("mlp:256,256", units(new ActivationBernoulliSigmoid()));

        pass(training, 1);
        assertThat(momentsError(training)).as("test error after one pass").isLessThanOrEqualTo(0.046);
        pass(training, 1);
        double moments = momentsError(training);
        assertThat(moments).as("test error after two passes").isLessThanOrEqualTo(0.036);
        assertThat(PlainNetworkErrors.ofTimeSteps(training, TIME_STEPS))
                .as("test error of mean weights in %s time steps", TIME_STEPS)
                .isCloseTo(moments, within(0.003));
    }

    @ParameterizedTest
    @CsvSource({"concrete, 6.2", "energy, 2.0"})
    void regressionWithHeavisideUnits(String name, double largestError) {
        DataSource source = RealData.uci(name);
        double error = 0;
        for (int i = 0; i < source.splitCount(); i++) {
            Training training = new Training(
                    source.split(i),
                    "mlp:50",
                    32,
                    units(new ActivationHeaviside()).build());
            pass(training, 40);
            error += TestFigures.ofNumbers(training.network(), training.split()).rmse() / source.splitCount();
        }

        assertThat(error).as("root mean squared error").isLessThanOrEqualTo(largestError);
    }

    private static EpOptions.Builder units(IActivation unit) {
        return EpOptions.builder().hiddenActivation(unit);
    }

    private static Training mnist(String definition, EpOptions.Builder options) {
        return new Training(RealData.digits(), definition, BATCH, options.build());
    }

    private static void pass(Training training, int passes) {
        for (int pass = 0; pass < passes; pass++) {
            training.pass();
        }
    }

    private static double momentsError(Training training) {
        return TestFigures.ofClasses(training.network(), training.split()).error();
    }

    private static void assertErrors(Training training, double ofMoments, double ofPoint) {
        int batches = training.network().getIterationCount();
        assertThat(momentsError(training))
                .as("test error of moments after %s batches", batches)
                .isLessThanOrEqualTo(ofMoments);
        assertThat(PlainNetworkErrors.ofPoint(training))
                .as("test error of the point network after %s batches", batches)
                .isLessThanOrEqualTo(ofPoint);
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.spike.RateCode;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SampleNetworkTest {

    private static final double FLOAT_ROUNDING = 1e-5;

    private final EpMultiLayerNetwork classifier = EpNetworks.from(ToyNetworks.classifier());
    private final EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());

    @BeforeAll
    void train() {
        classifier.fit(ToyData.batches(ToyData.threeClasses(300, 1), 30), 2);
        regressor.fit(ToyData.batches(ToyData.line(300, 1, 100, 50), 30), 10);
    }

    @Test
    void isAPlainNetworkNearThePoint() {
        MultiLayerNetwork point = classifier.toPointNetwork();

        MultiLayerNetwork draw = classifier.sample(1);

        assertThat(draw.getClass()).isEqualTo(MultiLayerNetwork.class);
        assertThat(draw.getLayer(0).conf().getLayer().getClass()).isEqualTo(DenseLayer.class);
        assertThat(draw.getLayer(1).conf().getLayer().getClass()).isEqualTo(OutputLayer.class);
        assertThat(draw.getLayerWiseConfigurations()).isEqualTo(point.getLayerWiseConfigurations());
        assertThat(draw.params()).isNotEqualTo(point.params());
        assertThat(draw.params().distance2(point.params()))
                .isLessThan(2 * point.params().norm2Number().doubleValue());
    }

    @Test
    void aSeedRepeatsTheDrawAndNd4jsGeneratorGoesOn() {
        Nd4j.getRandom().setSeed(5);
        INDArray expected = Nd4j.randn(3, 3);
        Nd4j.getRandom().setSeed(5);

        MultiLayerNetwork first = classifier.sample(1);
        classifier.toPointNetwork();
        classifier.ensemble(3, 2);

        assertThat(Nd4j.randn(3, 3)).isEqualTo(expected);
        assertThat(classifier.sample(1).params()).isEqualTo(first.params());
        assertThat(classifier.sample(2).params()).isNotEqualTo(first.params());
    }

    @Test
    void drawsHaveTheMomentsOfThePosterior() {
        int draws = 400;
        INDArray x = ToyData.normal(10, 3);
        for (EpMultiLayerNetwork network : List.of(classifier, regressor)) {
            PosteriorEnsemble ensemble = network.ensemble(draws, 3);
            Nd4j.getRandom().setSeed(8);
            Prediction samples = network.predictor().predictFromSamples(x, draws);
            INDArray spread = ensemble.spread(x);

            // A point network's potentials are those of the posterior times a factor: compare without it.
            INDArray deviation = Transforms.sqrt(samples.epistemicVariance(), true);
            INDArray factor = spread.div(deviation).mean(0);
            INDArray ratio = spread.div(deviation).diviRowVector(factor);
            assertThat(ratio.subi(1).amaxNumber().doubleValue())
                    .as("deviations from %s draws are exact to 4 %%, ten rows of them to 15 %%", draws)
                    .isLessThan(0.2);
            if (network == regressor) {
                INDArray error = ensemble.potentials(x).sub(samples.mean()).divi(deviation);
                assertThat(error.amaxNumber().doubleValue()).isLessThan(4 * Math.sqrt(2.0 / draws));
                assertThat(factor.getDouble(0)).isCloseTo(1, within(0.1));
            }
        }
    }

    @Test
    void anEnsembleAveragesPotentials() {
        INDArray x = ToyData.normal(20, 3);

        PosteriorEnsemble ensemble = classifier.ensemble(5, 3);

        INDArray samples = ensemble.samples(x);
        assertThat(samples.shape()).containsExactly(5, 20, 3);
        assertThat(ensemble.networks()).hasSize(5);
        assertSame(ensemble.potentials(x), samples.mean(0));
        assertSame(ensemble.output(x), Transforms.softmax(samples.mean(0), true));
        assertSame(ensemble.spread(x), samples.std(0));
        assertThat(ensemble.networks().get(0).params())
                .isEqualTo(classifier.sample(3).params());
        assertThat(ensemble.networks().get(1).params())
                .isNotEqualTo(ensemble.networks().get(0).params());
    }

    @Test
    void anEnsembleRunsAsToldTo() {
        INDArray x = Nd4j.rand(4, 3);
        PosteriorEnsemble ensemble = regressor.ensemble(2, 3);

        Nd4j.getRandom().setSeed(1);
        INDArray coded =
                ensemble.running(run -> run.timeSteps(3).code(new RateCode())).potentials(x);

        assertThat(coded).isNotEqualTo(ensemble.potentials(x));
        assertThat(coded.shape()).containsExactly(4, 1);
    }

    @Test
    void fewerThanOneNetworkIsAnError() {
        assertThatThrownBy(() -> classifier.ensemble(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of networks is 0, allowed: 1 and more");
        assertThatThrownBy(() -> PosteriorEnsemble.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of networks is 0, allowed: 1 and more");
        assertThatThrownBy(() -> classifier.ensemble(1, 1).spread(ToyData.normal(2, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the spread of 1 network is not defined, allowed: 2 networks and more");
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double size = Math.max(1, expected.amaxNumber().doubleValue());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(FLOAT_ROUNDING * size));
    }
}

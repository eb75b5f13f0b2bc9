package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EpPredictorTest {

    private static final double ROUNDING = 1e-5;

    private final EpMultiLayerNetwork classifier = EpNetworks.from(ToyNetworks.classifier());
    private final EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());

    @BeforeAll
    void train() {
        classifier.fit(ToyData.batches(ToyData.threeClasses(300, 1), 30), 2);
        regressor.fit(ToyData.batches(ToyData.line(300, 1, 100, 50), 30), 10);
    }

    @Test
    void manyRowsAreThePartsPutTogether() {
        for (EpMultiLayerNetwork network : new EpMultiLayerNetwork[] {classifier, regressor}) {
            INDArray x = ToyData.normal(2500, 4);
            EpPredictor predictor = network.predictor();

            Prediction whole = predictor.predict(x);

            assertThat(whole.mean().size(0)).isEqualTo(2500);
            assertThat(whole.isClassification()).isEqualTo(network == classifier);
            for (int start : new int[] {0, 1000, 1020, 2400}) {
                Prediction part =
                        predictor.predict(x.get(NDArrayIndex.interval(start, start + 100), NDArrayIndex.all()));
                assertSame(rows(whole.mean(), start), part.mean());
                assertSame(rows(whole.variance(), start), part.variance());
                assertSame(rows(whole.entropy(), start), part.entropy());
                assertSame(rows(whole.output(), start), part.output());
            }
        }
    }

    private static INDArray rows(INDArray array, int start) {
        return array.get(NDArrayIndex.interval(start, start + 100), NDArrayIndex.all());
    }

    @Test
    void varianceIsTheSumOfItsParts() {
        Prediction prediction = regressor.predictor().predict(ToyData.normal(50, 3));

        assertThat(prediction.epistemicVariance().minNumber().doubleValue()).isPositive();
        assertThat(prediction.aleatoricVariance().minNumber().doubleValue()).isPositive();
        assertThat(prediction.variance())
                .isEqualTo(prediction.epistemicVariance().add(prediction.aleatoricVariance()));
    }

    @Test
    void ignoranceGrowsAwayFromTheData() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(1)
                        .nOut(20)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(20)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        INDArray x = ToyData.normal(400, 1).getColumn(0, true).dup();
        INDArray y = org.nd4j.linalg.ops.transforms.Transforms.sin(x.mul(2), true);
        network.fit(ToyData.batches(new DataSet(x, y), 40), 20);

        Prediction prediction =
                network.predictor().predict(Nd4j.createFromArray(new float[][] {{0}, {3}, {6}, {12}, {-6}, {-12}}));

        double[] variance = prediction.epistemicVariance().getColumn(0).toDoubleVector();
        assertThat(variance[1]).isGreaterThan(variance[0]);
        assertThat(variance[2]).isGreaterThan(2 * variance[0]);
        assertThat(variance[3]).isGreaterThan(2 * variance[2]);
        assertThat(variance[4]).isGreaterThan(2 * variance[0]);
        assertThat(variance[5]).isGreaterThan(2 * variance[4]);
        double[] noise = prediction.aleatoricVariance().getColumn(0).toDoubleVector();
        assertThat(noise).containsOnly(noise[0]);
    }

    @Test
    void entropyIsThatOfThePrediction() {
        INDArray x = ToyData.normal(40, 3);
        Prediction classes = classifier.predictor().predict(x);
        Prediction numbers = regressor.predictor().predict(x);

        assertThat(classes.entropy().shape()).containsExactly(40, 1);
        for (int n = 0; n < 40; n++) {
            double expected = 0;
            for (int c = 0; c < 3; c++) {
                double p = classes.probabilities().getDouble(n, c);
                expected -= p * Math.log(p);
            }
            assertThat(classes.entropy().getDouble(n)).isCloseTo(expected, within(ROUNDING));
            double variance = numbers.variance().getDouble(n);
            assertThat(numbers.entropy().getDouble(n))
                    .isCloseTo(0.5 * Math.log(2 * Math.PI * Math.E * variance), within(ROUNDING));
        }
        assertThat(classes.entropy().maxNumber().doubleValue()).isLessThan(Math.log(3) + ROUNDING);
    }

    @Test
    void drawsHaveTheMomentsMean() {
        INDArray x = ToyData.normal(10, 3);
        Nd4j.getRandom().setSeed(11);
        int draws = 400;

        INDArray samples = classifier.predictor().sample(x, draws);

        assertThat(samples.shape()).containsExactly(draws, 10, 3);
        Prediction prediction = classifier.predictor().predict(x);
        INDArray mean = samples.mean(0);
        INDArray deviation = samples.std(0);
        for (int n = 0; n < 10; n++) {
            for (int c = 0; c < 3; c++) {
                double error = deviation.getDouble(n, c) / Math.sqrt(draws);
                assertThat(mean.getDouble(n, c)).isCloseTo(prediction.mean().getDouble(n, c), within(5 * error + 0.02));
                // Moments leave out what units share; draws do not.
                assertThat(deviation.getDouble(n, c))
                        .isCloseTo(
                                Math.sqrt(prediction.epistemicVariance().getDouble(n, c)),
                                within(0.3 * deviation.getDouble(n, c)));
            }
        }
    }

    @Test
    void predictionsFromSamplesAreThoseOfTheSamples() {
        INDArray x = ToyData.normal(10, 3);
        int draws = 6;
        Nd4j.getRandom().setSeed(11);
        INDArray samples = classifier.predictor().sample(x, draws);
        Nd4j.getRandom().setSeed(11);

        Prediction prediction = classifier.predictor().predictFromSamples(x, draws);

        assertSame(prediction.mean(), samples.mean(0));
        assertSame(prediction.epistemicVariance(), samples.var(0));
        assertSame(prediction.probabilities().sum(1), Nd4j.ones(10));
        assertThatThrownBy(() -> classifier.predictor().predictFromSamples(x, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of draws is 1, allowed: 2 and more, because one has no variance");
    }

    @Test
    void predictionsFromManySamplesAreNearTheMoments() {
        INDArray x = ToyData.normal(10, 3);
        for (EpMultiLayerNetwork network : new EpMultiLayerNetwork[] {classifier, regressor}) {
            Nd4j.getRandom().setSeed(11);

            Prediction samples = network.predictor().predictFromSamples(x, 400);

            Prediction moments = network.predictor().predict(x);
            INDArray difference = samples.output().sub(moments.output());
            double unit = network == classifier
                    ? 1
                    : Math.sqrt(moments.variance().meanNumber().doubleValue());
            assertThat(difference.amaxNumber().doubleValue() / unit).isLessThan(0.1);
        }
    }

    @Test
    void aSeedRepeatsTheDraws() {
        INDArray x = ToyData.normal(10, 3);
        Nd4j.getRandom().setSeed(11);
        INDArray first = classifier.predictor().sample(x, 3);
        INDArray second = classifier.predictor().sample(x, 3);
        Nd4j.getRandom().setSeed(11);

        assertThat(classifier.predictor().sample(x, 3)).isEqualTo(first).isNotEqualTo(second);
    }

    @Test
    void noDrawsAreAnError() {
        assertThatThrownBy(() -> classifier.predictor().sample(ToyData.normal(2, 1), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of draws is 0, allowed: 1 and more");
    }

    @Test
    void aRegressionHasNoProbabilities() {
        Prediction prediction = regressor.predictor().predict(ToyData.normal(2, 1));

        assertThatThrownBy(prediction::probabilities)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a regression has no class probabilities; use mean() and variance()");
    }

    @Test
    void predictionsDoNotChangeTheNetworkOrTheFeatures() {
        INDArray x = ToyData.normal(20, 3);
        INDArray copy = x.dup();
        INDArray before = classifier.params().dup();

        classifier.predictor().predict(x);
        classifier.predictor().sample(x, 2);
        classifier.feedForward(x);

        assertThat(x).isEqualTo(copy);
        assertThat(classifier.params()).isEqualTo(before);
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        INDArray difference = actual.castTo(DataType.DOUBLE).sub(expected.castTo(DataType.DOUBLE));
        double size = 1 + expected.amaxNumber().doubleValue();
        assertThat(difference.amaxNumber().doubleValue() / size).isCloseTo(0, within(ROUNDING));
    }
}

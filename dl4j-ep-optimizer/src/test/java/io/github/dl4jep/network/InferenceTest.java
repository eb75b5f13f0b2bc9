package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.classification.ROC;
import org.nd4j.evaluation.classification.ROCMultiClass;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

/** DL4J's ways to predict, evaluate and score. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InferenceTest {

    private static final double ROUNDING = 1e-6;

    private final DataSet train = ToyData.threeClasses(300, 1);
    private final DataSet test = ToyData.threeClasses(100, 2);
    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

    @BeforeAll
    void train() {
        network.fit(ToyData.batches(train, 30), 2);
    }

    @Test
    void outputGivesProbabilities() {
        INDArray output = network.output(test.getFeatures());

        assertThat(output.shape()).containsExactly(100, 3);
        assertThat(output.minNumber().doubleValue()).isPositive();
        for (double sum : output.sum(1).toDoubleVector()) {
            assertThat(sum).isCloseTo(1, within(ROUNDING));
        }
    }

    @Test
    void everyOutputIsThePredictorsOne() {
        INDArray x = test.getFeatures();
        INDArray expected = network.predictor().predict(x).probabilities();
        INDArray mask = Nd4j.ones(100, 1);

        assertThat(network.output(x)).isEqualTo(expected);
        assertThat(network.output(x, true)).isEqualTo(expected);
        assertThat(network.output(x, false, mask, mask)).isEqualTo(expected);
        assertSame(network.output(ToyData.batches(test, 30)), expected);
        assertThat(network.feedForward(x)).last().isEqualTo(expected);
    }

    @Test
    void oneRowIsPredictedLikeItsBatch() {
        INDArray expected = network.output(test.getFeatures()).getRow(7, true);

        assertSame(network.output(test.getFeatures().getRow(7, true)), expected);
    }

    /** An activation that EP integrates by quadrature, and counts. */
    public static final class CountedTanh extends ActivationTanH {
        private static final AtomicInteger CALLS = new AtomicInteger();

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            CALLS.incrementAndGet();
            return super.getActivation(in, training);
        }
    }

    private static int calls(Runnable run) {
        int before = CountedTanh.CALLS.get();
        run.run();
        return CountedTanh.CALLS.get() - before;
    }

    @Test
    void feedForwardIsOnePass() {
        EpMultiLayerNetwork counted = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().hiddenActivation(new CountedTanh()).build());
        INDArray x = test.getFeatures();
        int one = calls(() -> counted.output(x));

        assertThat(one).isPositive();
        assertThat(calls(() -> counted.feedForward(x))).isEqualTo(one);
        assertThat(counted.feedForward(x)).last().isEqualTo(counted.output(x));
    }

    @Test
    void feedForwardGivesMeanActivations() {
        List<INDArray> activations = network.feedForward(test.getFeatures());

        assertThat(activations).hasSize(3);
        assertThat(activations.get(0)).isEqualTo(test.getFeatures());
        assertThat(activations.get(1).shape()).containsExactly(100, ToyNetworks.HIDDEN);
        // The mean of a rectified Gaussian is positive, however far its input is below zero.
        assertThat(activations.get(1).minNumber().doubleValue()).isGreaterThan(-ROUNDING);
        assertThat(network.feedForwardToLayer(0, test.getFeatures())).hasSize(2);
    }

    @Test
    void predictGivesTheMostProbableClass() {
        INDArray output = network.output(test.getFeatures());

        assertThat(network.predict(test.getFeatures()))
                .containsExactly(output.argMax(1).toIntVector());
    }

    @Test
    void evaluateCountsPredictions() {
        int correct = 0;
        int[] predicted = network.predict(test.getFeatures());
        int[] labels = test.getLabels().argMax(1).toIntVector();
        for (int n = 0; n < predicted.length; n++) {
            correct += predicted[n] == labels[n] ? 1 : 0;
        }

        Evaluation evaluation = network.evaluate(ToyData.batches(test, 30));

        assertThat(evaluation.accuracy())
                .isCloseTo(correct / 100.0, within(1e-9))
                .isGreaterThan(0.95);
    }

    @Test
    void rocOfAGoodClassifierIsGood() {
        ROCMultiClass roc = network.evaluateROCMultiClass(ToyData.batches(test, 30), 0);

        assertThat(roc.calculateAverageAUC()).isGreaterThan(0.98);
    }

    @Test
    void rocOfOneBinaryOutput() {
        MultiLayerConfiguration definition = ToyNetworks.of(new LossBinaryXENT(), Activation.SIGMOID, 1);
        EpMultiLayerNetwork binary = EpNetworks.from(definition);
        binary.fit(ToyData.batches(firstSign(400, 1), 40), 3);

        ROC roc = binary.evaluateROC(ToyData.batches(firstSign(200, 2), 50), 0);

        assertThat(roc.calculateAUC()).isGreaterThan(0.95);
    }

    private static DataSet firstSign(int rows, long seed) {
        DataSet both = ToyData.twoSigns(rows, seed);
        return new DataSet(
                both.getFeatures(), both.getLabels().getColumn(0, true).dup());
    }

    @Test
    void regressionIsEvaluatedInTheUnitsOfItsLabels() {
        EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());
        regressor.fit(ToyData.batches(ToyData.line(400, 1, 300, 50), 40), 10);
        DataSet line = ToyData.line(200, 2, 300, 50);

        RegressionEvaluation evaluation = regressor.evaluateRegression(ToyData.batches(line, 50));

        double relative = ToyData.relativeError(regressor.output(line.getFeatures()), line.getLabels());
        double deviation = line.getLabels().stdNumber(false).doubleValue();
        assertThat(evaluation.rootMeanSquaredError(0)).isCloseTo(relative * deviation, within(0.01));
        assertThat(relative).isLessThan(0.3);
    }

    @Test
    void scoreIsTheMeanNegativeLogProbabilityOfTheLabels() {
        INDArray logs = org.nd4j.linalg.ops.transforms.Transforms.log(network.output(test.getFeatures()), true);
        double expected = -logs.mul(test.getLabels()).sumNumber().doubleValue() / test.numExamples();

        assertThat(network.score(test)).isCloseTo(expected, within(1e-5));
        assertThat(network.score(test, true)).isCloseTo(expected, within(1e-5));
        INDArray each = network.scoreExamples(test, false);
        assertThat(each.shape()).containsExactly(100, 1);
        assertThat(each.meanNumber().doubleValue()).isCloseTo(expected, within(1e-5));
        assertThat(network.scoreExamples(ToyData.batches(test, 30), true).length())
                .isEqualTo(100);
    }

    @Test
    void scoreOfARegressionIsTheMeanNegativeLogDensity() {
        EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());
        regressor.fit(ToyData.batches(ToyData.line(400, 1, 300, 50), 40), 10);
        DataSet line = ToyData.line(200, 2, 300, 50);
        io.github.dl4jep.likelihood.Prediction prediction =
                regressor.predictor().predict(line.getFeatures());
        double sum = 0;
        for (int n = 0; n < 200; n++) {
            double v = prediction.variance().getDouble(n);
            double residual = line.getLabels().getDouble(n) - prediction.mean().getDouble(n);
            sum += 0.5 * (Math.log(2 * Math.PI * v) + residual * residual / v);
        }

        assertThat(regressor.score(line)).isCloseTo(sum / 200, within(1e-3));
    }

    @Test
    void scoreOfTheFirstBatchIsThatBeforeLearning() {
        EpMultiLayerNetwork fresh = EpNetworks.from(ToyNetworks.classifier());
        double before = fresh.score(test);

        fresh.fit(test);

        assertThat(fresh.score()).isCloseTo(before, within(1e-5));
        assertThat(fresh.score(test)).isLessThan(before);
    }

    @Test
    void scoreOfLaterBatchesIsThatBeforeLearning() {
        // Predictions use the averaged means; averaged over one batch they are the means that training uses.
        EpMultiLayerNetwork fresh = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().averagingBatches(1).build());
        fresh.fit(ToyData.batches(train, 30));
        double before = fresh.score(test);

        fresh.fit(test);

        assertThat(fresh.score()).isCloseTo(before, within(1e-4));
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(ROUNDING));
    }
}

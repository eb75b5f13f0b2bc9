package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class GaussianLikelihoodTest extends LikelihoodContractTest {

    private static final LearningPhase FIRST = new LearningPhase(1, true, 1);
    private static final LearningPhase LATER = new LearningPhase(40, false, 10);

    /** As after some labels: before, there is no scale of labels yet. */
    @Override
    @BeforeEach
    void initialise() {
        super.initialise();
        INDArray scaling = parameters.get(TargetScaling.NAME);
        for (int c = 0; c < OUTPUTS; c++) {
            scaling.putScalar(c, 5);
            scaling.putScalar(OUTPUTS + c, 0.1 * c);
            scaling.putScalar(2 * OUTPUTS + c, 1.5);
        }
    }

    @Override
    Likelihood likelihood() {
        return new GaussianLikelihood(0.6, true);
    }

    @Override
    Likelihood other() {
        return new GaussianLikelihood(0.6, false);
    }

    @Override
    INDArray labels(int rows) {
        return Arrays2d.uniform(random, rows, OUTPUTS, -2, 2);
    }

    @Override
    double lossOfEntry(Prediction prediction, double label, int row, int column) {
        double variance = prediction.variance().getDouble(row, column);
        double residual = label - prediction.mean().getDouble(row, column);
        return 0.5 * (Math.log(2 * Math.PI * variance) + residual * residual / variance);
    }

    /** Labels of any size: scaled once, and everything that is reported is back in their units. */
    @ParameterizedTest
    @CsvSource({"0, 1e6", "0, 1e-6", "1e6, 1", "1e6, 1e3", "-5e-5, 1e-6", "300, 0.5"})
    void labelsOfAnySize(double offset, double scale) {
        INDArray standard = Arrays2d.uniform(random, 50, 2, -1, 1);
        INDArray labels = standard.mul(scale).addi(offset);
        Moments potentials = new Moments(Arrays2d.uniform(random, 50, 2, -1, 1), Arrays2d.filled(50, 2, 0.3));
        Map<String, INDArray> parameters = parametersOf(likelihood(), 2);
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(potentials, io.github.dl4jep.message.BatchCovariance.none()), labels, null, null);
        INDArray firstLoss = likelihood().negativeLogLikelihood(batch, parameters);
        Likelihood.Update update = likelihood().update(batch, parameters);
        assertThat(update.message().shift().amaxNumber().doubleValue()).isLessThan(10);
        learned(likelihood(), update, parameters, FIRST)
                .forEach((name, value) -> parameters.get(name).assign(value));
        assertThat(Arrays2d.worstDifference(likelihood().negativeLogLikelihood(batch, parameters), firstLoss))
                .as("the first batch is scored as it will be scored afterwards")
                .isLessThan(1e-9);
        Prediction prediction = likelihood().predict(potentials, parameters);
        for (int c = 0; c < 2; c++) {
            double[] y = labels.getColumn(c).toDoubleVector();
            double mean = java.util.Arrays.stream(y).average().orElseThrow();
            double variance = java.util.Arrays.stream(y)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            double w = potentials.mean().getDouble(3, c);
            assertThat(prediction.mean().getDouble(3, c))
                    .isCloseTo(mean + w * Math.sqrt(variance), within(1e-9 * Math.abs(offset) + 1e-3 * scale));
            // Sums of squares of labels around 1e6 of deviation 1 keep two digits.
            assertThat(prediction.epistemicVariance().getDouble(3, c) / variance)
                    .isCloseTo(0.3, within(3e-3));
            assertThat(prediction.aleatoricVariance().getDouble(3, c) / variance)
                    .isCloseTo(0.6, within(5e-3));
        }
        INDArray loss = likelihood().negativeLogLikelihood(batch, parameters);
        for (int n = 0; n < 50; n++) {
            double expected = 0;
            for (int c = 0; c < 2; c++) {
                expected += lossOfEntry(prediction, labels.getDouble(n, c), n, c);
            }
            assertThat(loss.getDouble(n)).isCloseTo(expected, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e6, -1e-6, 0, 2})
    void constantLabelsTrain(double constant) {
        INDArray labels = Arrays2d.filled(10, OUTPUTS, constant);
        Map<String, INDArray> parameters = parametersOf(likelihood(), OUTPUTS);
        OutputBatch batch = batch(10, org.nd4j.linalg.api.buffer.DataType.DOUBLE, null);
        OutputBatch constantBatch = new OutputBatch(batch.forward(), labels, null, null);
        Likelihood.Update update = likelihood().update(constantBatch, parameters);
        assertThat(update.message().shift().sumNumber().doubleValue()).isFinite();
        assertThat(learned(likelihood(), update, parameters, FIRST)
                        .get(TargetScaling.NAME)
                        .getDouble(0))
                .isEqualTo(10);
    }

    @Test
    void withANoiseInUnitsOfTheLabelItIsTakenAsItIs() {
        OutputBatch batch = batch(10, org.nd4j.linalg.api.buffer.DataType.DOUBLE, null);
        Map<String, INDArray> parameters = parametersOf(other(), OUTPUTS);
        assertThat(other().update(batch, parameters).statistics()).isEmpty();
        assertThat(other().pointScale(parameters).factor().toDoubleVector()).containsOnly(1);
        assertThat(other().pointScale(parameters).offset().toDoubleVector()).containsOnly(0);
    }

    /** Mean and deviation of all labels so far, whatever the batches. */
    @ParameterizedTest
    @CsvSource({"0, 1", "25, 0.02", "1000, 0.001", "-1e6, 300"})
    void scalingSettlesOverBatches(double place, double size) {
        INDArray labels = Arrays2d.uniform(random, 60, 2, -1, 1).muli(size).addi(place);
        Map<String, INDArray> parameters = parametersOf(likelihood(), 2);
        for (int from : new int[] {0, 1, 20}) {
            int to = from == 0 ? 1 : from == 1 ? 20 : 60;
            INDArray part = labels.get(
                            org.nd4j.linalg.indexing.NDArrayIndex.interval(from, to),
                            org.nd4j.linalg.indexing.NDArrayIndex.all())
                    .dup();
            INDArray ones = Arrays2d.filled(to - from, 2, 1);
            parameters
                    .get(TargetScaling.NAME)
                    .assign(Rows.row(TargetScaling.learn(
                            Rows.flat(parameters.get(TargetScaling.NAME)),
                            TargetScaling.statistic(TargetScaling.of(parameters).offset(), part, ones),
                            true)));
        }
        TargetScaling scaling = TargetScaling.of(parameters);
        INDArray standard = scaling.standardise(labels);
        for (int c = 0; c < 2; c++) {
            assertThat(standard.getColumn(c).meanNumber().doubleValue()).isCloseTo(0, within(1e-5));
            assertThat(standard.getColumn(c).norm2Number().doubleValue()).isCloseTo(Math.sqrt(60), within(1e-4));
        }
    }

    @Test
    void scalingLooksAtWhatIsObserved() {
        INDArray labels = Arrays2d.of(new double[] {100}, new double[] {200}, new double[] {1e9});
        INDArray importance = Arrays2d.of(new double[] {1}, new double[] {2}, new double[] {0});
        TargetScaling scaling = TargetScaling.ofLabels(labels, importance);
        assertThat(scaling.offset().getDouble(0)).isEqualTo(150);
        assertThat(scaling.scale().getDouble(0)).isEqualTo(50);
        assertThat(scaling.standardise(labels).getDouble(0)).isEqualTo(-1);
    }

    @Test
    void scalingStaysAfterTheFirstPass() {
        Map<String, INDArray> parameters = parametersOf(likelihood(), OUTPUTS);
        parameters.get(TargetScaling.NAME).assign(3);
        OutputBatch batch = batch(10, org.nd4j.linalg.api.buffer.DataType.DOUBLE, null);
        OutputBatch large = new OutputBatch(batch.forward(), batch.labels().mul(1e6), null, null);
        Likelihood.Update update = likelihood().update(large, parameters);
        TargetScaling before = TargetScaling.of(parameters);
        assertThat(TargetScaling.of(learned(likelihood(), update, parameters, FIRST)))
                .isNotEqualTo(before);
        Map<String, INDArray> settled = learned(likelihood(), update, parameters, LATER);
        assertThat(TargetScaling.of(settled)).isEqualTo(before);
        // From then on no batch is measured by its own labels.
        settled.forEach((name, value) -> parameters.get(name).assign(value));
        assertThat(likelihood().update(large, parameters).statistics()).doesNotContainKey(TargetScaling.NAME);
        assertThat(TargetScaling.with(
                        parameters,
                        TargetScaling.statistic(
                                before.offset(),
                                large.labels(),
                                large.labels().mul(0).addi(1))))
                .isEqualTo(before);
    }

    /** One in four of what withheld examples show, less their variance; two examples without noise are added. */
    @Test
    void withheldExamplesGiveTheNoiseAFloor() {
        Map<String, INDArray> parameters = parametersOf(likelihood(), 1);
        INDArray residual = Arrays2d.of(new double[] {3}, new double[] {-1}, new double[] {100});
        INDArray variance = Arrays2d.of(new double[] {2}, new double[] {2}, new double[] {100});
        INDArray importance = Arrays2d.of(new double[] {1}, new double[] {1}, new double[] {0});
        parameters
                .get(NoiseLearning.WITHHELD)
                .assign(Rows.row(NoiseLearning.nextWithheld(
                        Rows.flat(parameters.get(NoiseLearning.WITHHELD)),
                        NoiseLearning.withheldStatistic(residual, variance, importance),
                        FIRST)));
        assertThat(NoiseLearning.withheldFloor(parameters)[0]).isCloseTo((10 - 4) / 4.0 / 4, within(1e-12));
    }

    @Test
    void noiseIsHeldDuringTheFirstPassAndIfItIsNotToBeLearned() {
        OutputBatch batch = batch(10, org.nd4j.linalg.api.buffer.DataType.DOUBLE, null);
        Map<String, INDArray> parameters = parametersOf(likelihood(), OUTPUTS);
        Likelihood.Update update = likelihood().update(batch, parameters);
        INDArray before = parameters.get(GaussianLikelihood.NOISE);
        assertThat(learned(likelihood(), update, parameters, FIRST).get(GaussianLikelihood.NOISE))
                .isEqualTo(before);
        assertThat(learned(likelihood(), update, parameters, LATER).get(GaussianLikelihood.NOISE))
                .isNotEqualTo(before);
        assertThat(other().update(batch, parameters).statistics()).doesNotContainKey(GaussianLikelihood.NOISE);
    }

    @Test
    void entropyIsThatOfTheNormalDensity() {
        Moments potentials = new Moments(Arrays2d.filled(1, OUTPUTS, 0.2), Arrays2d.filled(1, OUTPUTS, 0.4));
        Prediction prediction = likelihood().predict(potentials, parametersOf(likelihood(), OUTPUTS));
        assertThat(prediction.entropy().getDouble(0))
                .isCloseTo(OUTPUTS * 0.5 * Math.log(2 * Math.PI * Math.E * 1.0), within(1e-9));
        assertThatThrownBy(prediction::probabilities)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a regression has no class probabilities; use mean() and variance()");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void noiseMustBePositive(double noise) {
        assertThatThrownBy(() -> new GaussianLikelihood(noise, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("initialNoise is " + noise + ", allowed are positive finite numbers");
    }

    /** Independent examples: a Gaussian observation takes each potential to w + V e / (V + R). */
    @Test
    void expectsThePosteriorMeansOfThePotentialsAndLongStepsOnceTheNoiseIsLearned() {
        GaussianLikelihood likelihood = new GaussianLikelihood();
        Map<String, INDArray> parameters = parametersOf(likelihood, 2);
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(
                        new Moments(Arrays2d.uniform(random, 20, 2, -1, 1), Arrays2d.filled(20, 2, 0.3)),
                        io.github.dl4jep.message.BatchCovariance.none()),
                Arrays2d.uniform(random, 20, 2, -1, 1),
                Arrays2d.filled(20, 2, 1).putScalar(3, 1, 0),
                null);
        assertThat(likelihood.hasLongSteps(parameters)).as("while R is held").isFalse();
        parameters
                .get(TargetScaling.NAME)
                .assign(org.nd4j.linalg.factory.Nd4j.createFromArray(new double[][] {{1e9, 1e9, 0, 0, 1, 1}}));
        parameters.get(GaussianLikelihood.NOISE).putScalar(1, 0.1);
        assertThat(likelihood.hasLongSteps(parameters)).isTrue();
        INDArray expected = likelihood.update(batch, parameters).expected();
        for (int n = 0; n < 20; n++) {
            for (int c = 0; c < 2; c++) {
                double w = batch.mean().getDouble(n, c);
                double y = batch.doubleLabels().getDouble(n, c);
                double noise = c == 0 ? 1 : 0.1;
                boolean observed = n != 3 || c != 1;
                assertThat(expected.getDouble(n, c))
                        .isCloseTo(w + (observed ? 0.3 * (y - w) / (0.3 + noise) : 0), within(1e-6));
            }
        }
    }

    @Test
    void stepsWithAKnownNoiseAreNotChecked() {
        assertThat(new GaussianLikelihood(0.01, false).parameterLengths(1)).doesNotContainKey("priorFactor");
        assertThat(new GaussianLikelihood(0.01, true).parameterLengths(1)).containsEntry("priorFactor", 1);
    }
}

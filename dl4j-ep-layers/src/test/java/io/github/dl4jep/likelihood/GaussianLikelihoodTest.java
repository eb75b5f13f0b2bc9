package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class GaussianLikelihoodTest extends LikelihoodContractTest {

    private static final LearningPhase FIRST = new LearningPhase(1, true, 1);
    private static final LearningPhase LATER = new LearningPhase(40, false, 10);

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
                    .isCloseTo(mean + w * Math.sqrt(variance), within(1e-9 * (Math.abs(offset) + scale)));
            assertThat(prediction.epistemicVariance().getDouble(3, c) / variance)
                    .isCloseTo(0.3, within(1e-6));
            assertThat(prediction.aleatoricVariance().getDouble(3, c) / variance)
                    .isCloseTo(0.6, within(1e-6));
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
                        .get(GaussianLikelihood.SCALE)
                        .minNumber()
                        .doubleValue())
                .isPositive();
    }

    @Test
    void labelsOfOrdinarySizeAreTakenAsTheyAre() {
        INDArray labels = Arrays2d.of(new double[] {1, 0.05, 25}, new double[] {-1, 0.05, 25});
        TargetScaling scaling = TargetScaling.from(labels, Arrays2d.filled(2, 3, 1));
        assertThat(scaling.offset().toDoubleVector()).containsOnly(0);
        assertThat(scaling.scale().toDoubleVector()).containsOnly(1);
    }

    @Test
    void scalingLooksAtWhatIsObserved() {
        INDArray labels = Arrays2d.of(new double[] {100}, new double[] {200}, new double[] {1e9});
        INDArray importance = Arrays2d.of(new double[] {1}, new double[] {2}, new double[] {0});
        TargetScaling scaling = TargetScaling.from(labels, importance);
        assertThat(scaling.offset().getDouble(0)).isEqualTo(150);
        assertThat(scaling.scale().getDouble(0)).isEqualTo(50);
        assertThat(scaling.standardise(labels).getDouble(0)).isEqualTo(-1);
    }

    @Test
    void scalingIsSetOnce() {
        Map<String, INDArray> parameters = parametersOf(likelihood(), OUTPUTS);
        parameters.get(GaussianLikelihood.SCALE).assign(3);
        parameters.get(GaussianLikelihood.OFFSET).assign(7);
        OutputBatch batch = batch(10, org.nd4j.linalg.api.buffer.DataType.DOUBLE, null);
        OutputBatch large = new OutputBatch(batch.forward(), batch.labels().mul(1e6), null, null);
        Likelihood.Update update = likelihood().update(large, parameters);
        assertThat(update.statistics()).doesNotContainKeys(GaussianLikelihood.SCALE, GaussianLikelihood.OFFSET);
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
}

package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every message against its sums, written out. */
class LinearFactorTest {

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(31);
    }

    private static INDArray random(int rows, int columns) {
        return Nd4j.randn(DataType.DOUBLE, rows, columns);
    }

    private static INDArray positive(int rows, int columns) {
        return Nd4j.rand(DataType.DOUBLE, rows, columns).addi(0.1);
    }

    private static WeightMoments weights(int rows, int columns) {
        INDArray mean = random(rows, columns);
        INDArray variance = positive(rows, columns);
        return WeightMoments.of(mean, variance);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "4, 3, 1", "4, 3, 5", "1, 3, 5"})
    void momentsAreThoseOfASumOfIndependentProducts(int batch, int inputs, int outputs) {
        Moments input = new Moments(random(batch, inputs), positive(batch, inputs));
        WeightMoments weights = weights(inputs, outputs);
        WeightMoments bias = weights(1, outputs);
        Moments u = LinearFactor.messageToPreActivation(input, weights, bias);
        for (int n = 0; n < batch; n++) {
            for (int i = 0; i < outputs; i++) {
                double mean = bias.mean().getDouble(0, i);
                double variance = bias.variance().getDouble(0, i);
                for (int j = 0; j < inputs; j++) {
                    double m = input.mean().getDouble(n, j);
                    double v = input.variance().getDouble(n, j);
                    double w = weights.mean().getDouble(j, i);
                    double s = weights.variance().getDouble(j, i);
                    mean += m * w;
                    // Variance of a product of independent numbers.
                    variance += m * m * s + v * w * w + v * s;
                }
                assertThat(u.mean().getDouble(n, i)).isCloseTo(mean, within(1e-12));
                assertThat(u.variance().getDouble(n, i)).isCloseTo(variance, within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void covarianceIsTheFormulaOfSectionThree(boolean hasBias, boolean hasGain) {
        int batch = 4;
        int inputs = 3;
        int outputs = 5;
        INDArray m = random(batch, inputs);
        INDArray gain = hasGain ? positive(batch, inputs) : null;
        INDArray half = random(batch, batch);
        INDArray before = half.mmul(half.transpose());
        WeightMoments weights = weights(inputs, outputs);
        WeightMoments bias = hasBias ? weights(1, outputs) : null;
        ForwardMessage message =
                new ForwardMessage(new Moments(m, positive(batch, inputs)), new BatchCovariance(before, gain));
        BatchCovariance after = LinearFactor.covarianceOfPreActivation(message, weights, bias);
        assertThat(after.gain()).isNull();
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < batch; k++) {
                double expected = 0;
                for (int i = 0; i < outputs; i++) {
                    expected += hasBias ? bias.variance().getDouble(0, i) / outputs : 0;
                    for (int j = 0; j < inputs; j++) {
                        double d = hasGain ? gain.getDouble(n, j) * gain.getDouble(k, j) : 1;
                        double w = weights.mean().getDouble(j, i);
                        expected += (m.getDouble(n, j)
                                                * m.getDouble(k, j)
                                                * weights.variance().getDouble(j, i)
                                        + d * w * w * before.getDouble(n, k))
                                / outputs;
                    }
                }
                assertThat(after.covariance().getDouble(n, k)).isCloseTo(expected, within(1e-11));
            }
        }
    }

    @Test
    void diagonalOfTheCovarianceIsTheMeanVarianceForObservedInput() {
        INDArray x = random(6, 3);
        WeightMoments weights = weights(3, 4);
        WeightMoments bias = weights(1, 4);
        INDArray variance = LinearFactor.messageToPreActivation(Moments.pointMass(x), weights, bias)
                .variance();
        INDArray covariance = LinearFactor.covarianceOfPreActivation(ForwardMessage.observed(x), weights, bias)
                .covariance();
        for (int n = 0; n < 6; n++) {
            assertThat(covariance.getDouble(n, n))
                    .isCloseTo(variance.getRow(n).meanNumber().doubleValue(), within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'c', 'f'})
    void floatCovarianceAgreesWithDoubles(char order) {
        INDArray x = random(40, 70);
        WeightMoments weights = weights(70, 9);
        WeightMoments floats = WeightMoments.of(
                weights.mean().castTo(DataType.FLOAT), weights.variance().castTo(DataType.FLOAT));
        INDArray exact = LinearFactor.covarianceOfPreActivation(ForwardMessage.observed(x), weights, null)
                .covariance();
        INDArray fused = LinearFactor.covarianceOfPreActivation(
                        ForwardMessage.observed(x.castTo(DataType.FLOAT).dup(order)), floats, null)
                .covariance();
        assertThat(fused.castTo(DataType.DOUBLE).distance2(exact))
                .isLessThan(1e-5 * exact.norm2Number().doubleValue());
    }

    @Test
    void messagesBackAreTheSumsOfSectionFive() {
        int batch = 4;
        int inputs = 3;
        int outputs = 2;
        BackwardMessage message = new BackwardMessage(random(batch, outputs), positive(batch, outputs));
        Moments input = new Moments(random(batch, inputs), positive(batch, inputs));
        WeightMoments weights = weights(inputs, outputs);
        BackwardMessage toInput = LinearFactor.messageToInput(message, weights);
        WeightSite toWeights = LinearFactor.messageToWeights(
                message,
                input,
                WeightMoments.of(weights.mean().dup(), weights.variance().dup()),
                true);
        WeightSite toBias = BiasTerm.message(message);
        for (int j = 0; j < inputs; j++) {
            for (int n = 0; n < batch; n++) {
                double shift = 0;
                double precision = 0;
                for (int i = 0; i < outputs; i++) {
                    shift += message.shift().getDouble(n, i) * weights.mean().getDouble(j, i);
                    precision += message.curvature().getDouble(n, i)
                            * weights.secondMoment().getDouble(j, i);
                }
                assertThat(toInput.shift().getDouble(n, j)).isCloseTo(shift, within(1e-12));
                assertThat(toInput.curvature().getDouble(n, j)).isCloseTo(precision, within(1e-12));
            }
            for (int i = 0; i < outputs; i++) {
                double shift = 0;
                double precision = 0;
                for (int n = 0; n < batch; n++) {
                    double m = input.mean().getDouble(n, j);
                    shift += m * message.shift().getDouble(n, i);
                    precision += (m * m + input.variance().getDouble(n, j))
                            * message.curvature().getDouble(n, i);
                }
                assertThat(toWeights.shift().getDouble(j, i)).isCloseTo(shift, within(1e-12));
                assertThat(toWeights.precision().getDouble(j, i)).isCloseTo(precision, within(1e-12));
            }
        }
        assertThat(toBias.shift()).isEqualTo(message.shift().sum(true, 0));
        assertThat(toBias.precision()).isEqualTo(message.curvature().sum(true, 0));
    }
}

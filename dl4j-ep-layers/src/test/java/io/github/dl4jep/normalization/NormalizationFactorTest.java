package io.github.dl4jep.normalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normalization.NormalizationFactor.Back;
import io.github.dl4jep.normalization.NormalizationFactor.Forward;
import io.github.dl4jep.weight.WeightMoments;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batch normalization against exact quadrature, against numerical derivatives, and the fused loops against the plain operations. */
class NormalizationFactorTest {

    private static final int BATCH = 5;
    private static final int CHANNELS = 3;
    private static final int POSITIONS = 4;
    private static final double EPSILON = 1e-5;

    private final Random random = new Random(7);
    private final WeightMoments scale = weights(1, 0.2);
    private final WeightMoments shift = weights(0, 0.1);

    private INDArray normal(long rows, long columns, double mean, double deviation) {
        double[] values = random.doubles(rows * columns).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = mean + deviation * random.nextGaussian();
        }
        return Nd4j.createFromArray(values).reshape('f', rows, columns);
    }

    private WeightMoments weights(double mean, double variance) {
        return WeightMoments.of(normal(1, CHANNELS, mean, 0.5), normal(1, CHANNELS, variance, variance / 5));
    }

    private Moments input() {
        INDArray variance = normal(BATCH, (long) CHANNELS * POSITIONS, 0, 1);
        return new Moments(normal(BATCH, (long) CHANNELS * POSITIONS, 2, 3), variance.mul(variance));
    }

    /** y = gamma x + beta has degree one in each of gamma, x and beta: two points at one deviation to either side are exact. */
    @Test
    void meanAndVarianceOfTheOutputAreThoseOfIndependentFactors() {
        Moments input = input();
        Forward forward = NormalizationFactor.plainForward(input, EPSILON, scale, shift);
        INDArray inverse = forward.statistics().inverseDeviation(EPSILON);
        for (int row = 0; row < BATCH; row++) {
            for (int column = 0; column < CHANNELS * POSITIONS; column++) {
                int channel = column / POSITIONS;
                double sum = 0;
                double squares = 0;
                for (int corner = 0; corner < 8; corner++) {
                    double u = point(input.mean(), input.variance(), row, column, corner & 1);
                    double gamma = point(scale.mean(), scale.variance(), 0, channel, corner & 2);
                    double beta = point(shift.mean(), shift.variance(), 0, channel, corner & 4);
                    double x = (u - forward.statistics().mean().getDouble(channel)) * inverse.getDouble(channel);
                    sum += gamma * x + beta;
                    squares += (gamma * x + beta) * (gamma * x + beta);
                }

                assertThat(forward.output().mean().getDouble(row, column)).isCloseTo(sum / 8, within(1e-9));
                assertThat(forward.output().variance().getDouble(row, column))
                        .isCloseTo(squares / 8 - sum * sum / 64, within(1e-9));
            }
        }
    }

    /** One deviation below the mean if side is 0, else above. */
    private static double point(INDArray mean, INDArray variance, long row, long column, int side) {
        double deviation = Math.sqrt(variance.getDouble(row, column));
        return mean.getDouble(row, column) + (side == 0 ? -deviation : deviation);
    }

    @Test
    void shiftsAreTheDerivativesWithTheStatisticsMovingAlong() {
        Moments input = input();
        INDArray z = normal(BATCH, (long) CHANNELS * POSITIONS, 0, 1);
        Forward forward = NormalizationFactor.plainForward(input, EPSILON, scale, shift);
        Back back = NormalizationFactor.plainBack(
                new BackwardMessage(z, z.mul(z)),
                forward.normalised(),
                scale,
                forward.statistics().inverseDeviation(EPSILON));
        double step = 1e-5;
        for (int row = 0; row < BATCH; row++) {
            for (int column = 0; column < CHANNELS * POSITIONS; column++) {
                INDArray up = input.mean().dup();
                INDArray down = input.mean().dup();
                up.putScalar(row, column, up.getDouble(row, column) + step);
                down.putScalar(row, column, down.getDouble(row, column) - step);
                double derivative = (along(z, up) - along(z, down)) / (2 * step);

                assertThat(back.toInput().shift().getDouble(row, column)).isCloseTo(derivative, within(1e-6));
            }
        }
    }

    /** The sum of z times the mean output. */
    private double along(INDArray z, INDArray mean) {
        Moments output = NormalizationFactor.plainForward(Moments.pointMass(mean), EPSILON, scale, shift)
                .output();
        return output.mean().mul(z).sumNumber().doubleValue();
    }

    @Test
    void sitesAreTheSumsOfTheirDefinition() {
        Moments input = input();
        INDArray z = normal(BATCH, (long) CHANNELS * POSITIONS, 0, 1);
        INDArray g = z.mul(z);
        Forward forward = NormalizationFactor.plainForward(input, EPSILON, scale, shift);
        Back back = NormalizationFactor.plainBack(
                new BackwardMessage(z, g),
                forward.normalised(),
                scale,
                forward.statistics().inverseDeviation(EPSILON));
        for (int channel = 0; channel < CHANNELS; channel++) {
            double[] sums = new double[4];
            double mean = 0;
            double square = 0;
            int count = BATCH * POSITIONS;
            for (int row = 0; row < BATCH; row++) {
                for (int p = 0; p < POSITIONS; p++) {
                    double u = input.mean().getDouble(row, channel * POSITIONS + p);
                    mean += u / count;
                    square += u * u / count;
                }
            }
            double sigma = Math.sqrt(square - mean * mean + EPSILON);
            for (int row = 0; row < BATCH; row++) {
                for (int p = 0; p < POSITIONS; p++) {
                    int column = channel * POSITIONS + p;
                    double x = (input.mean().getDouble(row, column) - mean) / sigma;
                    double v = input.variance().getDouble(row, column) / (sigma * sigma);
                    sums[0] += x * z.getDouble(row, column);
                    sums[1] += (x * x + v) * g.getDouble(row, column);
                    sums[2] += z.getDouble(row, column);
                    sums[3] += g.getDouble(row, column);
                }
            }

            assertThat(back.toScale().shift().getDouble(channel)).isCloseTo(sums[0], within(1e-9));
            assertThat(back.toScale().requiredPrecision().getDouble(channel)).isCloseTo(sums[1], within(1e-9));
            assertThat(back.toShift().shift().getDouble(channel)).isCloseTo(sums[2], within(1e-9));
            assertThat(back.toShift().requiredPrecision().getDouble(channel)).isCloseTo(sums[3], within(1e-9));
        }
    }

    @Test
    void whatAllExamplesShareDoesNotComeThroughTheCovariance() {
        INDArray common = Nd4j.ones(DataType.DOUBLE, BATCH, BATCH).mul(3);
        INDArray x = normal(BATCH, 8, 0, 1);
        INDArray factor = normal(8, 1, 1, 0.3);
        INDArray nothing = Nd4j.zeros(DataType.DOUBLE, 8, 1);
        BatchCovariance through =
                NormalizationFactor.covariance(x, BatchCovariance.of(common), factor, nothing, null, false);

        assertThat(through.covariance().norm1Number().doubleValue()).isCloseTo(0, within(1e-9));
    }

    @Test
    void positionsStayCorrelatedAsBeforeAndMoreByTheScale() {
        INDArray root = normal(BATCH, BATCH, 0, 1);
        INDArray features = normal(2 * BATCH, 3, 0, 1);
        BatchCovariance before = BatchCovariance.of(root.mmul(root.transpose()))
                .withFeatures(() -> features, null, BatchCovariance.none());
        double rank = before.positions().rank();
        INDArray x = normal(BATCH, 8, 0, 1);
        INDArray factor = normal(8, 1, 1, 0.3);
        INDArray nothing = Nd4j.zeros(DataType.DOUBLE, 8, 1);
        BatchCovariance known = NormalizationFactor.covariance(x, before, factor, nothing, null, false);
        BatchCovariance learned = NormalizationFactor.covariance(x, before, factor, nothing.add(0.2), null, false);

        assertThat(rank).isGreaterThan(1);
        assertThat(known.positions().features()).isNull();
        assertThat(known.positions().rank()).isCloseTo(rank, within(1e-9));
        assertThat(learned.positions().rank()).isGreaterThan(1).isLessThan(rank - 1e-3);
    }

    @Test
    void scaleAndShiftAddWhatAllExamplesShare() {
        // y = gamma x + beta of known x: covariance x_n x_k S_gamma averaged over columns, plus the mean S_beta.
        INDArray x = normal(BATCH, CHANNELS, 0, 1);
        INDArray scaleVariance = scale.variance().reshape(CHANNELS, 1);
        INDArray k = NormalizationFactor.covariance(
                        x, BatchCovariance.none(), normal(CHANNELS, 1, 1, 0.3), scaleVariance, shift, false)
                .covariance();
        double shiftVariance = shift.variance().meanNumber().doubleValue();
        for (int n = 0; n < BATCH; n++) {
            for (int m = 0; m < BATCH; m++) {
                double expected = shiftVariance;
                for (int c = 0; c < CHANNELS; c++) {
                    expected += x.getDouble(n, c) * x.getDouble(m, c) * scaleVariance.getDouble(c) / CHANNELS;
                }

                assertThat(k.getDouble(n, m)).isCloseTo(expected, within(1e-9));
            }
        }
    }

    /** With known statistics y = gamma (u - mu) / sigma + beta is linear: the messages are those of a factor per channel. */
    @Test
    void knownStatisticsDoNotMoveWithTheBatch() {
        Moments input = new Moments(
                normal(2, CHANNELS, 3, 2), normal(2, CHANNELS, 0, 1).muli(0.1).addi(1));
        NormalizationFactor.Statistics known = new NormalizationFactor.Statistics(
                normal(1, CHANNELS, 0, 1), normal(1, CHANNELS, 0, 0.1).addi(2));
        NormalizationFactor.Forward forward = NormalizationFactor.forward(input, known, 0, scale, shift);
        BackwardMessage message = new BackwardMessage(
                normal(2, CHANNELS, 0, 1), normal(2, CHANNELS, 0, 0.1).addi(1));
        INDArray inverse = forward.statistics().inverseDeviation(0);
        NormalizationFactor.Back back = NormalizationFactor.backOfKnown(message, forward.normalised(), scale, inverse);
        Moments predicted = NormalizationFactor.predict(input, known, 0, scale, shift);
        for (int n = 0; n < 2; n++) {
            for (int c = 0; c < CHANNELS; c++) {
                double factor =
                        scale.mean().getDouble(c) / Math.sqrt(known.variance().getDouble(c));
                assertThat(back.toInput().shift().getDouble(n, c))
                        .isCloseTo(factor * message.shift().getDouble(n, c), within(1e-9));
                assertThat(forward.output().mean().getDouble(n, c))
                        .isCloseTo(predicted.mean().getDouble(n, c), within(1e-9));
            }
        }
    }

    @Test
    void covarianceIsThatOfDrawsOfTheInput() {
        // u = L e with K = L L^T, the same draw for all columns; y = factor_j (u - mean of u), variance averaged over
        // j.
        INDArray root = normal(BATCH, BATCH, 0, 1);
        INDArray k = root.mmul(root.transpose());
        INDArray factor = normal(8, 1, 1, 0.3);
        INDArray nothing = Nd4j.zeros(DataType.DOUBLE, 8, 1);
        BatchCovariance through = NormalizationFactor.covariance(
                normal(BATCH, 8, 0, 1), BatchCovariance.of(k), factor, nothing, null, false);
        INDArray centring = Nd4j.eye(BATCH)
                .castTo(DataType.DOUBLE)
                .subi(Nd4j.ones(DataType.DOUBLE, BATCH, BATCH).div(BATCH));
        double meanSquaredFactor = factor.mul(factor).meanNumber().doubleValue();
        INDArray expected = centring.mmul(k).mmul(centring).mul(meanSquaredFactor);

        assertThat(through.covariance().sub(expected).norm2Number().doubleValue())
                .isCloseTo(0, within(1e-9));
    }

    /** What the inducing examples know of K, through the dense formula; K has few directions, which they span. */
    @Test
    void inducingExamplesTakeAwayTheMeanThatTheyKnow() {
        INDArray root = normal(BATCH, 2, 0, 1);
        INDArray k = root.mmul(root.transpose());
        INDArray gain = normal(BATCH, 8, 1, 0.2);
        INDArray factor = normal(8, 1, 1, 0.3);
        INDArray variance = normal(8, 1, 0.5, 0.1);
        INDArray x = normal(BATCH, 8, 0, 1);
        InducingExamples some = InducingExamples.of(BATCH, BATCH - 2);
        for (boolean known : new boolean[] {true, false}) {
            BatchCovariance before = BatchCovariance.of(k);
            BatchCovariance all = NormalizationFactor.covariance(x, before, factor, variance, null, known);
            BatchCovariance kept =
                    NormalizationFactor.covariance(x, KeptCovariance.of(before, some), factor, variance, null, known);
            KeptCovariance.assertKept(kept, all, 1e-8);
            BatchCovariance withGain = new BatchCovariance(k, gain);
            BatchCovariance passed =
                    NormalizationFactor.covariance(x, KeptCovariance.of(withGain, some), factor, variance, null, known);
            INDArray own = NormalizationFactor.covariance(x, BatchCovariance.none(), factor, variance, null, known)
                    .covariance();
            INDArray products = LinearFactor.passedOn(
                            KeptCovariance.of(withGain, some),
                            factor.mul(factor).div(8))
                    .allPairs();
            INDArray centring = Nd4j.eye(BATCH).castTo(DataType.DOUBLE).subi(known ? 0 : 1.0 / BATCH);
            KeptCovariance.assertKept(
                    passed,
                    BatchCovariance.of(centring.mmul(products).mmul(centring).add(own)),
                    1e-8);
        }
    }

    @Test
    void fusedLoopsGiveWhatThePlainOperationsGive() {
        Moments input = input();
        for (boolean observed : new boolean[] {false, true}) {
            Moments exact = observed ? Moments.pointMass(input.mean()) : input;
            Moments single = observed
                    ? Moments.pointMass(floats(input.mean()))
                    : new Moments(floats(input.mean()), floats(input.variance()));
            WeightMoments singleScale = WeightMoments.of(floats(scale.mean()), floats(scale.variance()));
            WeightMoments singleShift = WeightMoments.of(floats(shift.mean()), floats(shift.variance()));
            Forward plain = NormalizationFactor.plainForward(exact, EPSILON, scale, shift);
            Forward fused = NormalizationFactor.forward(single, EPSILON, singleScale, singleShift);
            assertClose(fused.output().mean(), plain.output().mean());
            assertClose(fused.output().variance(), plain.output().variance());
            assertClose(fused.statistics().mean(), plain.statistics().mean());
            assertClose(fused.statistics().variance(), plain.statistics().variance());
            INDArray z = normal(BATCH, (long) CHANNELS * POSITIONS, 0, 1);
            Back plainBack = NormalizationFactor.plainBack(
                    new BackwardMessage(z, z.mul(z)),
                    plain.normalised(),
                    scale,
                    plain.statistics().inverseDeviation(EPSILON));
            Back fusedBack = NormalizationFactor.back(
                    new BackwardMessage(floats(z), floats(z.mul(z))),
                    fused.normalised(),
                    singleScale,
                    fused.statistics().inverseDeviation(EPSILON));
            assertClose(fusedBack.toInput().shift(), plainBack.toInput().shift());
            assertClose(fusedBack.toInput().curvature(), plainBack.toInput().curvature());
            assertClose(fusedBack.toScale().shift(), plainBack.toScale().shift());
            assertClose(
                    fusedBack.toScale().requiredPrecision(), plainBack.toScale().requiredPrecision());
            assertClose(fusedBack.toShift().shift(), plainBack.toShift().shift());
            assertClose(
                    fusedBack.toShift().requiredPrecision(), plainBack.toShift().requiredPrecision());
        }
    }

    private static INDArray floats(INDArray array) {
        return array.castTo(DataType.FLOAT);
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        INDArray difference = actual.castTo(DataType.DOUBLE).sub(expected);
        double scale = 1 + expected.normmaxNumber().doubleValue();
        assertThat(difference.normmaxNumber().doubleValue()).isLessThan(1e-5 * scale);
    }
}

package io.github.dl4jep.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.Moments;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LogisticUnitTest {

    /** By the trapezoidal rule on the normal density, which converges faster than any power for these functions. */
    private static double[] moments(DoubleUnaryOperator f, double mean, double variance) {
        double deviation = Math.sqrt(variance);
        double a = 0;
        double square = 0;
        double slope = 0;
        double step = 1.0 / 512;
        for (double x = -9; x <= 9; x += step) {
            double weight = step * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            double value = f.applyAsDouble(mean + deviation * x);
            a += weight * value;
            square += weight * value * value;
            slope += weight * x * value / deviation;
        }
        return new double[] {a, square - a * a, slope};
    }

    private static void check(LogisticUnit unit, DoubleUnaryOperator f, double tolerance) {
        double[] variances = {1e-4, 1e-2, 0.1, 0.21, 0.24, 0.5, 1, 3, 10, 100};
        for (double variance : variances) {
            for (double mean = -8; mean <= 8; mean += 0.8) {
                UnitMoments actual = unit.moments(new Moments(
                        Nd4j.valueArrayOf(new long[] {1, 1}, mean, DataType.FLOAT),
                        Nd4j.valueArrayOf(new long[] {1, 1}, variance, DataType.FLOAT)));
                double[] expected = moments(f, mean, variance);
                String place = "w = " + mean + ", V = " + variance;
                assertThat(actual.moments().mean().getDouble(0)).as(place).isCloseTo(expected[0], within(tolerance));
                assertThat(actual.moments().variance().getDouble(0))
                        .as(place)
                        .isCloseTo(expected[1], within(tolerance + 2e-3 * expected[1]));
                assertThat(actual.gain().getDouble(0)).as(place).isCloseTo(expected[2], within(2 * tolerance));
            }
        }
    }

    @Test
    void sigmoidHasTheMomentsOfQuadrature() {
        check(LogisticUnit.sigmoid(), u -> 1 / (1 + Math.exp(-u)), 6e-6);
    }

    @Test
    void tanhHasTheMomentsOfQuadrature() {
        check(LogisticUnit.tanh(), Math::tanh, 2.4e-5);
    }

    /** Elements are worked on in blocks, each as if it were alone. */
    @Test
    void manyElementsAreEachAsOneAlone() {
        int count = 2_500;
        float[] mean = new float[count];
        float[] variance = new float[count];
        for (int i = 0; i < count; i++) {
            mean[i] = 4 * (float) Math.sin(i);
            variance[i] = (float) Math.exp(3 * Math.cos(0.7 * i));
        }
        float[][] all = {mean.clone(), variance.clone(), new float[count]};
        LogisticUnit.tanh().moments(all[0], all[1], all[2], 1, count);
        assertThat(all[0][0]).isEqualTo(mean[0]);
        for (int i = 1; i < count; i++) {
            float[][] one = {{mean[i]}, {variance[i]}, {0}};
            LogisticUnit.tanh().moments(one[0], one[1], one[2], 0, 1);
            assertThat(new float[] {all[0][i], all[1][i], all[2][i]})
                    .containsExactly(new float[] {one[0][0], one[1][0], one[2][0]}, within(1e-6f));
        }
    }

    /** What cancels in the closed form has its relative accuracy from the series. */
    @Test
    void aSmallVarianceIsThatOfTheSlope() {
        for (double mean : new double[] {0, 0.5, -2}) {
            INDArray variance = LogisticUnit.tanh()
                    .moments(new Moments(
                            Nd4j.valueArrayOf(new long[] {1, 1}, mean, DataType.DOUBLE),
                            Nd4j.valueArrayOf(new long[] {1, 1}, 1e-8, DataType.DOUBLE)))
                    .moments()
                    .variance();
            double slope = 1 - Math.pow(Math.tanh(mean), 2);
            assertThat(variance.getDouble(0) / (1e-8 * slope * slope)).isCloseTo(1, within(1e-3));
        }
    }

    @Test
    void whatIsKnownStaysKnown() {
        UnitMoments known =
                LogisticUnit.sigmoid().moments(Moments.pointMass(Nd4j.createFromArray(new float[][] {{2}})));
        assertThat(known.moments().isPointMass()).isTrue();
        assertThat(known.gain()).isNull();
        assertThat(known.moments().mean().getDouble(0)).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-6));
    }

    @Test
    void aNanStays() {
        UnitMoments moments = LogisticUnit.tanh()
                .moments(new Moments(
                        Nd4j.createFromArray(new float[][] {{Float.NaN, 0}}),
                        Nd4j.createFromArray(new float[][] {{1, Float.NaN}})));
        assertThat(moments.moments().mean().getDouble(0)).isNaN();
        assertThat(moments.moments().variance().getDouble(1)).isNaN();
    }
}

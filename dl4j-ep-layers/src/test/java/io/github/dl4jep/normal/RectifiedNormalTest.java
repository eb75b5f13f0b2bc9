package io.github.dl4jep.normal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain version against mpmath (rectified_normal.py), and the single-precision table against the plain version. */
class RectifiedNormalTest {

    @ParameterizedTest
    @CsvFileSource(resources = "rectified_normal.csv", numLinesToSkip = 1)
    void agreesWithHighPrecision(double z, double mean, double variance) {
        // In the lower tail 1 + z Mills(z) is 1 / z^2 and the second moment 2 / z^4 of what they are computed from.
        double tail = z < 0 ? z * z : 0;
        assertThat(RectifiedNormal.mean(z)).isCloseTo(mean, within(mean * 4e-16 * (2 + tail)));
        assertThat(RectifiedNormal.variance(z)).isCloseTo(variance, within(variance * 4e-16 * (4 + tail * tail)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0, -0.0})
    void zeroOfEitherSign(double z) {
        assertThat(RectifiedNormal.mean(z)).isCloseTo(1 / Math.sqrt(2 * Math.PI), within(1e-15));
        assertThat(RectifiedNormal.variance(z)).isCloseTo(0.5 - 0.5 / Math.PI, within(1e-15));
    }

    @Test
    void nanStaysNan() {
        assertThat(RectifiedNormal.mean(Double.NaN)).isNaN();
        assertThat(RectifiedNormal.variance(Double.NaN)).isNaN();
    }

    @Test
    void tableAgreesWithPlainVersion() {
        int count = 200_001;
        float[] w = new float[count];
        float[] v = new float[count];
        for (int i = 0; i < count; i++) {
            w[i] = -20 + 40f * i / (count - 1);
            v[i] = 1;
        }
        float[][] moments = table(w, v);
        double worstInside = 0;
        double worst = 0;
        for (int i = 0; i < count; i++) {
            double z = w[i];
            if (z < -StandardNormal.KNOWN_FROM) {
                assertThat(new float[] {moments[0][i], moments[1][i], moments[2][i]})
                        .usingComparatorWithPrecision(0f)
                        .containsOnly(0);
                continue;
            }
            double error = Math.max(
                    relative(moments[0][i], RectifiedNormal.mean(z)),
                    Math.max(
                            relative(moments[1][i], RectifiedNormal.variance(z)),
                            relative(moments[2][i], StandardNormal.cumulative(z))));
            worst = Math.max(worst, error);
            worstInside = Math.abs(z) < 5 ? Math.max(worstInside, error) : worstInside;
        }
        assertThat(worstInside).as("worst relative error for |z| < 5").isLessThan(1e-6);
        assertThat(worst).as("worst relative error").isLessThan(1e-5);
    }

    @ParameterizedTest
    @ValueSource(floats = {1e-30f, 1e-6f, 0.3f, 7, 1e4f, 1e30f})
    void tableScalesWithTheVariance(float variance) {
        double deviation = Math.sqrt(variance);
        for (double z : new double[] {-6, -2, -0.1, 0, 0.1, 2, 6, 12, 40}) {
            float w = (float) (z * deviation);
            float[][] moments = table(new float[] {w}, new float[] {variance});
            double scaled = w / deviation;
            assertThat(relative(moments[0][0], deviation * RectifiedNormal.mean(scaled)))
                    .isLessThan(1e-5);
            assertThat(relative(moments[1][0], variance * RectifiedNormal.variance(scaled)))
                    .isLessThan(1e-5);
            assertThat(relative(moments[2][0], StandardNormal.cumulative(scaled)))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void tableIsContinuousAtItsEnds() {
        for (float z : new float[] {-StandardNormal.KNOWN_FROM, 13}) {
            float[] w = {Math.nextDown(z), z, Math.nextUp(z)};
            float[][] moments = table(w, new float[] {1, 1, 1});
            for (float[] moment : moments) {
                assertThat(moment[0]).isCloseTo(moment[1], within(1e-6f * Math.max(1, Math.abs(moment[1]))));
                assertThat(moment[2]).isCloseTo(moment[1], within(1e-6f * Math.max(1, Math.abs(moment[1]))));
            }
        }
    }

    @Test
    void farTailsAreTheUnitItself() {
        float[][] moments = table(new float[] {100, -100, 1e30f, -1e30f}, new float[] {1, 1, 1, 1});
        assertThat(moments[0]).usingComparatorWithPrecision(0f).containsExactly(100, 0, 1e30f, 0);
        assertThat(moments[1]).usingComparatorWithPrecision(0f).containsExactly(1, 0, 1, 0);
        assertThat(moments[2]).containsExactly(1, 0, 1, 0);
    }

    @Test
    void noVarianceIsTheUnitItself() {
        float[][] moments = table(new float[] {2, -2, 0}, new float[] {0, 0, 0});
        assertThat(moments[0]).usingComparatorWithPrecision(0f).containsExactly(2, 0, 0);
        assertThat(moments[1]).usingComparatorWithPrecision(0f).containsExactly(0, 0, 0);
        assertThat(moments[2]).containsExactly(1, 0, 0.5f);
    }

    @Test
    void nanInTheTableStaysNan() {
        float[][] moments = table(new float[] {Float.NaN, 1, -1, 0}, new float[] {1, Float.NaN, Float.NaN, Float.NaN});
        assertThat(moments[0][0]).isNaN();
        for (int i = 1; i < 4; i++) {
            assertThat(moments[1][i]).as("variance %s", i).isNaN();
        }
    }

    private static float[][] table(float[] w, float[] v) {
        float[][] moments = new float[5][w.length];
        RectifiedNormalTable.scaled(new float[][] {w, v}, moments, w.length);
        return moments;
    }

    /** Relative error; a number below the smallest normal float only has to be one, too. */
    private static double relative(double actual, double expected) {
        if (Math.abs(expected) < Float.MIN_NORMAL && Math.abs(actual) <= Float.MIN_NORMAL) {
            return 0;
        }
        return Math.abs(actual - expected) / Math.abs(expected);
    }
}

package io.github.dl4jep.normal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against 25 digits of mpmath: see standard_normal.py beside the table. */
class StandardNormalTest {

    @ParameterizedTest
    @CsvFileSource(resources = "standard_normal.csv", numLinesToSkip = 1)
    void agreesWithHighPrecision(
            double z, double density, double cumulative, double logCumulative, double millsRatio, double inverseMills) {
        // exp(-z^2/2) multiplies the rounding of its argument.
        double tail = 4e-16 * (4 + z * z);
        assertRelative("density", StandardNormal.density(z), density, tail);
        assertRelative("cumulative", StandardNormal.cumulative(z), cumulative, tail);
        assertRelative("logCumulative", StandardNormal.logCumulative(z), logCumulative, 1e-15 + (z > 0 ? tail : 0));
        double upper = 1e-15 + (z > 0 ? tail : 0);
        assertRelative("millsRatio", StandardNormal.millsRatio(z), millsRatio, upper);
        assertRelative("hazard", StandardNormal.inverseMills(z), inverseMills, upper);
    }

    private static void assertRelative(String name, double actual, double expected, double tolerance) {
        double allowed = Math.abs(expected) < Double.MIN_NORMAL ? Double.MIN_NORMAL : tolerance * Math.abs(expected);
        assertThat(actual).as(name).isCloseTo(expected, within(allowed));
    }

    @Test
    void logCumulativeIsContinuousWhereItsBranchesMeet() {
        double below = StandardNormal.logCumulative(Math.nextDown(-1.0));
        assertThat(below).isCloseTo(StandardNormal.logCumulative(-1), Percentage.withPercentage(1e-13));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e8, -1000, -40, 40, 1000})
    void staysFiniteFarOut(double z) {
        assertThat(StandardNormal.logCumulative(z)).isFinite().isNotPositive();
        assertThat(StandardNormal.inverseMills(z)).isFinite().isNotNegative();
        assertThat(StandardNormal.cumulative(z)).isBetween(0.0, 1.0);
    }

    @Test
    void nanStaysNan() {
        assertThat(StandardNormal.density(Double.NaN)).isNaN();
        assertThat(StandardNormal.cumulative(Double.NaN)).isNaN();
        assertThat(StandardNormal.logCumulative(Double.NaN)).isNaN();
        assertThat(StandardNormal.inverseMills(Double.NaN)).isNaN();
    }
}

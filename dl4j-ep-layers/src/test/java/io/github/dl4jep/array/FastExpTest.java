package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FastExpTest {

    @ParameterizedTest
    @CsvSource({"20, 1e-5", "35, 1e-3", "60, 0.2"})
    void relativeErrorStaysWithinWhatIsPromised(double range, double bound) {
        for (double x = -range; x <= range; x += range / 5000) {
            double expected = Math.exp((float) x);
            assertThat(Math.abs(FastExp.of((float) x) - expected) / expected)
                    .as("relative error at %s", x)
                    .isLessThan(bound);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {60, 61, 1e3f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY})
    void argumentsBeyondTheLimitCountAsTheLimit(float x) {
        assertThat((double) FastExp.of(x)).isCloseTo(Math.exp(FastExp.LIMIT), withinPercentage(20));
        assertThat((double) FastExp.of(-x)).isCloseTo(Math.exp(-FastExp.LIMIT), withinPercentage(20));
    }

    @Test
    void zeroGivesOneAndNanStaysNan() {
        assertThat(FastExp.of(0)).isEqualTo(1f);
        assertThat(FastExp.of(Float.NaN)).isNaN();
    }
}

package io.github.dl4jep.compact.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpikeThresholdTest {

    @Test
    void potentialZeroFires() {
        assertThat(SpikeThreshold.of(0.25, -0.75, 10)).isEqualTo(3);
        assertThat(SpikeThreshold.of(0.25, 0, 10)).isZero();
        assertThat(SpikeThreshold.of(0.25, -0.0, 10)).isZero();
        assertThat(SpikeThreshold.of(0.25, 0.75, 10)).isEqualTo(-3);
    }

    @Test
    void alwaysAndNever() {
        assertThat(SpikeThreshold.of(1, 1e9, 10)).isEqualTo(-10);
        assertThat(SpikeThreshold.of(1, -1e9, 10)).isEqualTo(11);
        assertThat(SpikeThreshold.of(Double.MAX_VALUE, -Double.MAX_VALUE, 10)).isEqualTo(1);
        assertThat(SpikeThreshold.of(Double.MIN_VALUE, -Double.MIN_VALUE, 10)).isEqualTo(1);
        assertThat(SpikeThreshold.of(Double.MIN_VALUE, -Double.MIN_NORMAL, 10)).isEqualTo(11);
    }

    @Test
    void agreesWithExactArithmetic() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            double scale = Math.scalb(random.nextDouble() + 1e-3, random.nextInt(60) - 30);
            double bias = -scale * random.nextInt(100) * (1 + (random.nextInt(3) - 1) * 0x1p-52);

            int threshold = SpikeThreshold.of(scale, bias, 100);

            assertThat(exact(scale, threshold, bias)).isNotNegative();
            assertThat(exact(scale, threshold - 1, bias)).isNegative();
        }
    }

    private static int exact(double scale, int sum, double bias) {
        return new BigDecimal(scale)
                .multiply(BigDecimal.valueOf(sum))
                .add(new BigDecimal(bias))
                .signum();
    }
}

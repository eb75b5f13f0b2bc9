package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GaussianLogLikelihoodTest {
    @Test
    void isTheMeanLogDensityInOriginalUnits() {
        INDArray mean = column(1, 0);
        INDArray variance = column(1, 4);
        INDArray targets = column(1, 2);

        // ln N(1; 1, 1) = -0.5 ln(2 pi); ln N(2; 0, 4) = -0.5 ln(2 pi) - ln 2 - 0.5; minus ln 10 for the units.
        double expected = -0.5 * Math.log(2 * Math.PI) - (Math.log(2) + 0.5) / 2 - Math.log(10);
        assertThat(GaussianLogLikelihood.of(mean, variance, targets, 10)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN})
    void varianceMustBePositive(double variance) {
        assertThatThrownBy(() -> GaussianLogLikelihood.of(column(1, 1), column(1, variance), column(1, 1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The predictive variance of test row 1 is " + variance + ", but must be positive.");
    }

    private static INDArray column(double... values) {
        return Nd4j.create(values, new long[] {values.length, 1}, 'c');
    }
}

package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PredictiveTest {
    @Test
    void mixtureOfClassesIsTheMeanOfTheProbabilities() {
        Predictive.Classes mixture = (Predictive.Classes) Predictive.mixture(
                List.of(new Predictive.Classes(row(0.9, 0.1)), new Predictive.Classes(row(0.2, 0.8))));

        assertThat(mixture.probabilities().toDoubleVector()).containsExactly(new double[] {0.55, 0.45}, within(1e-7));
    }

    /** The second moment of a mixture is the mean of the second moments. */
    @Test
    void mixtureOfNumbersHasItsMeanAndVariance() {
        Predictive.Gaussian mixture = (Predictive.Gaussian) Predictive.mixture(List.of(
                new Predictive.Gaussian(row(1, 0), row(0.5, 1)), new Predictive.Gaussian(row(3, 0), row(1.5, 2))));

        assertThat(mixture.mean().toDoubleVector()).containsExactly(2, 0);
        double second = (1 + 0.5 + 9 + 1.5) / 2;
        assertThat(mixture.variance().toDoubleVector()).containsExactly(new double[] {second - 4, 1.5}, within(1e-7));
    }

    private static INDArray row(double... values) {
        return Nd4j.create(new double[][] {values});
    }
}

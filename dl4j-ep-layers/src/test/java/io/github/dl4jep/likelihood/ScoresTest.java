package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class ScoresTest {

    private static final INDArray MEAN =
            Arrays2d.of(new double[] {1, -0.5, 2}, new double[] {-30, 40, 0.1}, new double[] {0, 0, -3});
    private static final INDArray VARIANCE =
            Arrays2d.of(new double[] {0.5, 1, 2}, new double[] {3, 0.1, 0}, new double[] {1, 1, 4});

    private static PredictiveForm.Scores scores(boolean independent) {
        return PredictiveForm.Scores.moderated(
                independent,
                List.of(
                        new PredictiveForm.Scale(0.7, new double[] {1.3}, new double[] {0.2, 0, -0.1}),
                        new PredictiveForm.Scale(0.3, new double[] {0.4}, new double[] {0})),
                new double[] {0.6});
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void probabilitiesAreTheExponentialsOfTheirLogarithms(boolean independent) {
        INDArray logs = scores(independent).logProbabilities(MEAN, VARIANCE);
        double[] probabilities = scores(independent).probabilities(MEAN, VARIANCE);
        for (int n = 0; n < 3; n++) {
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                double p = probabilities[c * 3 + n];
                assertThat(p).isCloseTo(Math.exp(logs.getDouble(n, c)), within(1e-14 * p));
                sum += p;
            }
            assertThat(independent || Math.abs(sum - 1) < 1e-14).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyLogarithmsOfLabelsAreThere(boolean independent) {
        INDArray labels = Arrays2d.of(new double[] {0, 1, 0}, new double[] {0.5, 0.5, 0}, new double[] {0, 0, 0});
        INDArray all = scores(independent).logProbabilities(MEAN, VARIANCE);
        INDArray some = scores(independent).logProbabilities(MEAN, VARIANCE, labels);
        for (int n = 0; n < 3; n++) {
            for (int c = 0; c < 3; c++) {
                double expected = labels.getDouble(n, c) == 0 ? 0 : all.getDouble(n, c);
                assertThat(some.getDouble(n, c)).isEqualTo(expected);
            }
        }
    }
}

package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class ClassProbabilitiesTest {

    @Test
    void oneOfManyIsTheSoftmax() {
        double[] logs = ClassProbabilities.ONE_OF_MANY.logProbabilities(new double[] {1, -0.5, 2});
        double sum = Math.exp(1) + Math.exp(-0.5) + Math.exp(2);
        assertThat(logs)
                .containsExactly(
                        new double[] {1 - Math.log(sum), -0.5 - Math.log(sum), 2 - Math.log(sum)}, within(1e-14));
    }

    @Test
    void independentIsTheSigmoidOfTheScore() {
        double[] logs = ClassProbabilities.INDEPENDENT.logProbabilities(new double[] {0, 1, -1.5});
        assertThat(logs)
                .containsExactly(
                        new double[] {Math.log(0.5), -Math.log(1 + Math.exp(-1)), -Math.log(1 + Math.exp(1.5))},
                        within(1e-14));
    }

    @ParameterizedTest
    @EnumSource(ClassProbabilities.class)
    void scoresOfAnySizeGiveFiniteNumbers(ClassProbabilities kind) {
        double[] scores = {1e4, -1e4, 0, 700, -750};
        double[] logs = kind.logProbabilities(scores);
        for (double log : logs) {
            assertThat(log).isFinite().isNotPositive();
        }
        assertThat(kind.entropy(logs)).isFinite().isNotNegative();
        double[] ones = {1, 1, 1, 1, 1};
        for (int c = 0; c < scores.length; c++) {
            double[] label = new double[scores.length];
            label[c] = 1;
            assertThat(kind.logLikelihood(logs, label, ones)).isFinite().isNotPositive();
        }
    }

    @Test
    void entropyOfEqualChancesIsTheLogarithmOfTheirNumber() {
        double[] equal = new double[7];
        assertThat(ClassProbabilities.ONE_OF_MANY.entropy(ClassProbabilities.ONE_OF_MANY.logProbabilities(equal)))
                .isCloseTo(Math.log(7), within(1e-14));
        assertThat(ClassProbabilities.INDEPENDENT.entropy(ClassProbabilities.INDEPENDENT.logProbabilities(equal)))
                .isCloseTo(7 * Math.log(2), within(1e-14));
    }

    @Test
    void independentLikelihoodCountsRightAndWrongOutputs() {
        double[] logs = {Math.log(0.9), Math.log(0.2), Math.log(0.6)};
        double[] labels = {1, 0, 0};
        assertThat(ClassProbabilities.INDEPENDENT.logLikelihood(logs, labels, new double[] {1, 2, 0}))
                .isCloseTo(Math.log(0.9) + 2 * Math.log(0.8), within(1e-14));
        assertThat(ClassProbabilities.ONE_OF_MANY.logLikelihood(logs, labels, new double[] {3, 1, 1}))
                .isCloseTo(3 * Math.log(0.9), within(1e-14));
    }

    @Test
    void rowsAreTreatedOneByOne() {
        INDArray scores = Arrays2d.of(new double[] {1, 2}, new double[] {-3, 3});
        INDArray logs = ClassProbabilities.ONE_OF_MANY.logProbabilities(scores);
        assertThat(logs.getRow(1).toDoubleVector())
                .containsExactly(ClassProbabilities.ONE_OF_MANY.logProbabilities(new double[] {-3, 3}), within(0.0));
        INDArray nll = ClassProbabilities.ONE_OF_MANY.negativeLogLikelihood(
                logs, Arrays2d.of(new double[] {1, 0}, new double[] {0, 1}), Arrays2d.filled(2, 2, 1));
        assertThat(nll.shape()).containsExactly(2, 1);
        assertThat(nll.getDouble(0)).isCloseTo(Math.log(1 + Math.E), within(1e-14));
    }
}

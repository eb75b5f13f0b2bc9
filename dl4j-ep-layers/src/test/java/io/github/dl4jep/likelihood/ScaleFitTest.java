package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class ScaleFitTest {

    private static final int ROWS = 300;
    private static final int OUTPUTS = 4;

    private final SplittableRandom random = new SplittableRandom(80);

    /** Near its end a small step is rate times slope over curvature, both by finite differences of the likelihood. */
    @ParameterizedTest
    @EnumSource(ClassProbabilities.class)
    void stepIsSlopeOverCurvature(ClassProbabilities kind) {
        Scores scores = new Scores(kind, 1.7);
        INDArray importance = Arrays2d.uniform(random, ROWS, OUTPUTS, 0.5, 2);
        if (kind == ClassProbabilities.ONE_OF_MANY) {
            importance = importance.getColumn(0, true).broadcast(ROWS, OUTPUTS);
        }
        double kappa = 1.6;
        double h = 1e-4;
        double middle = scores.loss(kappa, importance);
        double above = scores.loss(kappa + h, importance);
        double below = scores.loss(kappa - h, importance);
        double slope = (above - below) / (2 * h);
        double curvature = (above - 2 * middle + below) / (h * h);
        double rate = 0.02;
        double next = next(kappa, kind, scores.u, scores.labels, importance, rate);
        assertThat(Math.log(next / kappa) / rate).isCloseTo(-slope / (kappa * curvature), within(1e-5));
    }

    @ParameterizedTest
    @EnumSource(ClassProbabilities.class)
    void convergesToTheLeastLoss(ClassProbabilities kind) {
        Scores scores = new Scores(kind, 1.7);
        INDArray ones = Arrays2d.filled(ROWS, OUTPUTS, 1);
        double kappa = 20;
        for (int step = 0; step < 500; step++) {
            kappa = next(kappa, kind, scores.u, scores.labels, ones, 0.1);
        }
        double least = scores.loss(kappa, ones);
        assertThat(least).isLessThanOrEqualTo(scores.loss(kappa * 1.01, ones));
        assertThat(least).isLessThanOrEqualTo(scores.loss(kappa / 1.01, ones));
        assertThat(kappa).as("the scale that the labels were drawn with").isCloseTo(1.7, within(0.35));
    }

    @ParameterizedTest
    @EnumSource(ClassProbabilities.class)
    void aBatchThatIsAllRightMovesTheScaleByABoundedStep(ClassProbabilities kind) {
        INDArray u = Arrays2d.of(new double[] {0.01, -0.01}, new double[] {-0.01, 0.01});
        INDArray labels = Arrays2d.of(new double[] {1, 0}, new double[] {0, 1});
        double next = next(2, kind, u, labels, Arrays2d.filled(2, 2, 1), 0.02);
        assertThat(next).isCloseTo(2 * Math.exp(0.5 * 0.02), within(1e-12));
    }

    @ParameterizedTest
    @EnumSource(ClassProbabilities.class)
    void aBatchThatSaysNothingLeavesTheScale(ClassProbabilities kind) {
        INDArray u = Arrays2d.of(new double[] {3, -1});
        INDArray labels = Arrays2d.of(new double[] {1, 0});
        assertThat(next(2, kind, u, labels, Arrays2d.filled(1, 2, 0), 0.02)).isEqualTo(2);
        assertThat(next(2, kind, u.mul(0), labels, Arrays2d.filled(1, 2, 1), 0.02))
                .isEqualTo(2);
    }

    @Test
    void saturatedScoresStayFinite() {
        INDArray u = Arrays2d.of(new double[] {1e5, -1e5}, new double[] {1e5, -1e5});
        INDArray labels = Arrays2d.of(new double[] {1, 0}, new double[] {0, 1});
        for (ClassProbabilities kind : ClassProbabilities.values()) {
            assertThat(next(2, kind, u, labels, Arrays2d.filled(2, 2, 1), 0.02))
                    .isFinite()
                    .isPositive();
        }
    }

    private static double next(
            double kappa, ClassProbabilities kind, INDArray u, INDArray labels, INDArray importance, double rate) {
        return ScaleFit.next(
                kappa, ScaleFit.statistic(kappa, kind, Rows.of(u), Rows.of(labels), Rows.of(importance)), rate);
    }

    /** Scores with labels drawn from their probabilities at the true scale. */
    private final class Scores {

        private final ClassProbabilities kind;
        private final INDArray u;
        private final INDArray labels;

        Scores(ClassProbabilities kind, double truth) {
            this.kind = kind;
            this.u = Arrays2d.uniform(random, ROWS, OUTPUTS, -1.5, 1.5);
            this.labels = Arrays2d.filled(ROWS, OUTPUTS, 0);
            for (int n = 0; n < ROWS; n++) {
                double draw = random.nextDouble();
                for (int c = 0; c < OUTPUTS; c++) {
                    double p = probability(truth, n, c);
                    if (kind == ClassProbabilities.INDEPENDENT) {
                        labels.putScalar(n, c, random.nextDouble() < p ? 1 : 0);
                    } else if (draw < p || c == OUTPUTS - 1) {
                        labels.putScalar(n, c, 1);
                        break;
                    } else {
                        draw -= p;
                    }
                }
            }
        }

        private double probability(double kappa, int row, int column) {
            if (kind == ClassProbabilities.INDEPENDENT) {
                return 1 / (1 + Math.exp(-2 * kappa * u.getDouble(row, column)));
            }
            double sum = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                sum += Math.exp(kappa * u.getDouble(row, c));
            }
            return Math.exp(kappa * u.getDouble(row, column)) / sum;
        }

        double loss(double kappa, INDArray importance) {
            double sum = 0;
            for (int n = 0; n < ROWS; n++) {
                for (int c = 0; c < OUTPUTS; c++) {
                    double y = labels.getDouble(n, c);
                    double p = probability(kappa, n, c);
                    double loss = -y * Math.log(p);
                    if (kind == ClassProbabilities.INDEPENDENT) {
                        loss -= (1 - y) * Math.log(1 - p);
                    }
                    sum += importance.getDouble(n, c) * loss;
                }
            }
            return sum;
        }
    }
}

package io.github.dl4jep.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The joint maximum of one linear layer against a general optimiser, which changes its weights one by one. */
class JointMaximumTest {

    private static final int ROWS = 20;
    private static final int INPUTS = 3;
    private static final double PRIOR_VARIANCE = 0.8;

    private final SplittableRandom random = new SplittableRandom(9);

    /** log p(y | u) up to a constant, with its first two derivatives by u. */
    private enum Density {
        POISSON {
            @Override
            double[] at(double y, double u) {
                return new double[] {y * u - Math.exp(u), y - Math.exp(u), -Math.exp(u)};
            }
        },
        LOGISTIC {
            @Override
            double[] at(double y, double u) {
                double p = 1 / (1 + Math.exp(-u));
                double t = y > 1 ? 1 : 0;
                return new double[] {t * u - Math.log1p(Math.exp(u)), t - p, -p * (1 - p)};
            }
        },
        /** Not log-concave: far from the label the second derivative is positive. */
        STUDENT {
            @Override
            double[] at(double y, double u) {
                double r = y - u;
                double d = 0.1 + r * r;
                return new double[] {-1.5 * Math.log(d), 3 * r / d, -3 * (0.1 - r * r) / (d * d)};
            }
        },
        NORMAL {
            @Override
            double[] at(double y, double u) {
                return new double[] {-(y - u) * (y - u), 2 * (y - u), -2};
            }
        };

        abstract double[] at(double y, double u);
    }

    static Stream<Density> densities() {
        return Stream.of(Density.values());
    }

    private final double[][] x = new double[ROWS][INPUTS];
    private final double[] y = new double[ROWS];
    private final double[] observed = new double[ROWS];
    private InducingExamples inducing = InducingExamples.all();

    private void draw() {
        for (int n = 0; n < ROWS; n++) {
            double u = 0.5;
            for (int j = 0; j < INPUTS; j++) {
                x[n][j] = random.nextDouble(-1, 1);
                u += x[n][j];
            }
            y[n] = Math.max(0, Math.rint(Math.exp(u) + random.nextDouble(-1, 1)));
            observed[n] = n % 7 == 3 ? 0 : 1;
        }
    }

    private JointMaximum.Objective objective(Density density) {
        return (mean, variance, slope, curvature) -> {
            double sum = 0;
            for (int i = 0; i < mean.length; i++) {
                int n = i % ROWS;
                if (observed[n] > 0) {
                    double[] values = density.at(y[n] + i / ROWS, mean[i]);
                    sum += values[0];
                    slope[i] = values[1];
                    curvature[i] = -values[2];
                }
            }
            return sum;
        };
    }

    /** Covariance of the potentials, X X' times the prior variance of the weights; of all outputs the same. */
    private INDArray covariance() {
        INDArray features = Arrays2d.of(x);
        return features.mmul(features.transpose()).muli(PRIOR_VARIANCE);
    }

    private INDArray spread(double[] values, int outputs) {
        double[][] rows = new double[ROWS][outputs];
        for (int n = 0; n < ROWS; n++) {
            java.util.Arrays.fill(rows[n], values[n]);
        }
        return Arrays2d.of(rows);
    }

    private JointMaximum.Maximum maximum(Density density, int outputs, INDArray earlier, INDArray mean) {
        INDArray covariance = covariance();
        double[] variance = new double[ROWS];
        for (int n = 0; n < ROWS; n++) {
            variance[n] = covariance.getDouble(n, n);
        }
        return new JointMaximum(
                        mean,
                        spread(variance, outputs),
                        BatchCovariance.of(KeptCovariance.of(covariance, inducing)),
                        earlier,
                        spread(observed, outputs),
                        objective(density))
                .solve();
    }

    private double posterior(Density density, double[] weights, double shift) {
        double sum = 0;
        for (double weight : weights) {
            sum -= weight * weight / (2 * PRIOR_VARIANCE);
        }
        for (int n = 0; n < ROWS; n++) {
            if (observed[n] > 0) {
                sum += density.at(y[n] + shift, potential(weights, n))[0];
            }
        }
        return sum;
    }

    private double potential(double[] weights, int row) {
        double u = 0;
        for (int j = 0; j < INPUTS; j++) {
            u += weights[j] * x[row][j];
        }
        return u;
    }

    /** Changes one weight after the other while that raises the posterior. */
    private double[] optimised(Density density, double shift) {
        double[] weights = new double[INPUTS];
        for (double step = 0.5; step > 1e-9; ) {
            boolean raised = false;
            for (int j = 0; j < INPUTS; j++) {
                for (double change : new double[] {step, -step}) {
                    double before = posterior(density, weights, shift);
                    weights[j] += change;
                    if (posterior(density, weights, shift) > before) {
                        raised = true;
                    } else {
                        weights[j] -= change;
                    }
                }
            }
            step = raised ? step : step / 2;
        }
        return weights;
    }

    /** A density that is not log-concave has several maxima; on the way to one of them the objective has risen. */
    @Test
    void risesWithoutLogConcavity() {
        draw();
        JointMaximum.Maximum maximum = maximum(Density.STUDENT, 1, null, spread(new double[ROWS], 1));
        double before = 0;
        double after = 0;
        for (int n = 0; n < ROWS; n++) {
            after -= maximum.shift()[n] * maximum.potentials()[n] / 2;
            if (observed[n] > 0) {
                before += Density.STUDENT.at(y[n], 0)[0];
                after += Density.STUDENT.at(y[n], maximum.potentials()[n])[0];
            }
        }
        assertThat(after).isGreaterThan(before + 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Density.class,
            names = {"POISSON", "LOGISTIC", "NORMAL"})
    void isThatOfAGeneralOptimiser(Density density) {
        draw();
        // The covariance has as many directions as there are inputs, which the inducing examples span.
        for (int i = 0; i < 4; i++) {
            int outputs = i < 2 ? 1 : 5;
            inducing = i % 2 == 0 ? InducingExamples.all() : InducingExamples.of(ROWS, INPUTS + 3);
            JointMaximum.Maximum maximum = maximum(density, outputs, null, spread(new double[ROWS], outputs));
            for (int c = 0; c < outputs; c++) {
                double[] weights = optimised(density, c);
                for (int n = 0; n < ROWS; n++) {
                    int entry = c * ROWS + n;
                    double slope = observed[n] > 0 ? density.at(y[n] + c, maximum.potentials()[entry])[1] : 0;
                    assertThat(maximum.shift()[entry])
                            .as("z of row %s", n)
                            .isCloseTo(slope, within(0.05 * (1 + Math.abs(slope))));
                    if (observed[n] > 0) {
                        assertThat(maximum.potentials()[entry])
                                .as("potential of row %s, output %s", n, c)
                                .isCloseTo(potential(weights, n), within(5e-3));
                    }
                }
            }
        }
    }

    /** In a later sweep the means have moved by K z already: the maximum stays where it is. */
    @ParameterizedTest
    @MethodSource("densities")
    void aFurtherSweepChangesNothing(Density density) {
        draw();
        JointMaximum.Maximum first = maximum(density, 1, null, spread(new double[ROWS], 1));
        double[][] moved = new double[ROWS][1];
        double[][] shift = new double[ROWS][1];
        for (int n = 0; n < ROWS; n++) {
            shift[n][0] = first.shift()[n];
        }
        INDArray at = covariance().mmul(Arrays2d.of(shift));
        for (int n = 0; n < ROWS; n++) {
            moved[n][0] = at.getDouble(n);
        }
        JointMaximum.Maximum second = maximum(density, 1, Arrays2d.of(shift), Arrays2d.of(moved));
        assertThat(second.shift()).containsExactly(first.shift(), within(5e-2));
    }

    @Test
    void anObjectiveThatIsNotANumberIsAnError() {
        draw();
        assertThatThrownBy(() -> new JointMaximum(
                                spread(y, 1),
                                spread(observed, 1),
                                BatchCovariance.none(),
                                null,
                                spread(observed, 1),
                                (mean, variance, slope, curvature) -> Double.NaN)
                        .solve())
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the expected log density of the batch is NaN");
    }
}

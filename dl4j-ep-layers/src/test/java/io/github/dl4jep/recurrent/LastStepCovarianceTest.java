package io.github.dl4jep.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.InducingExamples;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class LastStepCovarianceTest {

    private static final int STEPS = 3;
    private static final int BATCH = 4;
    private static final int INPUTS = 2;
    private static final int UNITS = 5;
    private static final int GATES = 2;

    private final Random random = new Random(3);

    /** What unit u at the last step has as derivative by the pre-activation of gate g of unit j at step t in example n. */
    private final double[][][][] jacobian = new double[STEPS][BATCH][GATES * UNITS][UNITS];

    private final double[][][] given = new double[STEPS][BATCH][BATCH];

    LastStepCovarianceTest() {
        for (double[][][] step : jacobian) {
            for (double[][] example : step) {
                for (double[] row : example) {
                    Arrays.setAll(row, i -> random.nextGaussian());
                }
            }
        }
        for (double[][] step : given) {
            for (int n = 0; n < BATCH; n++) {
                for (int k = 0; k <= n; k++) {
                    step[n][k] = random.nextGaussian();
                    step[k][n] = step[n][k];
                }
            }
        }
    }

    private float[][] slopes(float[] direction) {
        float[][] slopes = new float[STEPS][BATCH * GATES * UNITS];
        for (int t = 0; t < STEPS; t++) {
            for (int n = 0; n < BATCH; n++) {
                for (int j = 0; j < GATES * UNITS; j++) {
                    for (int unit = 0; unit < UNITS; unit++) {
                        slopes[t][j * BATCH + n] += (float) (direction[unit] * jacobian[t][n][j][unit]);
                    }
                }
            }
        }
        return slopes;
    }

    private float[][] seen() {
        float[][] seen = new float[STEPS][BATCH * INPUTS];
        for (float[] step : seen) {
            for (int i = 0; i < step.length; i++) {
                step[i] = (float) random.nextGaussian();
            }
        }
        return seen;
    }

    private float[][] flat() {
        float[][] flat = new float[STEPS][BATCH * BATCH];
        for (int t = 0; t < STEPS; t++) {
            for (int i = 0; i < flat[t].length; i++) {
                flat[t][i] = (float) given[t][i % BATCH][i / BATCH];
            }
        }
        return flat;
    }

    /** The mean over units, element by element, of what weights at all steps and inputs at each step do. */
    private double exact(float[][] seen, int n, int k) {
        double sum = 0;
        for (int unit = 0; unit < UNITS; unit++) {
            for (int j = 0; j < GATES * UNITS; j++) {
                for (int i = 0; i < INPUTS; i++) {
                    double ofN = 0;
                    double ofK = 0;
                    for (int t = 0; t < STEPS; t++) {
                        ofN += seen[t][i * BATCH + n] * jacobian[t][n][j][unit];
                        ofK += seen[t][i * BATCH + k] * jacobian[t][k][j][unit];
                    }
                    sum += ofN * ofK;
                }
                for (int t = 0; t < STEPS; t++) {
                    sum += jacobian[t][n][j][unit] * jacobian[t][k][j][unit] * given[t][n][k];
                }
            }
        }
        return sum / UNITS;
    }

    @Test
    void isTheMeanOverUnitsOnAverageOverSigns() {
        int draws = 20_000;
        float[][] seen = seen();
        double[] mean = new double[BATCH * BATCH];
        for (int draw = 0; draw < draws; draw++) {
            INDArray k = new LastStepCovariance(seen, BATCH, UNITS, this::slopes, draw, InducingExamples.all())
                    .plusInputs(flat())
                    .covariance(DataType.FLOAT)
                    .columns();
            for (int i = 0; i < mean.length; i++) {
                mean[i] += k.getDouble(i / BATCH, i % BATCH) / draws;
            }
        }
        double largest = DoubleStream.of(mean).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < mean.length; i++) {
            assertThat(mean[i]).isCloseTo(exact(seen, i / BATCH, i % BATCH), within(0.05 * largest));
        }
    }

    private ExampleCovariance with(InducingExamples inducing, float[][] seen) {
        return new LastStepCovariance(seen, BATCH, UNITS, this::slopes, 7, inducing)
                .plusInputs(flat())
                .covariance(DataType.FLOAT);
    }

    @Test
    void isTheSameEveryTime() {
        float[][] seen = seen();
        assertThat(with(InducingExamples.all(), seen).columns())
                .isEqualTo(with(InducingExamples.all(), seen).columns());
    }

    @Test
    void columnsOfInducingExamplesAndVariancesAreThoseOfAll() {
        float[][] seen = seen();
        INDArray all = with(InducingExamples.all(), seen).columns();
        InducingExamples inducing = InducingExamples.of(BATCH, 2);
        ExampleCovariance some = with(inducing, seen);
        int[] numbers = inducing.numbers(BATCH);
        for (int n = 0; n < BATCH; n++) {
            assertThat(some.variances().getDouble(n)).isCloseTo(all.getDouble(n, n), within(1e-4));
            for (int i = 0; i < numbers.length; i++) {
                assertThat(some.columns().getDouble(n, i)).isCloseTo(all.getDouble(n, numbers[i]), within(1e-4));
            }
        }
    }
}

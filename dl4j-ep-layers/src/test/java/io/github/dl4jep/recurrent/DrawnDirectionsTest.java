package io.github.dl4jep.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Directions of weights against the derivatives by every single weight, for a cell with a memory and one without. */
class DrawnDirectionsTest {

    private static final int STEPS = 3;
    private static final int BATCH = 2;
    private static final int INPUTS = 2;
    private static final int UNITS = 3;

    private final Random random = new Random(5);
    private final float[][] seen = new float[STEPS][];
    private final List<Cell.Gains> gains = new ArrayList<>();

    private float[] numbers(int length) {
        float[] numbers = new float[length];
        for (int i = 0; i < length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private float[] given(boolean memory) {
        for (int t = 0; t < STEPS; t++) {
            seen[t] = numbers(BATCH * INPUTS);
            gains.add(new Cell.Gains(
                    numbers(BATCH * UNITS),
                    memory ? numbers(BATCH * UNITS) : null,
                    memory ? numbers(3 * BATCH * UNITS) : null,
                    memory ? numbers(BATCH * UNITS) : null));
        }
        return numbers(UNITS * columns(memory));
    }

    private static int columns(boolean memory) {
        return memory ? 4 * UNITS : UNITS;
    }

    /** Derivatives of all activations by one weight, [steps x batch x units], example by example and unit by unit. */
    private double[] derivatives(float[] mean, boolean memory, int input, int column) {
        double[] all = new double[STEPS * BATCH * UNITS];
        for (int n = 0; n < BATCH; n++) {
            double[] h = new double[UNITS];
            double[] c = new double[UNITS];
            for (int t = 0; t < STEPS; t++) {
                Cell.Gains gain = gains.get(t);
                double[] u = new double[columns(memory)];
                for (int k = 0; k < u.length; k++) {
                    u[k] = k == column ? seen[t][input * BATCH + n] : 0;
                    for (int j = 0; j < UNITS; j++) {
                        u[k] += h[j] * mean[k * UNITS + j];
                    }
                }
                for (int j = 0; j < UNITS; j++) {
                    int at = j * BATCH + n;
                    if (!memory) {
                        h[j] = gain.output[at] * u[j];
                        all[(t * BATCH + n) * UNITS + j] = h[j];
                        continue;
                    }
                    int size = UNITS * BATCH;
                    c[j] = gain.kept[at] * c[j]
                            + gain.memory[at] * u[j]
                            + gain.memory[size + at] * u[UNITS + j]
                            + gain.memory[2 * size + at] * u[3 * UNITS + j];
                    h[j] = gain.output[at] * u[2 * UNITS + j] + gain.outputOfMemory[at] * c[j];
                    all[(t * BATCH + n) * UNITS + j] = h[j];
                }
            }
        }
        return all;
    }

    private void areThoseOfAllWeights(boolean memory) {
        float[] mean = given(memory);
        int rows = STEPS * BATCH;
        double[][] expected = new double[rows][rows];
        for (int input = 0; input < INPUTS; input++) {
            for (int column = 0; column < columns(memory); column++) {
                double[] d = derivatives(mean, memory, input, column);
                for (int a = 0; a < rows; a++) {
                    for (int b = 0; b < rows; b++) {
                        for (int j = 0; j < UNITS; j++) {
                            expected[a][b] += d[a * UNITS + j] * d[b * UNITS + j] / UNITS;
                        }
                    }
                }
            }
        }
        double[][] drawn = new double[rows][rows];
        int seeds = 200;
        for (int seed = 0; seed < seeds; seed++) {
            DrawnDirections directions =
                    new DrawnDirections(seen, gains::get, FloatMatrix.of(mean, UNITS), BATCH, UNITS, seed);
            float[] weight = directions.repeated(new float[] {1f / UNITS, 1f / UNITS, 1f / UNITS});
            for (int a = 0; a < rows; a++) {
                for (int b = 0; b < rows; b++) {
                    for (int i = 0; i < weight.length; i++) {
                        drawn[a][b] += (double) weight[i]
                                * directions.at(a / BATCH)[i * BATCH + a % BATCH]
                                * directions.at(b / BATCH)[i * BATCH + b % BATCH]
                                / seeds;
                    }
                }
            }
        }
        for (int a = 0; a < rows; a++) {
            for (int b = 0; b < rows; b++) {
                assertThat(drawn[a][b])
                        .isCloseTo(expected[a][b], within(0.03 * Math.sqrt(expected[a][a] * expected[b][b])));
            }
        }
    }

    @Test
    void areThoseOfAllWeightsWithoutAMemory() {
        areThoseOfAllWeights(false);
    }

    @Test
    void areThoseOfAllWeightsWithAMemory() {
        areThoseOfAllWeights(true);
    }

    @Test
    void areTheSameEveryTime() {
        float[] mean = given(true);
        FloatMatrix matrix = FloatMatrix.of(mean, UNITS);
        assertThat(new DrawnDirections(seen, gains::get, matrix, BATCH, UNITS, 3).at(2))
                .isEqualTo(new DrawnDirections(seen, gains::get, matrix, BATCH, UNITS, 3).at(2));
    }
}

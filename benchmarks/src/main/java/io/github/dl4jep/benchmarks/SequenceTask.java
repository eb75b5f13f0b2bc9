package io.github.dl4jep.benchmarks;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Generated sequences, of which those with the same name and seed are the same everywhere, and networks that fit them. */
enum SequenceTask {
    /** Six kinds of control charts of 60 steps: Alcock and Manolopoulos 1999. */
    CHARTS(450, 1500, 10, 10, 6, false) {
        @Override
        DataSet draw(int count, Random random, long seed) {
            return classes(count, 1, 60, n -> n % 6, (x, n) -> {
                double amplitude = 10 + 5 * random.nextDouble();
                double period = 10 + 5 * random.nextDouble();
                double trend = 0.2 + 0.3 * random.nextDouble();
                double shift = 7.5 + 12.5 * random.nextDouble();
                double shiftsAt = 20 * (1 + random.nextDouble());
                for (int t = 0; t < 60; t++) {
                    double level = switch (n % 6) {
                        case 0 -> 0;
                        case 1 -> amplitude * Math.sin(2 * Math.PI * t / period);
                        case 2 -> trend * t;
                        case 3 -> -trend * t;
                        case 4 -> t >= shiftsAt ? shift : 0;
                        default -> t >= shiftsAt ? -shift : 0;
                    };
                    x[0][t] = (2 * (6 * random.nextDouble() - 3) + level) / 12;
                }
            });
        }
    },
    /** A walk of six steps of which the first is large: did it go up? */
    WALKS(320, 2000, 32, 8, 2, false) {
        @Override
        DataSet draw(int count, Random random, long seed) {
            int[] up = new int[count];
            double[][] first = new double[count][6];
            for (int n = 0; n < count; n++) {
                for (int t = 0; t < 6; t++) {
                    first[n][t] = random.nextGaussian() * (t == 0 ? 1 : 0.3);
                }
                up[n] = first[n][0] > 0 ? 1 : 0;
            }
            return classes(count, 2, 6, n -> up[n], (x, n) -> {
                x[0] = first[n];
                x[1][0] = 1;
            });
        }
    },
    /** The third in which the sum of twelve steps of the first channel lies. */
    SUMS(960, 2000, 16, 8, 3, false) {
        @Override
        DataSet draw(int count, Random random, long seed) {
            double[][][] values = new double[count][2][12];
            int[] third = new int[count];
            for (int n = 0; n < count; n++) {
                double sum = 0;
                for (int t = 0; t < 12; t++) {
                    values[n][0][t] = random.nextGaussian();
                    values[n][1][t] = random.nextGaussian();
                    sum += values[n][0][t];
                }
                double quantile = 0.43 * Math.sqrt(12);
                third[n] = sum < -quantile ? 0 : sum < quantile ? 1 : 2;
            }
            return classes(count, 2, 12, n -> third[n], (x, n) -> {
                x[0] = values[n][0];
                x[1] = values[n][1];
            });
        }
    },
    /** At each step a state that forgets a twentieth, with noise. */
    SLOW(480, 200, 16, 32, 1, true) {
        @Override
        DataSet draw(int count, Random random, long seed) {
            INDArray features = Nd4j.create(count, 1, 50);
            INDArray labels = Nd4j.create(count, 1, 50);
            for (int n = 0; n < count; n++) {
                double state = 0;
                for (int t = 0; t < 50; t++) {
                    double x = random.nextGaussian();
                    state = 0.95 * state + Math.sqrt(1 - 0.95 * 0.95) * x;
                    features.putScalar(n, 0, t, x);
                    labels.putScalar(n, 0, t, state + NOISE * random.nextGaussian());
                }
            }
            return new DataSet(features, labels);
        }
    },
    /** At each step what a recurrent network of six tanh units puts out, with noise. */
    TEACHER(640, 300, 16, 32, 1, true) {
        @Override
        DataSet draw(int count, Random random, long seed) {
            Random weights = new Random(seed);
            double[][] recurrent = gaussian(weights, 6, 6, Math.sqrt(1 / 6.0));
            double[][] input = gaussian(weights, 3, 6, 1);
            double[][] output = gaussian(weights, 1, 6, Math.sqrt(0.5));
            INDArray features = Nd4j.create(count, 3, 25);
            INDArray labels = Nd4j.create(count, 1, 25);
            for (int n = 0; n < count; n++) {
                double[] state = new double[6];
                for (int t = 0; t < 25; t++) {
                    double[] potentials = new double[6];
                    for (int c = 0; c < 3; c++) {
                        double x = random.nextGaussian();
                        features.putScalar(n, c, t, x);
                        add(x, input[c], potentials);
                    }
                    for (int j = 0; j < 6; j++) {
                        add(state[j], recurrent[j], potentials);
                    }
                    double label = NOISE * random.nextGaussian();
                    for (int j = 0; j < 6; j++) {
                        state[j] = Math.tanh(potentials[j]);
                        label += output[0][j] * state[j];
                    }
                    labels.putScalar(n, 0, t, label);
                }
            }
            return new DataSet(features, labels);
        }
    };

    /** Standard deviation of the noise of numbers. */
    static final double NOISE = 0.3;

    /** Sequences to learn from and to test. */
    final int rows;

    final int testRows;
    final int batch;
    final int units;
    final int outputs;
    /** Whether labels are numbers at every step, not a class of each sequence. */
    final boolean everyStep;

    SequenceTask(int rows, int testRows, int batch, int units, int outputs, boolean everyStep) {
        this.rows = rows;
        this.testRows = testRows;
        this.batch = batch;
        this.units = units;
        this.outputs = outputs;
        this.everyStep = everyStep;
    }

    private interface Sequence {
        /** Writes sequence n, [channels][steps]. */
        void write(double[][] x, int n);
    }

    /** Sequences to learn from. */
    DataSet training(long seed) {
        return draw(rows, new Random(seed), seed);
    }

    /** Others of the same kind. */
    DataSet test(long seed) {
        return draw(testRows, new Random(seed + 1_000_003), seed);
    }

    abstract DataSet draw(int count, Random random, long seed);

    private static DataSet classes(int count, int channels, int steps, IntUnaryOperator label, Sequence sequence) {
        INDArray features = Nd4j.create(count, channels, steps);
        int classes = 0;
        for (int n = 0; n < count; n++) {
            double[][] x = new double[channels][steps];
            sequence.write(x, n);
            for (int c = 0; c < channels; c++) {
                for (int t = 0; t < steps; t++) {
                    features.putScalar(n, c, t, x[c][t]);
                }
            }
            classes = Math.max(classes, label.applyAsInt(n) + 1);
        }
        INDArray labels = Nd4j.create(count, classes);
        for (int n = 0; n < count; n++) {
            labels.putScalar(n, label.applyAsInt(n), 1);
        }
        return new DataSet(features, labels);
    }

    private static double[][] gaussian(Random random, int rows, int columns, double deviation) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int j = 0; j < columns; j++) {
                row[j] = deviation * random.nextGaussian();
            }
        }
        return values;
    }

    private static void add(double factor, double[] row, double[] sum) {
        for (int j = 0; j < row.length; j++) {
            sum[j] += factor * row[j];
        }
    }
}

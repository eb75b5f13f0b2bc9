package io.github.dl4jep.coverage;

import io.github.dl4jep.coverage.Figure.Split;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Generated data with something to learn. */
final class FigureData {

    private static final long SEED = 11;
    private static final int TEST = 1000;

    private FigureData() {}

    /** Writes one row. */
    private interface Row {
        void write(Random random, float[] features, float[] labels);
    }

    private static Supplier<Split> rows(int train, long[] features, long[] labels, Row row) {
        return () -> {
            Random random = new Random(SEED);
            return new Split(some(random, train, features, labels, row), some(random, TEST, features, labels, row));
        };
    }

    private static MultiDataSet some(Random random, int rows, long[] features, long[] labels, Row row) {
        int width = length(features);
        int outputs = length(labels);
        float[] x = new float[rows * width];
        float[] y = new float[rows * outputs];
        for (int n = 0; n < rows; n++) {
            float[] in = new float[width];
            float[] out = new float[outputs];
            row.write(random, in, out);
            System.arraycopy(in, 0, x, n * width, width);
            System.arraycopy(out, 0, y, n * outputs, outputs);
        }
        return new MultiDataSet(Nd4j.create(x, shape(rows, features), 'c'), Nd4j.create(y, shape(rows, labels), 'c'));
    }

    private static int length(long[] dims) {
        int length = 1;
        for (long dim : dims) {
            length *= (int) dim;
        }
        return length;
    }

    private static long[] shape(int rows, long[] dims) {
        long[] shape = new long[dims.length + 1];
        shape[0] = rows;
        System.arraycopy(dims, 0, shape, 1, dims.length);
        return shape;
    }

    private static long[] of(long... dims) {
        return dims;
    }

    /** Overlapping clusters, one a class. */
    static Supplier<Split> clusters(int train, int columns, int classes) {
        Random places = new Random(SEED + 1);
        float[][] centres = new float[classes][columns];
        for (float[] centre : centres) {
            for (int i = 0; i < columns; i++) {
                centre[i] = (float) (1.2 * places.nextGaussian());
            }
        }
        return rows(train, of(columns), of(classes), (random, x, y) -> {
            int label = random.nextInt(classes);
            y[label] = 1;
            for (int i = 0; i < columns; i++) {
                x[i] = centres[label][i] + (float) random.nextGaussian();
            }
        });
    }

    /** A point on one of two half circles. */
    static Supplier<Split> moons(int train) {
        return rows(train, of(2), of(2), (random, x, y) -> {
            int label = random.nextInt(2);
            double angle = Math.PI * random.nextDouble();
            x[0] = (float) (Math.cos(angle) * (1 - 2 * label) + label + 0.2 * random.nextGaussian());
            x[1] = (float) (Math.sin(angle) * (1 - 2 * label) + 0.5 * label + 0.2 * random.nextGaussian());
            y[label] = 1;
        });
    }

    /** A disc and a ring around it. */
    static Supplier<Split> rings(int train) {
        return rows(train, of(2), of(2), (random, x, y) -> {
            int label = random.nextInt(2);
            double angle = 2 * Math.PI * random.nextDouble();
            double radius = 3.0 * label + Math.abs(random.nextGaussian());
            x[0] = (float) (radius * Math.cos(angle));
            x[1] = (float) (radius * Math.sin(angle));
            y[label] = 1;
        });
    }

    /** Four corners with noise, the class of opposite ones is the same. */
    static Supplier<Split> exclusiveOr(int train) {
        return rows(train, of(2), of(2), (random, x, y) -> {
            int a = random.nextInt(2);
            int b = random.nextInt(2);
            x[0] = a + 0.15f * (float) random.nextGaussian();
            x[1] = b + 0.15f * (float) random.nextGaussian();
            y[a ^ b] = 1;
        });
    }

    /** Four independent labels, each of some columns. */
    static Supplier<Split> bits(int train) {
        return rows(train, of(8), of(4), (random, x, y) -> {
            gaussian(random, x);
            y[0] = x[0] + x[1] > 0 ? 1 : 0;
            y[1] = x[2] * x[3] > 0 ? 1 : 0;
            y[2] = x[4] * x[4] + x[5] * x[5] > 1.4 ? 1 : 0;
            y[3] = Math.abs(x[6]) > Math.abs(x[7]) ? 1 : 0;
        });
    }

    private static void gaussian(Random random, float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
    }

    /** A number for two numbers from 0 to 3. */
    static Supplier<Split> ofTwo(int train, java.util.function.DoubleBinaryOperator f) {
        return rows(train, of(2), of(1), (random, x, y) -> {
            x[0] = 3 * random.nextFloat();
            x[1] = 3 * random.nextFloat();
            y[0] = (float) f.applyAsDouble(x[0], x[1]);
        });
    }

    /** sin(x) / x from -10 to 10. */
    static Supplier<Split> curve(int train) {
        return rows(train, of(1), of(1), (random, x, y) -> {
            x[0] = 20 * random.nextFloat() - 10;
            y[0] = (float) (Math.sin(x[0]) / x[0]);
        });
    }

    /** Numbers that depend on some columns, with noise. */
    static Supplier<Split> table(int train, int outputs, double noise) {
        return rows(train, of(8), of(outputs), (random, x, y) -> {
            gaussian(random, x);
            for (int c = 0; c < outputs; c++) {
                y[c] = (float)
                        (Math.sin(x[c]) + 0.5 * x[c + 1] * x[c + 2] + 0.3 * x[c + 3] + noise * random.nextGaussian());
            }
        });
    }

    /** What an image is of, drawn into it at a place of its own. */
    private static int draw(Random random, float[] image, int offset, int size, int classes) {
        int label = random.nextInt(classes);
        int r = 2 + random.nextInt(2);
        int y = r + random.nextInt(size - 2 * r);
        int x = r + random.nextInt(size - 2 * r);
        float ink = 0.6f + 0.4f * random.nextFloat();
        BiConsumer<Integer, Integer> dot = (dy, dx) -> image[offset + (y + dy) * size + x + dx] = ink;
        for (int i = -r; i <= r; i++) {
            switch (label) {
                case 0 -> dot.accept(0, i);
                case 1 -> dot.accept(i, 0);
                case 2 -> dot.accept(i, i);
                case 3 -> dot.accept(i, -i);
                default -> {
                    dot.accept(i, -r);
                    dot.accept(i, r);
                    dot.accept(-r, i);
                    dot.accept(r, i);
                }
            }
        }
        return label;
    }

    private static void noise(Random random, float[] image) {
        for (int i = 0; i < image.length; i++) {
            image[i] = Math.max(0, image[i] + 0.15f * (float) random.nextGaussian());
        }
    }

    /** Strokes and squares somewhere in an image; the first channel has them. */
    static Supplier<Split> shapes(int train, int channels, int size) {
        return rows(train, of(channels, size, size), of(5), (random, x, y) -> {
            y[draw(random, x, 0, size, 5)] = 1;
            noise(random, x);
        });
    }

    /** The same in one layer of a volume, the class of the layer's half. */
    static Supplier<Split> volumes(int train, int size) {
        return rows(train, of(1, size, size, size), of(4), (random, x, y) -> {
            y[draw(random, x, random.nextInt(size) * size * size, size, 4)] = 1;
            noise(random, x);
        });
    }

    /** Two shapes side by side, a label for each. */
    static Supplier<Split> pairs(int train, int size) {
        Supplier<Split> wide = rows(train, of(2, size, size), of(2, 5), (random, x, y) -> {
            y[draw(random, x, 0, size, 5)] = 1;
            y[5 + draw(random, x, size * size, size, 5)] = 1;
            noise(random, x);
        });
        return () -> {
            Split split = wide.get();
            return new Split(twoOutputs(split.train()), twoOutputs(split.test()));
        };
    }

    private static MultiDataSet twoOutputs(org.nd4j.linalg.dataset.api.MultiDataSet data) {
        var both = data.getLabels(0);
        return new MultiDataSet(
                new org.nd4j.linalg.api.ndarray.INDArray[] {data.getFeatures(0)},
                new org.nd4j.linalg.api.ndarray.INDArray[] {
                    both.get(
                                    org.nd4j.linalg.indexing.NDArrayIndex.all(),
                                    org.nd4j.linalg.indexing.NDArrayIndex.point(0),
                                    org.nd4j.linalg.indexing.NDArrayIndex.all())
                            .dup('c'),
                    both.get(
                                    org.nd4j.linalg.indexing.NDArrayIndex.all(),
                                    org.nd4j.linalg.indexing.NDArrayIndex.point(1),
                                    org.nd4j.linalg.indexing.NDArrayIndex.all())
                            .dup('c')
                });
    }

    /** Which pixels belong to the square of a noisy image. */
    static Supplier<Split> masks(int train, int size) {
        return rows(train, of(1, size, size), of(1, size, size), (random, x, y) -> {
            int side = 2 + random.nextInt(3);
            int top = random.nextInt(size - side);
            int left = random.nextInt(size - side);
            for (int i = 0; i < side * side; i++) {
                y[(top + i / side) * size + left + i % side] = 1;
            }
            for (int i = 0; i < x.length; i++) {
                x[i] = 0.7f * y[i] + 0.35f * (float) random.nextGaussian();
            }
        });
    }

    /** Images as their own labels: what autoencoders learn. */
    static Supplier<Split> reconstructed(Supplier<Split> data, double noise) {
        return () -> {
            Split split = data.get();
            return new Split(itself(split.train(), noise), itself(split.test(), noise));
        };
    }

    private static MultiDataSet itself(org.nd4j.linalg.dataset.api.MultiDataSet data, double noise) {
        var clean = data.getFeatures(0).reshape('c', data.getFeatures(0).size(0), -1);
        Nd4j.getRandom().setSeed(SEED);
        return new MultiDataSet(clean.add(Nd4j.randn(clean.shape()).muli(noise)), clean);
    }

    /** Series of three channels with a bump, a step or a wave in one of them. */
    static Supplier<Split> series(int train, int length) {
        return rows(train, of(3, length), of(4), (random, x, y) -> {
            int label = random.nextInt(4);
            y[label] = 1;
            int channel = random.nextInt(3);
            int at = 3 + random.nextInt(length - 6);
            double phase = 6 * random.nextDouble();
            for (int t = 0; t < length; t++) {
                double value = switch (label) {
                    case 0 -> Math.exp(-0.5 * (t - at) * (t - at));
                    case 1 -> t >= at ? 1 : 0;
                    case 2 -> Math.sin(1.5 * t + phase);
                    default -> t == at ? 1 : t == at + 1 ? -1 : 0;
                };
                x[channel * length + t] = (float) (1.5 * value);
            }
            for (int i = 0; i < x.length; i++) {
                x[i] += 0.3f * (float) random.nextGaussian();
            }
        });
    }

    /** Two rows of the same or of different clusters. */
    static Supplier<Split> sameOrNot(int train) {
        int columns = 6;
        Supplier<Split> both = rows(train, of(2, columns), of(1), (random, x, y) -> {
            boolean same = random.nextBoolean();
            int first = random.nextInt(4);
            int second = same ? first : (first + 1 + random.nextInt(3)) % 4;
            for (int i = 0; i < columns; i++) {
                x[i] = (float) (2 * Math.sin(7.0 * first + 3 * i) + 0.7 * random.nextGaussian());
                x[columns + i] = (float) (2 * Math.sin(7.0 * second + 3 * i) + 0.7 * random.nextGaussian());
            }
            y[0] = same ? 1 : 0;
        });
        return () -> {
            Split split = both.get();
            return new Split(twoInputs(split.train(), columns), twoInputs(split.test(), columns));
        };
    }

    private static MultiDataSet twoInputs(org.nd4j.linalg.dataset.api.MultiDataSet data, int columns) {
        var flat = data.getFeatures(0).reshape('c', data.getFeatures(0).size(0), 2L * columns);
        return new MultiDataSet(
                new org.nd4j.linalg.api.ndarray.INDArray[] {
                    flat.getColumns(java.util.stream.IntStream.range(0, columns).toArray())
                            .dup('c'),
                    flat.getColumns(java.util.stream.IntStream.range(columns, 2 * columns)
                                    .toArray())
                            .dup('c')
                },
                new org.nd4j.linalg.api.ndarray.INDArray[] {data.getLabels(0)});
    }

    /**
     * Sentences of 8 to 32 words with vectors of 50; the class is that of two phrases of two or three words, and phrases of the other class
     * are the same words in the reverse order. One second phrase in seven is of the other class.
     */
    static Supplier<Split> sentences(int train, int words, int vector) {
        Random language = new Random(SEED + 2);
        int vocabulary = 300;
        float[][] vectors = new float[vocabulary][vector];
        for (float[] each : vectors) {
            gaussian(language, each);
        }
        int[][] phrases = new int[12][];
        for (int p = 0; p < phrases.length; p++) {
            phrases[p] = language.ints(2 + language.nextInt(2), 0, 60).toArray();
        }
        return rows(train, of(1, words, vector), of(2), (random, x, y) -> {
            int label = random.nextInt(2);
            y[label] = 1;
            int[] sentence =
                    random.ints(8 + random.nextInt(words - 7), 0, vocabulary).toArray();
            int half = sentence.length / 2;
            for (int q = 0; q < 2; q++) {
                int of = q == 1 && random.nextInt(7) == 0 ? 1 - label : label;
                int[] phrase = phrases[random.nextInt(phrases.length)];
                int at = q * half + random.nextInt(Math.max(1, half - phrase.length + 1));
                for (int i = 0; i < phrase.length; i++) {
                    sentence[at + i] = phrase[of == 0 ? i : phrase.length - 1 - i];
                }
            }
            for (int t = 0; t < sentence.length; t++) {
                System.arraycopy(vectors[sentence[t]], 0, x, t * vector, vector);
            }
        });
    }
}

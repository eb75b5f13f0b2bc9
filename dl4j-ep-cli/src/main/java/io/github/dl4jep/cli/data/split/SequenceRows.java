package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.SequenceShape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences, each as long as it is: those of a range are filled up to the longest of them, and masks say which steps are there.
 *
 * @param sequences the sequences, at least one
 * @param everyStep whether there is a label at every step, and not one for the whole sequence
 */
public record SequenceRows(List<Sequence> sequences, boolean everyStep) implements Rows {
    /**
     * One sequence.
     *
     * @param features {@code [steps][inputs]}, at least one step
     * @param labels {@code [steps][outputs]}, null at a step without a label; or {@code [1][outputs]} for the whole sequence
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers that are never compared
    public record Sequence(float[][] features, float[] @Nullable [] labels) {
        int steps() {
            return features.length;
        }
    }

    /**
     * Copies the list.
     *
     * @param sequences the sequences, at least one
     * @param everyStep whether there is a label at every step, and not one for the whole sequence
     */
    public SequenceRows {
        sequences = List.copyOf(sequences);
    }

    @Override
    public int count() {
        return sequences.size();
    }

    private static int longest(List<Sequence> some) {
        return some.stream().mapToInt(Sequence::steps).max().orElseThrow();
    }

    @Override
    public long[] shape() {
        return new long[] {sequences.get(0).features()[0].length, longest(sequences)};
    }

    @Override
    public SequenceShape sequence() {
        return new SequenceShape(everyStep, longest(sequences));
    }

    @Override
    public int outputs() {
        return Arrays.stream(sequences.get(0).labels())
                .filter(label -> label != null)
                .findFirst()
                .orElseThrow()
                .length;
    }

    @Override
    public DataSet range(int from, int to) {
        List<Sequence> part = sequences.subList(from, to);
        int steps = longest(part);
        Block features = new Block(part.size(), (int) shape()[0], steps);
        Block labels = new Block(part.size(), outputs(), everyStep ? steps : 1);
        for (int i = 0; i < part.size(); i++) {
            features.put(i, part.get(i).features());
            labels.put(i, part.get(i).labels());
        }
        INDArray wanted = labels.values();
        return new DataSet(
                features.values(),
                everyStep ? wanted : wanted.reshape('c', part.size(), outputs()),
                features.mask(),
                everyStep ? labels.mask() : null);
    }

    /** Arrays of {@code [n, values, steps]} and {@code [n, steps]} that are filled sequence by sequence. */
    private static final class Block {
        private final float[] values;
        private final float[] mask;
        private final int rows;
        private final int width;
        private final int steps;
        private int there;

        Block(int rows, int width, int steps) {
            this.rows = rows;
            this.width = width;
            this.steps = steps;
            values = new float[Math.multiplyExact(Math.multiplyExact(rows, width), steps)];
            mask = new float[rows * steps];
        }

        void put(int row, float[][] of) {
            for (int step = 0; step < of.length; step++) {
                if (of[step] != null) {
                    mask[row * steps + step] = 1;
                    there++;
                    for (int c = 0; c < width; c++) {
                        values[(row * width + c) * steps + step] = of[step][c];
                    }
                }
            }
        }

        INDArray values() {
            return Nd4j.create(values, new long[] {rows, width, steps}, 'c');
        }

        @Nullable
        INDArray mask() {
            return there == mask.length ? null : Nd4j.create(mask, new long[] {rows, steps}, 'c');
        }
    }

    @Override
    public Rows ordered(int[] order) {
        return new SequenceRows(Arrays.stream(order).mapToObj(sequences::get).toList(), everyStep);
    }

    @Override
    public int[] classes() {
        if (everyStep) {
            throw new IllegalStateException("The sequences have no class each, but one at every step.");
        }
        return sequences.stream()
                .mapToInt(sequence -> largest(sequence.labels()[0]))
                .toArray();
    }

    private static int largest(float[] oneHot) {
        return IntStream.range(0, oneHot.length)
                .reduce((best, c) -> oneHot[c] > oneHot[best] ? c : best)
                .orElseThrow();
    }

    @Override
    public Rows withClasses(int[] classOf) {
        int outputs = outputs();
        return new SequenceRows(
                IntStream.range(0, count())
                        .mapToObj(i -> new Sequence(sequences.get(i).features(), oneHot(classOf[i], outputs)))
                        .toList(),
                everyStep);
    }

    private static float[][] oneHot(int classIndex, int classes) {
        float[][] label = new float[1][classes];
        label[0][classIndex] = 1;
        return label;
    }

    @Override
    public Rows asImages(ImageShape image) {
        throw new IllegalStateException("The rows are sequences, not images.");
    }
}

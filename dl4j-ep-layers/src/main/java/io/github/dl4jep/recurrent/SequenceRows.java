package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.StepMask;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which rows of [steps x minibatch] are part of a sequence. All sequences end at the last step; a shorter one begins later, and until
 * then its state is the one before its first step.
 */
public final class SequenceRows {

    private static final int ABSENT = -1;

    private final int minibatch;
    private final int steps;
    /** First step of each sequence, or null for 0. */
    private final int @Nullable [] first;
    /** Where each row comes from, or null if it was not moved. */
    private final int @Nullable [] source;

    private SequenceRows(int minibatch, int steps, int @Nullable [] first, int @Nullable [] source) {
        this.minibatch = minibatch;
        this.steps = steps;
        this.first = first;
        this.source = source;
    }

    /**
     * Sequences of one length.
     *
     * @param minibatch number of sequences
     * @param steps length
     * @return all rows
     */
    public static SequenceRows all(int minibatch, int steps) {
        return new SequenceRows(minibatch, steps, null, null);
    }

    /**
     * Sequences in which some steps are not there: the others are moved together, to the end.
     *
     * @param mask which steps are there
     * @return the rows of what is there
     */
    public static SequenceRows of(StepMask mask) {
        int minibatch = mask.minibatch();
        int steps = mask.steps();
        int[] first = new int[minibatch];
        int[] source = new int[minibatch * steps];
        Arrays.fill(source, ABSENT);
        for (int n = 0; n < minibatch; n++) {
            int to = steps;
            for (int t = steps - 1; t >= 0; t--) {
                if (mask.isPresent(n, t)) {
                    to--;
                    source[to * minibatch + n] = t * minibatch + n;
                }
            }
            first[n] = to;
        }
        return new SequenceRows(minibatch, steps, first, source);
    }

    @Nullable
    INDArray gathered(@Nullable INDArray rows) {
        return rows == null ? null : moved(rows);
    }

    /**
     * Sequences backwards: what is there changes places with what is there.
     *
     * @param minibatch number of sequences
     * @param steps number of steps
     * @param mask which steps are there, or null for all
     * @return rows whose {@link #moved} are those of the sequences backwards
     */
    public static SequenceRows backwards(int minibatch, int steps, @Nullable StepMask mask) {
        int[] source = new int[minibatch * steps];
        for (int n = 0; n < minibatch; n++) {
            int last = steps - 1;
            for (int t = 0; t < steps; t++) {
                if (mask != null && !mask.isPresent(n, t)) {
                    source[t * minibatch + n] = t * minibatch + n;
                    continue;
                }
                while (mask != null && !mask.isPresent(n, last)) {
                    last--;
                }
                source[t * minibatch + n] = last * minibatch + n;
                last--;
            }
        }
        return new SequenceRows(minibatch, steps, null, source);
    }

    /**
     * Moves the rows to their places.
     *
     * @param rows [steps x minibatch, columns]
     * @return the moved rows; zeros before a sequence begins
     */
    public INDArray moved(INDArray rows) {
        return source == null ? rows : moved(rows, source, true);
    }

    /**
     * Moves what is there back to where it was.
     *
     * @param rows [steps x minibatch, columns]
     * @return the same with zeros where no step is
     */
    public INDArray scattered(INDArray rows) {
        return source == null ? rows : moved(rows, source, false);
    }

    private static INDArray moved(INDArray rows, int[] source, boolean gather) {
        int count = source.length;
        int columns = rows.columns();
        double[] values = Rows.columns(rows);
        double[] moved = new double[values.length];
        for (int row = 0; row < count; row++) {
            for (int column = 0; source[row] != ABSENT && column < columns; column++) {
                int there = column * count + source[row];
                int here = column * count + row;
                moved[gather ? here : there] = values[gather ? there : here];
            }
        }
        return Rows.matrix(moved, count, columns, rows.dataType());
    }

    /** Blocks of all pairs of the rows before they were moved, as blocks of the rows after that, or the other way round. */
    float[][] movedPairs(float[][] blocks, boolean gather) {
        if (source == null) {
            return blocks;
        }
        int size = minibatch * minibatch;
        float[][] moved = new float[steps][];
        for (int t = 0; t < steps; t++) {
            moved[t] = new float[(t + 1) * size];
        }
        for (int row = 0; row < source.length; row++) {
            for (int column = 0; column < source.length; column++) {
                if (source[row] != ABSENT && source[column] != ABSENT) {
                    int toRow = gather ? row : source[row];
                    int toColumn = gather ? column : source[column];
                    int fromRow = gather ? source[row] : row;
                    int fromColumn = gather ? source[column] : column;
                    if (toColumn / minibatch <= toRow / minibatch) {
                        moved[toRow / minibatch][toColumn * minibatch + toRow % minibatch] =
                                pair(blocks, fromRow, fromColumn);
                    }
                }
            }
        }
        return moved;
    }

    private float pair(float[][] blocks, int row, int column) {
        boolean lower = column / minibatch <= row / minibatch;
        int later = lower ? row : column;
        int earlier = lower ? column : row;
        return blocks[later / minibatch][earlier * minibatch + later % minibatch];
    }

    boolean areAll() {
        return source == null;
    }

    int minibatch() {
        return minibatch;
    }

    int steps() {
        return steps;
    }

    private boolean hasBegun(int step, int example) {
        return first == null || step >= first[example];
    }

    /** The state of what has not begun stays. */
    void keepBefore(int step, CellState before, CellState after) {
        keepBefore(step, before.output().mean, after.output().mean);
        keepBefore(step, before.output().variance, after.output().variance);
        StepMoments memory = before.memory();
        StepMoments memoryAfter = after.memory();
        if (memory != null && memoryAfter != null) {
            keepBefore(step, memory.mean, memoryAfter.mean);
            keepBefore(step, memory.variance, memoryAfter.variance);
        }
    }

    void keepBefore(int step, float[] before, float[] after) {
        for (int n = 0; first != null && n < minibatch; n++) {
            for (int i = n; !hasBegun(step, n) && i < after.length; i += minibatch) {
                after[i] = before[i];
            }
        }
    }

    /** Zeros before a sequence begins. */
    StepMoments visible(int step, StepMoments output) {
        return first == null ? output : new StepMoments(visible(step, output.mean), visible(step, output.variance));
    }

    float[] visible(int step, float[] output) {
        if (first == null) {
            return output;
        }
        float[] visible = output.clone();
        forget(step, visible);
        return visible;
    }

    /** A message to what has not begun says nothing. */
    void forget(int step, @Nullable StepMessage message) {
        if (message != null) {
            forget(step, message.shift);
            forget(step, message.curvature);
        }
    }

    private void forget(int step, float @Nullable [] values) {
        for (int n = 0; first != null && values != null && n < minibatch; n++) {
            for (int i = n; !hasBegun(step, n) && i < values.length; i += minibatch) {
                values[i] = 0;
            }
        }
    }

    /** What has not begun answers to nothing. */
    Cell.Gains gains(int step, Cell.Gains gains) {
        forget(step, gains.output);
        forget(step, gains.outputOfMemory);
        forget(step, gains.memory);
        forget(step, gains.kept);
        return gains;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SequenceRows that
                && minibatch == that.minibatch
                && steps == that.steps
                && Arrays.equals(source, that.source);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(source);
    }
}

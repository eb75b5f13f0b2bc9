package io.github.dl4jep.message;

import io.github.dl4jep.array.HostMemory;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Which rows of a joint batch one process has: a range that is its own, and the inducing examples of the batch that are not in it, with
 * which it keeps covariances and from which it learns nothing. All in the order of the joint batch, so that the inducing examples have the
 * same order everywhere. The whole batch is a part, too.
 *
 * @param step number of the batch, from 1
 * @param batch number of examples of the joint batch, B
 * @param inducing number of inducing examples of a larger batch, m, at least 1
 * @param from first own example, from 0
 * @param to own example after the last
 * @param elsewhere whether the equations of the joint batch are solved in another process
 */
public record BatchPart(long step, long batch, int inducing, long from, long to, boolean elsewhere) {

    /**
     * Checks the numbers.
     *
     * @param step number of the batch
     * @param batch number of examples of the joint batch
     * @param inducing number of inducing examples
     * @param from first own example
     * @param to own example after the last
     * @param elsewhere whether the equations of the joint batch are solved in another process
     * @throws IllegalArgumentException if the range is empty or not inside the batch
     */
    public BatchPart {
        if (from < 0 || from >= to || to > batch) {
            throw new IllegalArgumentException("a part of a batch has the examples from " + from + " to " + to
                    + ", allowed are one or more of 0 to " + batch);
        }
    }

    /**
     * Some examples of a batch whose equations are solved in another process.
     *
     * @param step number of the batch
     * @param batch number of examples of the joint batch
     * @param inducing number of inducing examples
     * @param from first own example
     * @param to own example after the last
     * @throws IllegalArgumentException if the range is empty or not inside the batch
     */
    public BatchPart(long step, long batch, int inducing, long from, long to) {
        this(step, batch, inducing, from, to, true);
    }

    /**
     * All of a batch, whose equations are solved here.
     *
     * @param step number of the batch, from 1
     * @param batch number of examples, at least 1
     * @param inducing number of inducing examples of a larger batch
     * @return the part that has all
     */
    public static BatchPart whole(long step, long batch, int inducing) {
        return new BatchPart(step, batch, inducing, 0, batch, false);
    }

    /**
     * Whether this is the whole batch.
     *
     * @return true if every example is its own
     */
    public boolean isWhole() {
        return to - from == batch;
    }

    /**
     * The inducing examples of the joint batch, by their numbers there.
     *
     * @return of the whole batch
     */
    public InducingExamples ofJoint() {
        return InducingExamples.of(whole(step, batch, inducing));
    }

    private long[] inducingRows() {
        return Arrays.stream(InducingExamples.of(batch, inducing).numbers(Math.toIntExact(batch)))
                .asLongStream()
                .toArray();
    }

    /**
     * The examples that the process has.
     *
     * @return their numbers in the joint batch, ascending
     */
    public long[] rows() {
        LongStream others = Arrays.stream(inducingRows()).filter(row -> row < from || row >= to);
        return LongStream.concat(LongStream.range(from, to), others).sorted().toArray();
    }

    /** The inducing examples, by their numbers among {@link #rows}. */
    int[] localInducing() {
        long[] rows = rows();
        return Arrays.stream(inducingRows())
                .mapToInt(row -> Arrays.binarySearch(rows, row))
                .toArray();
    }

    /**
     * Where the own examples begin among {@link #rows}.
     *
     * @return number of the first
     */
    public int ownFrom() {
        return (int) Arrays.stream(inducingRows()).filter(row -> row < from).count();
    }

    /**
     * How many examples are the process' own.
     *
     * @return at least 1
     */
    public int ownCount() {
        return Math.toIntExact(to - from);
    }

    /**
     * Those of the own examples that are asked where one of several is: every so-many-th of the joint batch, another one in each batch.
     *
     * @param share one of so many is asked
     * @return their numbers among the own ones
     */
    public int[] everyNth(int share) {
        long first = new SplittableRandom(step).nextInt(share);
        return IntStream.range(0, ownCount())
                .filter(row -> (row + from) % share == first)
                .toArray();
    }

    /**
     * How many {@link #everyNth} are, of all parts together.
     *
     * @param share one of so many is asked
     * @return the number
     */
    public int countOfEveryNth(int share) {
        return whole(step, batch, inducing).everyNth(share).length;
    }

    /**
     * The own rows of an array.
     *
     * @param array [rows, ...]
     * @return the array itself if all are; else a new f-ordered array
     */
    public INDArray own(INDArray array) {
        if (isWhole()) {
            return array;
        }
        if (isDense(array)) {
            INDArray own = HostMemory.uninitialized(DataType.FLOAT, new long[] {ownCount(), array.columns()}, 'f');
            copyRows(array, ownFrom(), own, 0);
            return own;
        }
        INDArrayIndex[] indices = NDArrayIndex.allFor(array);
        indices[0] = NDArrayIndex.interval(ownFrom(), ownFrom() + (long) ownCount());
        return array.get(indices).dup('f');
    }

    /**
     * The own rows of moments.
     *
     * @param moments of all {@link #rows}
     * @return those moments if all are; else new ones
     */
    public Moments own(Moments moments) {
        if (isWhole()) {
            return moments;
        }
        INDArray variance = moments.variance();
        StepMask mask = moments.mask();
        return new Moments(own(moments.mean()), variance == null ? null : own(variance))
                .shapedAs(moments.shape())
                .masked(
                        mask == null
                                ? null
                                : mask.rows(LongStream.range(ownFrom(), ownFrom() + (long) ownCount())
                                        .toArray()));
    }

    /**
     * The own rows of a message to the joint batch.
     *
     * @param joint z and G of all examples of the batch
     * @return the message itself if all are own; else that of the own examples
     */
    public BackwardMessage ofJoint(BackwardMessage joint) {
        return isWhole() ? joint : new BackwardMessage(ofJoint(joint.shift()), ofJoint(joint.curvature()));
    }

    private INDArray ofJoint(INDArray joint) {
        return joint.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('f');
    }

    /**
     * The own rows of a message to all rows.
     *
     * @param all z and G
     * @return the message itself if all are own
     */
    public BackwardMessage own(BackwardMessage all) {
        return isWhole() ? all : new BackwardMessage(own(all.shift()), own(all.curvature()));
    }

    /**
     * A message to own rows as one to all rows.
     *
     * @param own z and G of the own rows
     * @return the message itself if all are; else with zeros where rows are inducing examples of other parts
     */
    public BackwardMessage toAll(BackwardMessage own) {
        return isWhole() ? own : new BackwardMessage(toAll(own.shift()), toAll(own.curvature()));
    }

    private INDArray toAll(INDArray own) {
        INDArray all = Nd4j.create(own.dataType(), new long[] {rows().length, own.size(1)}, 'f');
        if (isDense(own)) {
            copyRows(own, 0, all, ownFrom());
            return all;
        }
        all.get(NDArrayIndex.interval(ownFrom(), ownFrom() + (long) ownCount()), NDArrayIndex.all())
                .assign(own);
        return all;
    }

    /** Whether columns lie one after the other, so that own rows are copied in runs: several times as fast as by indices. */
    private static boolean isDense(INDArray array) {
        return array.rank() == 2
                && array.dataType() == DataType.FLOAT
                && array.ordering() == 'f'
                && array.elementWiseStride() == 1
                && array.length() <= Integer.MAX_VALUE;
    }

    /** Copies all own rows of each column. */
    private void copyRows(INDArray from, int first, INDArray to, int firstTo) {
        int count = ownCount();
        int rows = from.rows();
        int rowsTo = to.rows();
        FloatBuffer in = HostMemory.floats(from);
        FloatBuffer out = HostMemory.floats(to);
        for (int c = 0; c < from.columns(); c++) {
            out.put(out.position() + c * rowsTo + firstTo, in, in.position() + c * rows + first, count);
        }
        HostMemory.keep(from);
        HostMemory.written(to);
    }

    /**
     * Throws where a layer needs the whole batch.
     *
     * @param part the part of a batch that a process has, or null for all
     * @param what what needs it, and where
     * @param remedy what to do
     * @throws UnsupportedOperationException if the part is not the whole
     */
    public static void requireWhole(@Nullable BatchPart part, String what, String remedy) {
        if (part != null && !part.isWhole()) {
            throw new UnsupportedOperationException(
                    what + ", and cannot learn from a batch that several workers share; " + remedy);
        }
    }
}

package io.github.dl4jep.message;

import io.github.dl4jep.array.FloatProducts;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The examples of a batch with which covariances are kept: all, or some that stand for all. Of a batch of B examples that is cut into m
 * pieces of about equal length, each piece has one, at a place that B and m alone decide. So no part of a sorted batch is without, no
 * period of the data is met, and the same batch has the same ones in every process. Immutable.
 */
public final class InducingExamples {

    private static final InducingExamples ALL = new InducingExamples(null, null, true);

    private final int @Nullable [] rows;
    private final @Nullable BatchPart part;
    private final boolean asked;

    private InducingExamples(int @Nullable [] rows, @Nullable BatchPart part, boolean asked) {
        this.rows = rows;
        this.part = part;
        this.asked = asked;
    }

    /**
     * All examples: covariances are exact.
     *
     * @return all
     */
    public static InducingExamples all() {
        return ALL;
    }

    /**
     * Some examples of a batch.
     *
     * @param batch number of examples, B
     * @param count how many are wanted, m, at least 1
     * @return m examples in ascending order; all where the batch has no more
     */
    public static InducingExamples of(long batch, int count) {
        if (batch <= count) {
            return ALL;
        }
        SplittableRandom random = new SplittableRandom(batch);
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            long from = batch * i / count;
            long to = batch * (i + 1) / count;
            rows[i] = Math.toIntExact(random.nextLong(from, to));
        }
        return new InducingExamples(rows, null, true);
    }

    /**
     * Those of the joint batch, by their numbers among the rows that a process has of it.
     *
     * @param part which rows these are
     * @return the same examples in every process
     */
    public static InducingExamples of(BatchPart part) {
        boolean all = part.isWhole() && part.batch() <= part.inducing();
        return new InducingExamples(all ? null : part.localInducing(), part, true);
    }

    /**
     * The fewest, where nobody asks for covariances: weights leave them out, other maps may do so.
     *
     * @param batch number of examples
     * @return one example; all of a single one
     */
    public static InducingExamples unasked(long batch) {
        InducingExamples one = of(batch, 1);
        return one.areAll() ? one : new InducingExamples(one.rows, null, false);
    }

    /**
     * Whether covariances are asked for.
     *
     * @return false if they may be left out
     */
    public boolean areAsked() {
        return asked;
    }

    /**
     * Those with which the covariances of sequences are kept: of a batch that is solved in this process all of them.
     *
     * @return these examples in a part of a joint batch, else all
     */
    public InducingExamples ofPart() {
        return part != null && part.elsewhere() ? this : ALL;
    }

    /** Given ones, in ascending order. */
    static InducingExamples ofRows(int[] rows) {
        return new InducingExamples(rows, null, true);
    }

    /**
     * The part of a joint batch that these examples are of.
     *
     * @return the part, or null where it is not known, as after maps that put examples together in another way
     */
    public @Nullable BatchPart part() {
        return part;
    }

    /**
     * Whether covariances are those of all pairs.
     *
     * @return true if no example is left out
     */
    public boolean areAll() {
        return rows == null;
    }

    /**
     * How many there are.
     *
     * @param batch number of examples of the batch
     * @return at most that
     */
    public int count(long batch) {
        return rows == null ? Math.toIntExact(batch) : rows.length;
    }

    /**
     * Their numbers.
     *
     * @param batch number of examples of the batch
     * @return ascending, from 0
     */
    public int[] numbers(int batch) {
        int[] all = new int[rows == null ? batch : 0];
        Arrays.setAll(all, n -> n);
        return rows == null ? all : rows.clone();
    }

    /**
     * Their rows of a matrix.
     *
     * @param matrix a row for each example of the batch
     * @return the matrix itself where they are all; else a new f-ordered array
     */
    public INDArray of(INDArray matrix) {
        if (rows == null) {
            return matrix;
        }
        return FloatProducts.rows(matrix, rows);
    }

    /**
     * Those of some examples of the batch.
     *
     * @param from first example
     * @param to example after the last
     * @return their inducing ones, numbered from 0; the first example where there is none
     */
    InducingExamples block(long from, long to) {
        if (rows == null) {
            return ALL;
        }
        int[] inside = Arrays.stream(rows)
                .filter(row -> row >= from && row < to)
                .map(row -> Math.toIntExact(row - from))
                .toArray();
        return new InducingExamples(inside.length == 0 ? new int[1] : inside, null, true);
    }
}

package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The inputs of a layer that were always 0 in training, and how uncertain their weights are. Data left the precision of these weights at the
 * prior's.
 *
 * <p>How far the weights of an input can move an output is the length of what they moved by, not one unit's part of it, because all move
 * along the weights of the next layer. Its mean square over the inputs that were seen is added to the prior variance of the others.
 */
final class UnseenInputs {

    /** An input whose weights have a larger share of their prior's precision from data was seen. */
    private static final double SEEN = 1e-3;

    private final int inputs;
    private final double priorPrecision;
    private final double limit;
    /** Of each block the inputs that none of its units saw so far; only the first ones of {@link #counts} count. */
    private final int[][] candidates;

    private final int[] counts;

    UnseenInputs(int inputs, double priorPrecision) {
        this.inputs = inputs;
        this.priorPrecision = priorPrecision;
        this.limit = priorPrecision * (1 + SEEN);
        this.candidates = new int[FusedLoop.BLOCKS][];
        Arrays.setAll(candidates, block -> IntStream.range(0, inputs).toArray());
        this.counts = new int[FusedLoop.BLOCKS];
        Arrays.fill(counts, inputs);
    }

    /** Of weights that a fused loop takes, column by column. */
    static UnseenInputs of(INDArray precision, double priorPrecision) {
        UnseenInputs unseen = new UnseenInputs(precision.rows(), priorPrecision);
        FusedLoop.run(
                (in, out, count, start, block) -> unseen.add(block, in[0], count),
                new INDArray[] {precision},
                new INDArray[0],
                unseen.inputs);
        return unseen;
    }

    /** The plain version of {@link #of}, of weights in any memory. */
    static UnseenInputs plain(INDArray precision, double priorPrecision) {
        UnseenInputs unseen = new UnseenInputs(precision.rows(), priorPrecision);
        unseen.add(0, columns(precision).data().asFloat(), Math.toIntExact(precision.length()));
        return unseen;
    }

    /** Weights column by column, in single precision: the plain way. */
    static INDArray columns(INDArray weights) {
        return weights.dup('f').castTo(DataType.FLOAT);
    }

    /** Adds the precisions of a chunk of whole columns. */
    void add(int block, float[] precision, int count) {
        for (int column = 0; column < count && counts[block] > 0; column += inputs) {
            counts[block] = keepUnseen(candidates[block], counts[block], precision, column);
        }
    }

    /** Keeps the inputs that a unit did not see; how many. */
    private int keepUnseen(int[] some, int count, float[] precision, int column) {
        int kept = 0;
        for (int k = 0; k < count; k++) {
            int input = some[k];
            some[kept] = input;
            kept += precision[column + input] <= limit ? 1 : 0;
        }
        return kept;
    }

    /** Rows that no unit of any block saw; none if that are all, as before training. */
    int[] rows() {
        int[] blocks = new int[inputs];
        for (int block = 0; block < counts.length; block++) {
            for (int k = 0; k < counts[block]; k++) {
                blocks[candidates[block][k]]++;
            }
        }
        int[] unseen = IntStream.range(0, inputs)
                .filter(input -> blocks[input] == counts.length)
                .toArray();
        return unseen.length == inputs ? new int[0] : unseen;
    }

    /**
     * The variance of each of their weights.
     *
     * @param means all weights' means, [inputs, units], float, f-ordered
     * @param from where these began, or null for 0
     */
    double variance(INDArray means, @Nullable INDArray from) {
        int units = means.columns();
        double[] moved = Rows.flat(squaresMoved(means, from).mean(units));
        int[] unseen = rows();
        double sum = IntStream.range(0, inputs).mapToDouble(i -> moved[i]).sum()
                - IntStream.of(unseen).mapToDouble(i -> moved[i]).sum();
        return 1 / priorPrecision + sum * units / (inputs - unseen.length);
    }

    private UnitSums squaresMoved(INDArray means, @Nullable INDArray from) {
        UnitSums squares = new UnitSums(inputs);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    // What was read is not needed any more.
                    float[] moved = in[0];
                    for (int i = 0; in.length > 1 && i < count; i++) {
                        moved[i] -= in[1][i];
                    }
                    GaussianLoops.square(moved, moved, count);
                    squares.add(block, moved, count);
                },
                from == null ? new INDArray[] {means} : new INDArray[] {means, from},
                new INDArray[0],
                inputs);
        return squares;
    }
}

package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
    private final UnitSums squares;
    private final float[][] differences;

    UnseenInputs(int inputs, double priorPrecision) {
        this.inputs = inputs;
        this.priorPrecision = priorPrecision;
        this.limit = priorPrecision * (1 + SEEN);
        this.candidates = new int[FusedLoop.BLOCKS][];
        Arrays.setAll(candidates, block -> IntStream.range(0, inputs).toArray());
        this.counts = new int[FusedLoop.BLOCKS];
        Arrays.fill(counts, inputs);
        this.squares = new UnitSums(inputs);
        this.differences = new float[FusedLoop.BLOCKS][0];
    }

    /** Adds a chunk of whole columns: precisions, means, and where these began or null for 0. */
    void add(int block, float[] precision, float[] mean, float @Nullable [] from, int count) {
        for (int column = 0; column < count && counts[block] > 0; column += inputs) {
            counts[block] = keepUnseen(candidates[block], counts[block], precision, column);
        }
        // One block that saw all inputs is enough: nobody asks how far they moved then.
        if (counts[block] > 0) {
            addSquares(block, mean, from, count);
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

    /** Loops of one statement each, which the JIT vectorises. */
    private void addSquares(int block, float[] mean, float @Nullable [] from, int count) {
        if (differences[block].length < count) {
            differences[block] = new float[count];
        }
        float[] moved = differences[block];
        if (from == null) {
            GaussianLoops.square(mean, moved, count);
        } else {
            for (int i = 0; i < count; i++) {
                moved[i] = mean[i] - from[i];
            }
            GaussianLoops.square(moved, moved, count);
        }
        squares.add(block, moved, count);
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

    /** The variance of each of their weights. */
    double variance(int units) {
        double[] moved = squares.mean(units).toDoubleVector();
        int[] unseen = rows();
        double sum = IntStream.range(0, inputs).mapToDouble(i -> moved[i]).sum()
                - IntStream.of(unseen).mapToDouble(i -> moved[i]).sum();
        return 1 / priorPrecision + sum * units / (inputs - unseen.length);
    }
}

package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
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
    private final float[][] largest;
    private final UnitSums squares;

    UnseenInputs(int inputs, double priorPrecision) {
        this.inputs = inputs;
        this.priorPrecision = priorPrecision;
        this.largest = new float[FusedLoop.BLOCKS][inputs];
        this.squares = new UnitSums(inputs);
    }

    /** Adds a chunk of whole columns: precisions, means, and where these began or null for 0. */
    void add(int block, float[] precision, float[] mean, float @Nullable [] from, int count) {
        float[] most = largest[block];
        for (int column = 0; column < count; column += inputs) {
            for (int j = 0; j < inputs; j++) {
                most[j] = Math.max(most[j], precision[column + j]);
            }
        }
        squares.addSquaredDifferences(block, mean, from, count);
    }

    /** Rows that were never seen; none if all were not, as before training. */
    int[] rows() {
        double limit = priorPrecision * (1 + SEEN);
        int[] unseen =
                IntStream.range(0, inputs).filter(input -> most(input) <= limit).toArray();
        return unseen.length == inputs ? new int[0] : unseen;
    }

    private float most(int input) {
        float most = 0;
        for (float[] block : largest) {
            most = Math.max(most, block[input]);
        }
        return most;
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

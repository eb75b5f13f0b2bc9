package io.github.dl4jep.message;

import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The covariance of pre-activations at pairs of an example and a position, due to weight uncertainty, averaged over units: algorithm,
 * section 3. Row p x minibatch + n is example n at position p. Nothing is computed before it is asked for.
 */
public interface PositionPairs {

    /** Rows whose covariances are computed at once: what the weights see at them takes some megabytes. */
    int ROWS_AT_ONCE = 2048;
    /** Rows that tell how far all others move together in what inducing ones do not know. */
    int ROWS_ASKED = 64;

    /**
     * Covariances of some pairs with others.
     *
     * @param rows numbers of pairs
     * @param columns numbers of pairs
     * @return [rows, columns], column by column, a new array
     */
    float[] between(int[] rows, int[] columns);

    /**
     * The variances of some pairs.
     *
     * @param rows numbers of pairs
     * @return one for each, a new array
     */
    float[] variances(int[] rows);

    /**
     * The number of examples.
     *
     * @return minibatch
     */
    int minibatch();

    /**
     * The number of positions.
     *
     * @return positions
     */
    int positions();

    /**
     * The covariance of all pairs, as far as it is kept.
     *
     * @param inducing pairs with which it is kept
     * @return a covariance of positions x minibatch rows
     */
    default ExampleCovariance covariance(InducingExamples inducing) {
        int all = Math.multiplyExact(positions(), minibatch());
        int[] chosen = inducing.numbers(all);
        float[] columns = new float[Math.multiplyExact(all, chosen.length)];
        double[] variances = new double[all];
        for (int from = 0; from < all; from += ROWS_AT_ONCE) {
            int[] rows =
                    IntStream.range(from, Math.min(all, from + ROWS_AT_ONCE)).toArray();
            float[] block = between(rows, chosen);
            for (int column = 0; column < chosen.length; column++) {
                System.arraycopy(block, column * rows.length, columns, column * all + from, rows.length);
            }
            float[] ofRows = variances(rows);
            for (int i = 0; i < rows.length; i++) {
                variances[from + i] = ofRows[i];
            }
        }
        ExampleCovariance kept = ExampleCovariance.of(
                inducing, Nd4j.createFromArray(columns).reshape('f', all, chosen.length), variances);
        if (inducing.areAll()) {
            return kept;
        }
        int[] some = InducingExamples.of(all, ROWS_ASKED).numbers(all);
        return kept.withRestsTogether(some, between(some, some));
    }

    /**
     * The same of activations multiplied by a constant.
     *
     * @param factor the square of the constant
     * @return all covariances times that
     */
    default PositionPairs times(double factor) {
        return factor == 1 ? this : new CombinedPairs(List.of(new CombinedPairs.Part(this, null, factor)));
    }

    /**
     * Those of a sum of two activations that do not depend on the same weights.
     *
     * @param other of as many examples and positions
     * @return the sum
     */
    default PositionPairs plus(PositionPairs other) {
        return new CombinedPairs(
                List.of(new CombinedPairs.Part(this, null, 1), new CombinedPairs.Part(other, null, 1)));
    }

    /**
     * Those of activations after a gain, averaged over units: \( K \circ (D D^T / units) \).
     *
     * @param gain [minibatch, units x positions]
     * @return pairs without gain
     */
    default PositionPairs collapsed(INDArray gain) {
        long units = gain.columns() / positions();
        int[][] here = {IntStream.range(0, positions()).toArray()};
        INDArray evenly = Nd4j.valueArrayOf(new long[] {units, 1}, 1.0 / units, DataType.FLOAT);
        return new CombinedPairs(List.of(new CombinedPairs.Part(this, new PositionRows(gain, evenly, here), 1)));
    }

    /**
     * The same after a map that moves positions, or makes one of several: one of them stands for all.
     *
     * @param sources for each new position the old one that stands for it
     * @return pairs at the new positions
     */
    default PositionPairs moved(int[] sources) {
        return new MovedPairs(this, sources);
    }
}

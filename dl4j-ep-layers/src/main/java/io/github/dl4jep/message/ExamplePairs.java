package io.github.dl4jep.message;

import io.github.dl4jep.array.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pairs of an activation whose positions do not share weights, such as a dense layer's units that became an image: those of examples at
 * one position. Units of two positions have weights of their own, and the means of weights that they see of earlier layers have no
 * common sign, so that on average they do not vary together.
 */
public final class ExamplePairs implements PositionPairs {

    private final float[] covariance;
    private final int minibatch;
    private final int positions;

    private ExamplePairs(INDArray covariance, int positions) {
        this.covariance = Rows.floatColumns(covariance);
        this.minibatch = covariance.rows();
        this.positions = positions;
    }

    /**
     * The pairs of an activation.
     *
     * @param message its covariance
     * @param positions number of its positions
     * @return those that are known; else pairs of examples, where all of their covariances are kept and no weights are shared; else null
     */
    public static @Nullable PositionPairs of(BatchCovariance message, int positions) {
        PositionPairs known = message.pairs();
        if (known != null || message.positions() != null || message.steps() != null) {
            return known;
        }
        INDArray columns = message.covariance();
        return columns != null && message.inducing().areAll() ? new ExamplePairs(columns, positions) : null;
    }

    @Override
    public float[] between(int[] rows, int[] columns) {
        float[] block = new float[Math.multiplyExact(rows.length, columns.length)];
        for (int column = 0; column < columns.length; column++) {
            int first = columns[column] % minibatch * minibatch;
            for (int i = 0; i < rows.length; i++) {
                if (rows[i] / minibatch == columns[column] / minibatch) {
                    block[column * rows.length + i] = covariance[first + rows[i] % minibatch];
                }
            }
        }
        return block;
    }

    @Override
    public float[] variances(int[] rows) {
        float[] variances = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            variances[i] = covariance[rows[i] % minibatch * (minibatch + 1)];
        }
        return variances;
    }

    @Override
    public int minibatch() {
        return minibatch;
    }

    @Override
    public int positions() {
        return positions;
    }
}

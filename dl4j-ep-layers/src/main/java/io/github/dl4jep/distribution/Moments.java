package io.github.dl4jep.distribution;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean and variance of every activation of a batch: what a layer is told by the layer before.
 *
 * <p>Shapes: {@code mean}: [minibatch, ...]; {@code variance}: shaped as the mean, in squared units of the mean, or null
 * when the values are observed (variance 0 everywhere).
 *
 * @param mean the means
 * @param variance the variances, or null for observed values
 */
public record Moments(INDArray mean, @Nullable INDArray variance) {

    /**
     * Checks that both arrays have one shape.
     *
     * @param mean the means
     * @param variance the variances, or null
     * @throws IllegalArgumentException if the shapes differ
     */
    public Moments {
        if (variance != null && !Arrays.equals(mean.shape(), variance.shape())) {
            throw new IllegalArgumentException("variance has shape " + Arrays.toString(variance.shape())
                    + ", but the mean has " + Arrays.toString(mean.shape()));
        }
    }

    /**
     * Values known exactly, such as the features of a batch.
     *
     * @param values the values, [minibatch, ...]
     * @return moments without variance
     */
    public static Moments observed(INDArray values) {
        return new Moments(values, null);
    }

    /**
     * Tells whether the values are known exactly.
     *
     * @return true if there is no variance
     */
    public boolean isObserved() {
        return variance == null;
    }
}

package io.github.dl4jep.distribution;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean and variance of every activation of a batch: what a layer is told by the layer before. Immutable.
 *
 * <p>Shapes: mean: [minibatch, ...]; variance: shaped as the mean, in squared units of the mean, or null when the values are
 * observed (variance 0 everywhere).
 */
public final class Moments {

    private final INDArray mean;
    private final @Nullable INDArray variance;
    private @Nullable INDArray squaredMean;
    private @Nullable INDArray secondMoment;

    /**
     * Moments.
     *
     * @param mean the means
     * @param variance the variances, or null for observed values
     * @throws IllegalArgumentException if the shapes differ
     */
    public Moments(INDArray mean, @Nullable INDArray variance) {
        if (variance != null && !Arrays.equals(mean.shape(), variance.shape())) {
            throw new IllegalArgumentException("variance has shape " + Arrays.toString(variance.shape())
                    + ", but the mean has " + Arrays.toString(mean.shape()));
        }
        this.mean = mean;
        this.variance = variance;
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
     * Moments with the squares that the next layer needs, where a unit has them at hand.
     *
     * @param mean the means
     * @param variance the variances
     * @param squaredMean mean^2, elementwise
     * @param secondMoment mean^2 + variance
     * @return the moments
     */
    public static Moments withSquares(INDArray mean, INDArray variance, INDArray squaredMean, INDArray secondMoment) {
        Moments moments = new Moments(mean, variance);
        moments.squaredMean = squaredMean;
        moments.secondMoment = secondMoment;
        return moments;
    }

    /**
     * The means.
     *
     * @return [minibatch, ...]
     */
    public INDArray mean() {
        return mean;
    }

    /**
     * The variances.
     *
     * @return shaped as the mean, or null for observed values
     */
    public @Nullable INDArray variance() {
        return variance;
    }

    /**
     * The squares of the means, computed once.
     *
     * @return shaped as the mean; not to be changed
     */
    public INDArray squaredMean() {
        if (squaredMean == null) {
            squaredMean = mean.mul(mean);
        }
        return squaredMean;
    }

    /**
     * Mean squares: squared mean plus variance, computed once.
     *
     * @return shaped as the mean; not to be changed
     */
    public INDArray secondMoment() {
        if (secondMoment == null) {
            secondMoment = variance == null ? squaredMean() : squaredMean().add(variance);
        }
        return secondMoment;
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

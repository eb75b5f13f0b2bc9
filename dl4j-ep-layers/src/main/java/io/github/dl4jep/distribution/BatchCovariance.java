package io.github.dl4jep.distribution;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance K between the samples of a batch, due to weight uncertainty, averaged over the units of a layer:
 * algorithm, section 3.
 *
 * <p>{@code covariance} belongs to the last pre-activation; {@code gain} is the gain D of the units since then. The next
 * layer with weights combines the two, because only it knows by how much each unit counts:
 * \( K' = a\,diag(\bar s)\,a^T + (D\,diag(\bar q)\,D^T) \circ K \).
 *
 * <p>Shapes: {@code covariance}: [minibatch, minibatch], symmetric, null when the input is observed; {@code gain}:
 * [minibatch, units], null for a gain of 1.
 *
 * @param covariance K, or null for none
 * @param gain D, or null for 1
 */
public record BatchCovariance(
        @Nullable INDArray covariance, @Nullable INDArray gain) {

    private static final BatchCovariance NONE = new BatchCovariance(null, null);

    /**
     * No covariance: the input is observed.
     *
     * @return the message into the first layer
     */
    public static BatchCovariance none() {
        return NONE;
    }

    /**
     * The covariance of a pre-activation, before any unit.
     *
     * @param covariance K, [minibatch, minibatch]
     * @return the message
     */
    public static BatchCovariance of(INDArray covariance) {
        return new BatchCovariance(covariance, null);
    }

    /**
     * The message behind a further unit.
     *
     * @param unitGain the unit's gain, [minibatch, units], or null for 1
     * @return this covariance with the gains multiplied
     */
    public BatchCovariance through(@Nullable INDArray unitGain) {
        if (covariance == null || unitGain == null) {
            return this;
        }
        return new BatchCovariance(covariance, gain == null ? unitGain : gain.mul(unitGain));
    }
}

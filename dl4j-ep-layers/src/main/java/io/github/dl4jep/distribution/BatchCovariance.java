package io.github.dl4jep.distribution;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
 * *
 * <p>Behind weights that many positions share, {@code positions} tells how these are correlated.
 *
 * @param covariance K, or null for none
 * @param gain D, or null for 1
 * @param positions correlation of positions, or null where no weights are shared
 */
public record BatchCovariance(
        @Nullable INDArray covariance,
        @Nullable INDArray gain,
        @Nullable PositionCorrelation positions) {

    private static final BatchCovariance NONE = new BatchCovariance(null, null);

    /**
     * A covariance whose positions share no weights.
     *
     * @param covariance K, or null for none
     * @param gain D, or null for 1
     */
    public BatchCovariance(@Nullable INDArray covariance, @Nullable INDArray gain) {
        this(covariance, gain, null);
    }

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
        // A unit scales the covariance of two positions, but keeps their correlation.
        return new BatchCovariance(covariance, gain == null ? unitGain : gain.mul(unitGain), positions);
    }

    /**
     * The same covariance behind weights that positions share.
     *
     * @param features makes what these weights see, [positions x minibatch, n]
     * @param before the covariance at their input
     * @return the message
     */
    public BatchCovariance withFeatures(Supplier<INDArray> features, BatchCovariance before) {
        PositionCorrelation earlier = before.positions();
        return new BatchCovariance(
                covariance, gain, new PositionCorrelation(features, earlier == null ? () -> 1 : earlier::rank));
    }

    /**
     * The message behind a map that combines elements, such as pooling.
     *
     * @param activation the activation that the gain belongs to, for its shape
     * @param map what the map does with the gain
     * @return this covariance with the mapped gain; a gain of 1 is mapped as an array of ones
     */
    public BatchCovariance withGain(INDArray activation, UnaryOperator<INDArray> map) {
        if (covariance == null) {
            return this;
        }
        INDArray before = gain == null ? activation.ulike().assign(1) : gain;
        return new BatchCovariance(
                covariance, map.apply(before), positions == null ? null : positions.withoutFeatures());
    }
}

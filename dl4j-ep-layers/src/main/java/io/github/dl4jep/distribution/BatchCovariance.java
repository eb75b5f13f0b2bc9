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
 * <p>Behind weights that many positions share, {@link #features()} tells how the positions are correlated: row by row what the
 * weights see, scaled by their deviations, so that the inner product of two rows is their covariance due to these weights. It is made
 * only when it is asked for.
 *
 * @param covariance K, or null for none
 * @param gain D, or null for 1
 * @param positionFeatures makes the features, [positions x minibatch, n], or null where there are none
 */
public record BatchCovariance(
        @Nullable INDArray covariance,
        @Nullable INDArray gain,
        @Nullable Supplier<INDArray> positionFeatures) {

    private static final BatchCovariance NONE = new BatchCovariance(null, null);

    /**
     * A covariance without features of positions.
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
        return new BatchCovariance(covariance, gain == null ? unitGain : gain.mul(unitGain), positionFeatures);
    }

    /**
     * The same covariance with features of positions.
     *
     * @param features makes them, [positions x minibatch, n]
     * @return the message
     */
    public BatchCovariance withFeatures(Supplier<INDArray> features) {
        return new BatchCovariance(covariance, gain, features);
    }

    /**
     * What the last weights see at every position.
     *
     * @return [positions x minibatch, n], the minibatch fastest; null where there are none
     */
    public @Nullable INDArray features() {
        return positionFeatures == null ? null : positionFeatures.get();
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
        return new BatchCovariance(covariance, map.apply(before));
    }
}

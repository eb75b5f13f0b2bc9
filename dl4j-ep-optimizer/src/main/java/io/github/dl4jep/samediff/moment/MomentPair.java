package io.github.dl4jep.samediff.moment;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Mean and variance of an activation in a moment graph.
 *
 * @param mean double, [minibatch, ...], channels first
 * @param variance of the same shape, or null where the activation is observed
 */
record MomentPair(SDVariable mean, @Nullable SDVariable variance) {

    static MomentPair observed(SDVariable value) {
        return new MomentPair(value, null);
    }

    SameDiff graph() {
        return mean.getSameDiff();
    }

    /** The variance, zeros where the activation is observed. */
    SDVariable varianceOrZeros() {
        return variance == null ? mean.mul(0) : Objects.requireNonNull(variance);
    }
}

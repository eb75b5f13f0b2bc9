package io.github.dl4jep.unit;

import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A unit f of a layer, v = f(u), elementwise: everything that differs between activations.
 *
 * <p>Shapes: all arrays shaped as the pre-activation, [minibatch, ...].
 */
public interface Unit {

    /**
     * Moments of f(u) for u ~ N(mean, variance): algorithm, section 2.
     *
     * @param preActivation moments of u; without variance the result is f(mean) without variance
     * @return mean a, variance s and gain D = Cov(f(u), u) / Var(u); new arrays, but for the identity
     */
    UnitMoments moments(Moments preActivation);

    /**
     * The unit itself, as a point network or a sampled network computes it.
     *
     * @param potentials u; may be overwritten
     * @return f(u)
     */
    INDArray activate(INDArray potentials);

    /**
     * By how much weight variances must exceed 1 / fan-in for activations to keep their scale: 2 for ReLU-like units, else 1.
     *
     * @return the gain of the weight prior
     */
    double priorGain();

    /**
     * Whether f never falls, and is the same each time: then the largest of several f(u) is f of the largest u.
     *
     * @return false unless a unit knows better
     */
    default boolean isRising() {
        return false;
    }

    /**
     * Orders uncertain elements as the means of their activations do, exactly or nearly, without computing these. Asked of rising units
     * only. Unless a unit knows better, the order is that of the pre-activations' means.
     *
     * @param mean means of pre-activations
     * @param variance their variances
     * @param key written: the larger, the larger is the mean activation; NaN where mean or variance is NaN
     */
    default void order(float[] mean, float[] variance, float[] key) {
        for (int i = 0; i < key.length; i++) {
            // The zero keeps a NaN of the variance, so that it is not hidden.
            key[i] = mean[i] + 0 * variance[i];
        }
    }
}

package io.github.dl4jep.unit;

import io.github.dl4jep.message.Moments;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a unit makes of a Gaussian pre-activation.
 *
 * @param moments mean a and variance s of the activation
 * @param gain D = Cov(f(u), u) / Var(u) = E f'(u) (Stein's lemma), shaped as the activation; null for 1
 */
public record UnitMoments(Moments moments, @Nullable INDArray gain) {}

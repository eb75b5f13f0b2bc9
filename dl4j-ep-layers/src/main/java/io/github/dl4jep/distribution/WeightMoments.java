package io.github.dl4jep.distribution;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moments of every weight of one array. All three shaped as the weights.
 *
 * @param mean M
 * @param variance S
 * @param secondMoment Q = S + M^2
 */
public record WeightMoments(INDArray mean, INDArray variance, INDArray secondMoment) {}

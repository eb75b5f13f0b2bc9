package io.github.dl4jep.params;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One value for every weight and bias of a layer, chosen from the posterior. New arrays.
 *
 * @param weights [nIn, nOut]
 * @param bias [1, nOut], or null for none
 */
public record StockWeights(INDArray weights, @Nullable INDArray bias) {

    /** The sum of two maps of one shape. */
    StockWeights plus(StockWeights other) {
        INDArray others = other.bias;
        return new StockWeights(
                weights.add(other.weights), bias == null ? others : others == null ? bias : bias.add(others));
    }
}

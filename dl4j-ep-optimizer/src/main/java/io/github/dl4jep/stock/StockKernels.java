package io.github.dl4jep.stock;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How DL4J's layers arrange the weights that EP keeps as a matrix: one registration line for each type that differs. */
final class StockKernels {

    /** From EP's matrix of weights to the array of a DL4J layer. */
    @FunctionalInterface
    interface Arrangement {

        /**
         * Arranges weights.
         *
         * @param weights EP's matrix
         * @param shape shape of DL4J's array
         * @return an array of that shape
         */
        INDArray of(INDArray weights, long[] shape);
    }

    private static final Map<Class<? extends Layer>, Arrangement> REGISTRY = new LinkedHashMap<>();

    static {
        REGISTRY.put(ConvolutionLayer.class, StockKernels::unitsFirst);
        REGISTRY.put(Convolution1DLayer.class, StockKernels::convolution1d);
        REGISTRY.put(Convolution3D.class, StockKernels::unitsFirst);
        REGISTRY.put(Deconvolution2D.class, StockKernels::deconvolution2d);
        REGISTRY.put(Deconvolution3D.class, StockKernels::deconvolution3d);
        REGISTRY.put(DepthwiseConvolution2D.class, (weights, shape) -> reshaped(weights, shape));
    }

    private StockKernels() {}

    /**
     * The weights of a layer as DL4J arranges them.
     *
     * @param layer the DL4J layer
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray arranged(Layer layer, INDArray weights, long[] shape) {
        return REGISTRY.getOrDefault(layer.getClass(), (same, ofShape) -> same).of(weights, shape);
    }

    private static INDArray reshaped(INDArray weights, long... shape) {
        return weights.dup('c').reshape('c', shape);
    }

    /** [nOut, nIn, kernel...] of [nIn x kernel, nOut]. */
    private static INDArray unitsFirst(INDArray weights, long[] shape) {
        return reshaped(weights.transpose(), shape);
    }

    /** [nOut, nIn, kernel, 1] of [nIn x kernel, nOut]; DL4J reads the elements as [kernel, nIn, nOut], whatever the shape says. */
    private static INDArray convolution1d(INDArray weights, long[] shape) {
        INDArray byChannel = reshaped(weights, shape[1], shape[2], shape[0]);
        return reshaped(byChannel.permute(1, 0, 2), shape);
    }

    /** [nIn, nOut, height, width] of [nIn x kernel in reverse order, nOut]. */
    private static INDArray deconvolution2d(INDArray weights, long[] shape) {
        int kernel = Math.toIntExact(shape[2] * shape[3]);
        INDArray byChannel = reshaped(reversed(weights, kernel), shape[0], kernel, shape[1]);
        return reshaped(byChannel.permute(0, 2, 1), shape);
    }

    /** [depth, height, width, nOut, nIn] of [nIn x kernel in reverse order, nOut]. */
    private static INDArray deconvolution3d(INDArray weights, long[] shape) {
        int kernel = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        INDArray byChannel = reshaped(reversed(weights, kernel), shape[4], kernel, shape[3]);
        return reshaped(byChannel.permute(1, 2, 0), shape);
    }

    /** The rows of each channel in reverse order. */
    private static INDArray reversed(INDArray weights, int kernel) {
        int[] rows = IntStream.range(0, weights.rows())
                .map(row -> row / kernel * kernel + kernel - 1 - row % kernel)
                .toArray();
        return weights.getRows(rows);
    }

    /**
     * The first weights of a separable convolution, [multiplier, nIn, height, width].
     *
     * @param weights EP's matrix [kernel, nIn x multiplier]
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray separableDepthwise(INDArray weights, long[] shape) {
        INDArray byChannel = reshaped(weights, shape[2] * shape[3], shape[1], shape[0]);
        return reshaped(byChannel.permute(2, 1, 0), shape);
    }

    /**
     * The second weights of a separable convolution, [nOut, nIn x multiplier, 1, 1].
     *
     * @param weights EP's matrix [nIn x multiplier, nOut]
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray separablePointwise(INDArray weights, long[] shape) {
        return unitsFirst(weights, shape);
    }
}

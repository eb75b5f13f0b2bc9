package io.github.dl4jep.type.linear;

import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How DL4J's convolutions arrange the weights that EP keeps as a matrix. */
@FunctionalInterface
public interface KernelArrangement {

    /**
     * From EP's matrix of weights to the array of a DL4J layer.
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    INDArray of(INDArray weights, long[] shape);

    private static INDArray reshaped(INDArray weights, long... shape) {
        return weights.dup('c').reshape('c', shape);
    }

    /**
     * The same elements in c-order.
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray same(INDArray weights, long[] shape) {
        return reshaped(weights, shape);
    }

    /**
     * [nOut, nIn, kernel...] of [nIn x kernel, nOut].
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray unitsFirst(INDArray weights, long[] shape) {
        return reshaped(weights.transpose(), shape);
    }

    /**
     * [nOut, nIn, kernel, 1] of [nIn x kernel, nOut]; DL4J reads the elements as [kernel, nIn, nOut], whatever the shape says.
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray convolution1d(INDArray weights, long[] shape) {
        INDArray byChannel = reshaped(weights, shape[1], shape[2], shape[0]);
        return reshaped(byChannel.permute(1, 0, 2), shape);
    }

    /**
     * [nIn, nOut, height, width] of [nIn x kernel in reverse order, nOut].
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray deconvolution2d(INDArray weights, long[] shape) {
        int kernel = Math.toIntExact(shape[2] * shape[3]);
        INDArray byChannel = reshaped(reversed(weights, kernel), shape[0], kernel, shape[1]);
        return reshaped(byChannel.permute(0, 2, 1), shape);
    }

    /**
     * [depth, height, width, nOut, nIn] of [nIn x kernel in reverse order, nOut].
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray deconvolution3d(INDArray weights, long[] shape) {
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
     * [multiplier, nIn, height, width] of [kernel, nIn x multiplier].
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    static INDArray depthwiseOfSeparable(INDArray weights, long[] shape) {
        INDArray byChannel = reshaped(weights, shape[2] * shape[3], shape[1], shape[0]);
        return reshaped(byChannel.permute(2, 1, 0), shape);
    }
}

package io.github.dl4jep.message;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Inner products of the rows of one matrix, with a weight for each column, \( x\,diag(c)\,x^T \). */
public final class WeightedGram {

    private WeightedGram() {}

    /**
     * The inner products.
     *
     * @param x [minibatch, n]
     * @param weights c, [n, 1], not negative
     * @param inducing examples with which they are computed
     * @return a new covariance
     */
    public static ExampleCovariance of(INDArray x, INDArray weights, InducingExamples inducing) {
        return inducing.areAll()
                ? ExampleCovariance.of(FloatProducts.gram(scaledByRoots(x, weights)))
                : plain(x, weights, inducing);
    }

    /** x diag(sqrt c), whose Gram matrix is wanted. */
    private static INDArray scaledByRoots(INDArray x, INDArray c) {
        if (!isFused(x) || !FusedLoop.accepts(c)) {
            return scaled(x, Transforms.sqrt(c, true));
        }
        float[] roots = Rows.floats(c);
        for (int i = 0; i < roots.length; i++) {
            roots[i] = (float) Math.sqrt(roots[i]);
        }
        return scaled(x, roots);
    }

    /** The product of two matrices, of which a Gram matrix is half. */
    static ExampleCovariance plain(INDArray x, INDArray weights, InducingExamples inducing) {
        return ExampleCovariance.ofProducts(scaled(x, weights), x, 1, inducing);
    }

    /** x diag(c): x [rows, n], c [n, 1]; a new array. */
    static INDArray scaled(INDArray x, INDArray c) {
        return isFused(x)
                ? scaled(
                        x,
                        Rows.floats(
                                FusedLoop.accepts(c)
                                        ? c
                                        : c.castTo(DataType.FLOAT).dup()))
                : plainScaled(x, c);
    }

    private static boolean isFused(INDArray x) {
        return x.rank() == 2 && FusedLoop.accepts(x);
    }

    private static INDArray scaled(INDArray x, float[] factors) {
        INDArray scaled = HostMemory.like(x);
        int rows = x.rows();
        if (x.ordering() == 'f') {
            FusedLoop.run(
                    (in, out, count, start, block) -> scaleColumns(in[0], out[0], count, factors, start / rows, rows),
                    new INDArray[] {x},
                    new INDArray[] {scaled},
                    rows);
        } else {
            FusedLoop.run(
                    (in, out, count, start, block) -> scaleRows(in[0], out[0], count, factors),
                    new INDArray[] {x},
                    new INDArray[] {scaled},
                    factors.length);
        }
        return scaled;
    }

    /** The plain version of the fused scaling. */
    static INDArray plainScaled(INDArray x, INDArray c) {
        return x.mulRowVector(c.reshape(1, c.length()));
    }

    /** A chunk of whole columns of an f-ordered array. */
    private static void scaleColumns(float[] in, float[] out, int count, float[] factors, int column, int rows) {
        for (int from = 0; from < count; from += rows) {
            float factor = factors[column + from / rows];
            for (int i = from; i < from + rows; i++) {
                out[i] = factor * in[i];
            }
        }
    }

    /** A chunk of whole rows of a c-ordered array. */
    private static void scaleRows(float[] in, float[] out, int count, float[] factors) {
        for (int from = 0; from < count; from += factors.length) {
            for (int j = 0; j < factors.length; j++) {
                out[from + j] = factors[j] * in[from + j];
            }
        }
    }
}

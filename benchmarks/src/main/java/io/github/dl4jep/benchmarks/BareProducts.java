package io.github.dl4jep.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The matrix products of one EP batch and nothing else: same shapes, every product with operands of its own, as in a
 * sweep, and preallocated f-ordered results. What a sweep could cost at best.
 *
 * <p>Per dense layer: forward m M, m^2 S and (not for the first layer) v Q; backward m^T z, (m^2 + v)^T G and (not for the
 * first layer) z M^T, G Q^T.
 */
final class BareProducts {

    private record Product(INDArray a, INDArray b, INDArray result, boolean transposeA, boolean transposeB) {
        void run() {
            Nd4j.gemm(a, b, result, transposeA, transposeB, 1, 0);
        }
    }

    private final List<Product> products = new ArrayList<>();

    /**
     * Allocates the arrays.
     *
     * @param sizes units of every layer, inputs first
     * @param batch rows of a batch
     */
    BareProducts(List<Integer> sizes, int batch) {
        for (int layer = 0; layer + 1 < sizes.size(); layer++) {
            int in = sizes.get(layer);
            int out = sizes.get(layer + 1);
            for (int repeat = 0; repeat < (layer == 0 ? 2 : 3); repeat++) {
                products.add(new Product(random(batch, in), random(in, out), empty(batch, out), false, false));
            }
            for (int repeat = 0; repeat < 2; repeat++) {
                products.add(new Product(random(batch, in), random(batch, out), empty(in, out), true, false));
            }
            for (int repeat = 0; layer > 0 && repeat < 2; repeat++) {
                products.add(new Product(random(batch, out), random(in, out), empty(batch, in), false, true));
            }
        }
    }

    /** Runs the products of one batch. */
    void run() {
        products.forEach(Product::run);
    }

    private static INDArray random(int rows, int columns) {
        return Nd4j.rand(DataType.FLOAT, rows, columns).dup('f');
    }

    private static INDArray empty(int rows, int columns) {
        return Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'f');
    }
}

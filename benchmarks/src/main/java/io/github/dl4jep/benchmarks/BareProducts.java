package io.github.dl4jep.benchmarks;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.weight.WeightMoments;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The matrix products of one EP batch and nothing else: same shapes, every product with operands of its own, as in a
 * sweep, and preallocated f-ordered results. What a sweep could cost at best.
 *
 * <p>Per layer with weights: forward m M, m^2 S and (not for the first layer) v Q; backward m^T z, (m^2 + v)^T G and (not for
 * the first layer) z M^T, G Q^T. A convolution has one row for every position of every example. Where means stand for weights neither m^2 S
 * nor G Q^T remain, and an eighth of (m^2 + v)^T G, of convolutions as a whole.
 */
final class BareProducts {

    /**
     * A layer as a matrix product.
     *
     * @param rows examples times positions
     * @param inputs fan-in of a unit
     * @param units units or channels
     * @param byMeans whether means over rows and columns stand for variances
     * @param isConvolution whether the rows are positions
     */
    record Layer(int rows, int inputs, int units, boolean byMeans, boolean isConvolution) {}

    private record Product(INDArray a, INDArray b, INDArray result, boolean transposeA, boolean transposeB) {
        void run() {
            Nd4j.gemm(a, b, result, transposeA, transposeB, 1, 0);
        }
    }

    private final List<Product> products = new ArrayList<>();

    /**
     * Allocates the arrays.
     *
     * @param layers the layers with weights, in order
     */
    BareProducts(List<Layer> layers) {
        for (Layer layer : layers) {
            boolean first = products.isEmpty();
            int rows = layer.rows();
            int in = layer.inputs();
            int out = layer.units();
            for (int repeat = 0; repeat < (first ? 2 : 3) - (layer.byMeans() ? 1 : 0); repeat++) {
                products.add(new Product(random(rows, in), random(in, out), empty(rows, out), false, false));
            }
            int asked = layer.byMeans() && !layer.isConvolution() ? Math.max(16, rows / 8) : rows;
            for (int seen : new int[] {rows, asked}) {
                products.add(new Product(random(seen, in), random(seen, out), empty(in, out), true, false));
            }
            for (int repeat = 0; !first && repeat < (layer.byMeans() ? 1 : 2); repeat++) {
                products.add(new Product(random(rows, out), random(in, out), empty(rows, in), false, true));
            }
        }
    }

    /**
     * The products of a network.
     *
     * @param network an EP network of dense and convolutional layers
     * @param features one batch
     * @return its products
     */
    static BareProducts of(EpMultiLayerNetwork network, INDArray features) {
        int batch = Math.toIntExact(features.size(0));
        List<INDArray> activations = network.feedForward(features);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < network.getnLayers(); i++) {
            if (network.getLayer(i).conf().getLayer().initializer() instanceof PosteriorParamInitializer layout) {
                WeightMoments moments =
                        layout.weights(network.getLayer(i).paramTable()).momentsOfSums(null, true);
                int units = moments.mean().columns();
                int rows = Math.toIntExact(activations.get(i + 1).length() / units);
                layers.add(new Layer(rows, moments.mean().rows(), units, moments.inputMeans() != null, rows > batch));
            }
        }
        if (layers.isEmpty() || layers.get(layers.size() - 1).rows() != batch) {
            throw new IllegalArgumentException("the products of this network are not known");
        }
        return new BareProducts(layers);
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

package io.github.dl4jep.cli.trainer;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;

/** Outputs of a stock network, some rows at a time, to bound the memory of wide networks. */
final class BatchedOutput {
    private static final int ROWS = 1000;

    private BatchedOutput() {}

    /**
     * Runs the network on all rows.
     *
     * @param network the network
     * @param features {@code [rows, inputs]}
     * @return {@code [rows, outputs]}
     */
    static INDArray of(MultiLayerNetwork network, INDArray features) {
        return network.output(new ViewIterator(new DataSet(features, features), ROWS));
    }
}

package io.github.dl4jep.cli.definition;

import io.github.dl4jep.spike.SpikingRun;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** A network of stock DL4J of either kind: what its two classes do alike, but do not declare together. */
public sealed interface StockNetwork {
    /** Rows that run at once, to bound the memory of wide networks. */
    int ROWS = 1000;

    /**
     * A list of layers.
     *
     * @param network the network
     * @return the same as one of either kind
     */
    static StockNetwork of(MultiLayerNetwork network) {
        return new OfLayers(network);
    }

    /**
     * A graph.
     *
     * @param network the network
     * @return the same as one of either kind
     */
    static StockNetwork of(ComputationGraph network) {
        return new OfGraph(network);
    }

    /**
     * Trains for one pass.
     *
     * @param batches the batches
     */
    void fit(DataSetIterator batches);

    /**
     * Runs the network on all rows.
     *
     * @param features {@code [rows, ...]}
     * @return {@code [rows, outputs]}
     */
    INDArray output(INDArray features);

    /**
     * Returns the number of weights and biases.
     *
     * @return the number
     */
    long parameters();

    /**
     * Says whether the network can be trained with labels.
     *
     * @return true if what gives its outputs are output layers
     */
    boolean takesLabels();

    /**
     * Returns what the network is made of.
     *
     * @return the definition
     */
    Definition definition();

    /** A {@link MultiLayerNetwork}. */
    record OfLayers(MultiLayerNetwork network) implements StockNetwork {
        @Override
        public void fit(DataSetIterator batches) {
            network.fit(batches);
        }

        @Override
        public INDArray output(INDArray features) {
            return network.output(new ViewIterator(new DataSet(features, features), ROWS));
        }

        @Override
        public long parameters() {
            return network.numParams();
        }

        @Override
        public boolean takesLabels() {
            return network.getOutputLayer() instanceof IOutputLayer;
        }

        @Override
        public Definition definition() {
            return Definition.of(network.getLayerWiseConfigurations());
        }

        /**
         * Runs the network for several time steps.
         *
         * @param timeSteps how many
         * @return the run
         */
        public SpikingRun run(int timeSteps) {
            return SpikingRun.of(network).timeSteps(timeSteps);
        }
    }

    /** A {@link ComputationGraph} with one input and one output. */
    record OfGraph(ComputationGraph network) implements StockNetwork {
        @Override
        public void fit(DataSetIterator batches) {
            network.fit(batches);
        }

        @Override
        public INDArray output(INDArray features) {
            return network.outputSingle(new ViewIterator(new DataSet(features, features), ROWS));
        }

        @Override
        public long parameters() {
            return network.numParams();
        }

        @Override
        public boolean takesLabels() {
            return network.getOutputLayer(0) instanceof IOutputLayer;
        }

        @Override
        public Definition definition() {
            return Definition.of(network.getConfiguration());
        }
    }
}

package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.StockNetwork;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpPredictor;
import io.github.dl4jep.network.MemoryEstimate;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** An EP network of either kind: what its two classes do alike. */
public interface EpModel {
    /**
     * Converts a definition.
     *
     * @param definition the definition
     * @param options how it is trained
     * @return the network, initialised
     */
    static EpModel of(Definition definition, EpOptions options) {
        return definition.map(
                layers -> new OfLayers(EpNetworks.from(layers, options)),
                graph -> new OfGraph(EpNetworks.from(graph, options)));
    }

    /**
     * Takes a network over.
     *
     * @param network what {@code EpNetworks.loadModel} returned
     * @return the same as one of either kind
     */
    static EpModel of(Model network) {
        return network instanceof EpComputationGraph graph
                ? new OfGraph(graph)
                : new OfLayers((EpMultiLayerNetwork) network);
    }

    /**
     * Returns the network itself.
     *
     * @return an {@link EpMultiLayerNetwork} or {@link EpComputationGraph}
     */
    Model network();

    /**
     * Trains for one pass.
     *
     * @param batches the batches
     */
    void fit(DataSetIterator batches);

    /**
     * Trains on one batch of a pass.
     *
     * @param batch the batch
     */
    default void learn(DataSet batch) {
        ((NeuralNetwork) network()).fit(batch);
    }

    /** Ends a pass of which every batch was learned by {@link #learn}, as the end of {@link #fit} does. */
    void endPass();

    /**
     * Predicts from the moments of the posterior.
     *
     * @param features {@code [rows, ...]}
     * @return the prediction
     */
    Prediction predict(INDArray features);

    /**
     * Computes the output potentials of networks drawn from the posterior.
     *
     * @param features {@code [rows, ...]}
     * @param draws how many networks
     * @return {@code [draws, rows, outputs]}
     */
    INDArray sample(INDArray features, int draws);

    /**
     * Returns the network of posterior means, or modes.
     *
     * @return a network of stock layers
     */
    StockNetwork point();

    /**
     * Estimates what a batch takes.
     *
     * @param input what one row looks like
     * @return the estimate
     */
    MemoryEstimate memory(InputType input);

    /**
     * A list of layers.
     *
     * @param network the network
     */
    record OfLayers(EpMultiLayerNetwork network) implements EpModel {
        @Override
        public void fit(DataSetIterator batches) {
            network.fit(batches);
        }

        @Override
        public void endPass() {
            network.incrementEpochCount();
        }

        @Override
        public Prediction predict(INDArray features) {
            return EpPredictor.of(network).predict(features);
        }

        @Override
        public INDArray sample(INDArray features, int draws) {
            return EpPredictor.of(network).sample(features, draws);
        }

        @Override
        public StockNetwork point() {
            return StockNetwork.of(EpNetworks.toPointNetwork(network));
        }

        @Override
        public MemoryEstimate memory(InputType input) {
            return MemoryEstimate.of(
                    network.getLayerWiseConfigurations().getMemoryReport(input),
                    network.getLayerWiseConfigurations().getDataType());
        }
    }

    /**
     * A graph.
     *
     * @param network the network
     */
    record OfGraph(EpComputationGraph network) implements EpModel {
        @Override
        public void fit(DataSetIterator batches) {
            network.fit(batches);
        }

        @Override
        public void endPass() {
            network.incrementEpochCount();
        }

        @Override
        public Prediction predict(INDArray features) {
            return EpPredictor.of(network).predict(features);
        }

        @Override
        public INDArray sample(INDArray features, int draws) {
            return EpPredictor.of(network).sample(features, draws);
        }

        @Override
        public StockNetwork point() {
            return StockNetwork.of(EpNetworks.toPointNetwork(network));
        }

        @Override
        public MemoryEstimate memory(InputType input) {
            return MemoryEstimate.of(
                    network.getConfiguration().getMemoryReport(input),
                    network.getConfiguration().getDataType());
        }
    }
}

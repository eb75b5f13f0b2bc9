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
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** An EP network of either kind: what its two classes do alike. */
interface EpModel {
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

    /** Trains for one pass. */
    void fit(DataSetIterator batches);

    /** Predicts from the moments of the posterior. */
    Prediction predict(INDArray features);

    /** Output potentials of networks drawn from the posterior, {@code [draws, rows, outputs]}. */
    INDArray sample(INDArray features, int draws);

    /** The network of posterior means, or modes. */
    StockNetwork point();

    /** What a batch takes. */
    MemoryEstimate memory(InputType input);

    /** A list of layers. */
    record OfLayers(EpMultiLayerNetwork network) implements EpModel {
        @Override
        public void fit(DataSetIterator batches) {
            network.fit(batches);
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

    /** A graph. */
    record OfGraph(EpComputationGraph network) implements EpModel {
        @Override
        public void fit(DataSetIterator batches) {
            network.fit(batches);
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

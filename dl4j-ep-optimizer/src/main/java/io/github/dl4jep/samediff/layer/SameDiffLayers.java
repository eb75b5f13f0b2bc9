package io.github.dl4jep.samediff.layer;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.convert.DefinitionReader;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.samediff.plan.WeightBinding;
import io.github.dl4jep.stock.StockGraph;
import io.github.dl4jep.stock.StockNetworks;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layers and vertices that are graphs of SameDiff: each is read as the layers and vertices of DL4J that compute the same, as a whole
 * SameDiff graph is.
 */
public final class SameDiffLayers implements DefinitionReader {

    /** For {@link java.util.ServiceLoader}. */
    public SameDiffLayers() {}

    @Override
    public MultiLayerConfiguration read(MultiLayerConfiguration configuration) {
        return ChainRewriting.of(configuration).configuration();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same object where there was nothing to read
    public MultiLayerNetwork read(MultiLayerNetwork network) {
        ChainRewriting rewriting = ChainRewriting.of(network.getLayerWiseConfigurations());
        if (rewriting.configuration() == network.getLayerWiseConfigurations()) {
            return network;
        }
        MultiLayerNetwork stock = new MultiLayerNetwork(rewriting.configuration());
        StockNetworks.initialise(stock);
        for (int i = 0; i < network.getnLayers(); i++) {
            Layer from = network.getLayer(i);
            LayerGraph graph = rewriting.graphs().get(i);
            int first = rewriting.places().get(i);
            if (graph == null) {
                copy(from, stock.getLayer(first));
                continue;
            }
            int place = first;
            if (graph.front() != null) {
                copy(from, stock.getLayer(place++));
            }
            for (PlannedVertex vertex : graph.plan().vertices()) {
                WeightBinding.set(stock.getLayer(place++), vertex.bindings(), from.paramTable()::get);
            }
        }
        stock.setIterationCount(network.getLayerWiseConfigurations().getIterationCount());
        return stock;
    }

    @Override
    public ComputationGraphConfiguration read(ComputationGraphConfiguration configuration) {
        return GraphRewriting.of(configuration).configuration();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same object where there was nothing to read
    public ComputationGraph read(ComputationGraph graph) {
        GraphRewriting rewriting = GraphRewriting.of(graph.getConfiguration());
        if (rewriting.configuration() == graph.getConfiguration()) {
            return graph;
        }
        ComputationGraph stock = new ComputationGraph(rewriting.configuration());
        StockGraph.initialise(stock);
        for (String name : graph.getConfiguration().getVertices().keySet()) {
            LayerGraph read = rewriting.graphs().get(name);
            if (read != null) {
                Map<String, INDArray> parameters = graph.getVertex(name).paramTable(false);
                if (read.front() != null) {
                    copy(graph.getLayer(name), stock.getLayer(ChainRewriting.frontOf(name)));
                }
                for (PlannedVertex vertex : read.plan().vertices()) {
                    if (vertex.layer() != null) {
                        WeightBinding.set(
                                stock.getLayer(GraphRewriting.name(name, read, vertex)),
                                vertex.bindings(),
                                parameters::get);
                    }
                }
            } else if (rewriting.isLinearised(name)) {
                Map<String, INDArray> parameters = graph.getVertex(name).paramTable(false);
                stock.getLayer(name).paramTable().forEach((of, array) -> array.assign(parameters.get(of)));
            } else if (GraphConfigurations.layer(graph.getConfiguration(), name) != null) {
                copy(graph.getLayer(name), stock.getLayer(name));
            }
        }
        stock.getConfiguration().setIterationCount(graph.getConfiguration().getIterationCount());
        return stock;
    }

    private static void copy(Layer from, Layer to) {
        if (from.numParams() > 0) {
            to.setParams(from.params().dup());
        }
    }
}

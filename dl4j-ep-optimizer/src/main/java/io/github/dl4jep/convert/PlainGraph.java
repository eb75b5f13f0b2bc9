package io.github.dl4jep.convert;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.network.EpComputationGraph;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/** The plain DL4J graph of an EP graph: what {@link PlainNetwork} is for a chain of layers. */
final class PlainGraph {

    private PlainGraph() {}

    /** The graph whose weights are chosen from their posteriors: the modes, or a draw. */
    static ComputationGraph of(EpComputationGraph network, PlainChoice choice) {
        ComputationGraphConfiguration conf = GraphConfigurations.copy(network.getConfiguration());
        conf.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof LayerVertex layer) {
                NeuralNetConfiguration layerConf = layer.getLayerConf();
                layerConf.setLayer(PlainLayers.plain(network.getLayer(name)));
                layerConf.clearVariables();
            }
        });
        ComputationGraph plain = new ComputationGraph(conf);
        initialise(plain);
        for (Layer layer : network.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            PlainLayers.setWeights(layer, plain.getLayer(name), choice);
        }
        return plain;
    }

    /** Without random weights, which would set the seed of ND4J's generator. */
    private static void initialise(ComputationGraph plain) {
        ComputationGraphConfiguration conf = plain.getConfiguration();
        long parameters = 0;
        for (GraphVertex vertex : conf.getVertices().values()) {
            parameters += vertex.numParams(true);
        }
        if (parameters == 0) {
            plain.init();
        } else {
            plain.init(Nd4j.zeros(conf.getDataType(), 1, parameters), false);
        }
    }
}

package io.github.dl4jep.stock;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.type.LossType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/** The plain DL4J graph of an EP graph: what {@link StockNetworks} is for a chain of layers. */
public final class StockGraph {

    private StockGraph() {}

    /** The graph whose weights are chosen from their posteriors: the modes, or a draw. */
    public static ComputationGraph of(ComputationGraph network, StockChoice choice) {
        ComputationGraphConfiguration conf = GraphConfigurations.copy(network.getConfiguration());
        conf.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof LayerVertex layer) {
                NeuralNetConfiguration layerConf = layer.getLayerConf();
                layerConf.setLayer(StockLayers.stock(network.getLayer(name)));
                layerConf.clearVariables();
            }
        });
        ComputationGraph plain = new ComputationGraph(conf);
        initialise(plain);
        Map<String, Layer> scaling = scaling(network);
        for (Layer layer : network.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            Layer loss = scaling.get(name);
            if (loss == null) {
                StockLayers.setWeights(layer, plain.getLayer(name), choice);
            } else {
                StockLayers.setScaledWeights(layer, plain.getLayer(name), choice, loss);
            }
        }
        return plain;
    }

    /** Loss layers that cannot scale, by the name of the layer before, which must do it for them. */
    private static Map<String, Layer> scaling(ComputationGraph network) {
        Map<String, List<String>> inputs = network.getConfiguration().getVertexInputs();
        Map<String, Layer> scaling = new LinkedHashMap<>();
        for (Layer layer : network.getLayers()) {
            if (LossType.leavesScaleToTheLayerBefore(layer)) {
                String name = layer.conf().getLayer().getLayerName();
                String before = Objects.requireNonNull(inputs.get(name)).get(0);
                long readers = inputs.values().stream()
                        .filter(read -> read.contains(before))
                        .count();
                if (network.getLayer(before) == null || readers > 1) {
                    throw new DL4JInvalidConfigException(
                            "Layer \"" + name + "\" is a loss layer, whose likelihood scales its"
                                    + " input, but \"" + before + "\" before it "
                                    + (readers > 1 ? "has other readers, too" : "is no layer")
                                    + ", so the scale has no place; put a layer with weights, bias and the activation identity there");
                }
                scaling.put(before, layer);
            }
        }
        return scaling;
    }

    /** Without random weights, which would set the seed of ND4J's generator. */
    public static void initialise(ComputationGraph plain) {
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

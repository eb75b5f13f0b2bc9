package io.github.dl4jep.convert;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.type.EpVertices;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Converts a whole definition of a graph, or says all that stands in the way at once. */
final class GraphConfigurationConverter {

    private GraphConfigurationConverter() {}

    static ComputationGraphConfiguration convert(ComputationGraphConfiguration original, EpOptions options) {
        ComputationGraphConfiguration converted = GraphConfigurations.copy(original);
        // Without weights there is nothing to freeze.
        converted
                .getVertices()
                .replaceAll((name, vertex) -> vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex);
        ConversionProblems problems = new ConversionProblems(options);
        Map<String, Layer> results = new LinkedHashMap<>();
        for (LayerNode node : LayerNode.graph(converted)) {
            GraphVertex vertex = node.vertex();
            if (vertex != null) {
                checkVertex(node, vertex, problems);
                continue;
            }
            Layer result = problems.convert(node);
            if (result != null) {
                results.put(node.name(), result);
            }
        }
        problems.checkBackpropType(
                converted.getBackpropType(), converted.getTbpttFwdLength(), converted.getTbpttBackLength());
        converted.setIterationCount(0);
        converted.setEpochCount(0);
        converted.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof LayerVertex layer) {
                if (layer.getPreProcessor() != null) {
                    problems.checkPreProcessor(layer.getPreProcessor(), "\"" + name + "\"");
                }
                if (results.containsKey(name)) {
                    ConfigurationConverter.replaceLayer(layer.getLayerConf(), results.get(name), options);
                }
            }
        });
        GraphConfigurations.outputProblems(converted, problems::isConverted).forEach(problems::add);
        problems.throwIfAny();
        return converted;
    }

    private static void checkVertex(LayerNode node, GraphVertex vertex, ConversionProblems problems) {
        try {
            EpVertices.of(vertex, node.name());
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            problems.add(node.describe() + ": " + e.getMessage());
        }
    }
}

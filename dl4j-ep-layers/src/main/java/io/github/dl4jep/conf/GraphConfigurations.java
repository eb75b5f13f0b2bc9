package io.github.dl4jep.conf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/** What has to be known about the definition of a graph before it is trained by EP. */
public final class GraphConfigurations {

    private GraphConfigurations() {}

    /**
     * A complete copy. DL4J's {@code clone()} forgets the iteration and epoch counts, the axis of merge vertices and the order of
     * reshape vertices.
     *
     * @param conf a definition; not changed
     * @return an equal definition that shares nothing with it
     */
    public static ComputationGraphConfiguration copy(ComputationGraphConfiguration conf) {
        return ComputationGraphConfiguration.fromJson(conf.toJson());
    }

    /**
     * The layer of a vertex.
     *
     * @param conf the definition
     * @param name name of a vertex or of a network input
     * @return the layer's configuration, or null where it is none
     */
    public static @Nullable Layer layer(ComputationGraphConfiguration conf, String name) {
        GraphVertex vertex = conf.getVertices().get(name);
        return vertex instanceof LayerVertex layer ? layer.getLayerConf().getLayer() : null;
    }

    /**
     * What a vertex reads.
     *
     * @param conf the definition
     * @param name name of a vertex or of a network input
     * @return names of vertices or network inputs, in order; empty for a network input
     */
    public static List<String> inputs(ComputationGraphConfiguration conf, String name) {
        return conf.getVertexInputs().getOrDefault(name, List.of());
    }

    /**
     * The vertices that read an activation.
     *
     * @param conf the definition
     * @param name name of a vertex or of a network input
     * @return their names, in the order of the definition
     */
    public static List<String> readers(ComputationGraphConfiguration conf, String name) {
        return conf.getVertexInputs().entrySet().stream()
                .filter(entry -> entry.getValue().contains(name))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * What is wrong with the outputs of a graph of EP layers: each must be a layer that takes labels and feed no other vertex, and
     * no other layer may take labels.
     *
     * @param conf a definition of EP layers
     * @param judged which vertices are looked at, by name
     * @return one sentence each, empty if all is well
     */
    public static List<String> outputProblems(ComputationGraphConfiguration conf, Predicate<String> judged) {
        List<String> problems = new ArrayList<>();
        List<String> outputs = conf.getNetworkOutputs();
        for (String output : outputs) {
            if (judged.test(output) && !(layer(conf, output) instanceof EpOutputConf)) {
                problems.add("output \"" + output + "\" (" + type(conf, output)
                        + "): it takes no labels; an output must be an output or loss layer");
            }
            List<String> readers = readers(conf, output);
            if (!readers.isEmpty()) {
                problems.add(
                        "output \"" + output + "\" (" + type(conf, output) + "): it also feeds " + readers
                                + ", but an output's activation is compared with labels only; feed them from the layer before it");
            }
        }
        conf.getVertices().keySet().forEach(name -> {
            if (judged.test(name) && !outputs.contains(name) && layer(conf, name) instanceof EpOutputConf) {
                problems.add("layer \"" + name + "\" (" + type(conf, name)
                        + "): it takes labels, but is none of the outputs " + outputs
                        + "; use a dense or activation layer");
            }
        });
        return problems;
    }

    private static String type(ComputationGraphConfiguration conf, String name) {
        Layer layer = layer(conf, name);
        return Objects.requireNonNull(layer == null ? conf.getVertices().get(name) : layer)
                .getClass()
                .getSimpleName();
    }
}

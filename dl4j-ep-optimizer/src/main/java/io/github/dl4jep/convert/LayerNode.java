package io.github.dl4jep.convert;

import io.github.dl4jep.type.EpVertices;
import io.github.dl4jep.type.LayerTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/** A layer's or vertex's place in a definition: what it reads, and who reads it. A chain is a graph, too. */
final class LayerNode {

    private final String name;
    private final String place;
    private final @Nullable Layer layer;
    private final @Nullable GraphVertex vertex;
    private final boolean rearrangesInput;
    private final List<LayerNode> inputs = new ArrayList<>();
    private final List<LayerNode> readers = new ArrayList<>();
    /** Negative while unknown. */
    private int depth = -1;

    private int networkDepth = 1;
    /** Null while unknown. */
    private LayerNode(
            String name, String place, @Nullable Layer layer, @Nullable GraphVertex vertex, boolean rearrangesInput) {
        this.rearrangesInput = rearrangesInput;
        this.name = name;
        this.place = place;
        this.layer = layer;
        this.vertex = vertex;
    }

    /**
     * The nodes of a chain.
     *
     * @param layers layers in order
     * @param preProcessors by the index of the layer that they are in front of; null for none
     * @return a node for each
     */
    static List<LayerNode> chain(List<Layer> layers, @Nullable Map<Integer, InputPreProcessor> preProcessors) {
        List<LayerNode> nodes = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            String name = layer.getLayerName() == null ? "layer" + i : layer.getLayerName();
            LayerNode node = new LayerNode(
                    name, "index " + i, layer, null, preProcessors != null && preProcessors.containsKey(i));
            if (i > 0) {
                node.reads(nodes.get(i - 1));
            }
            nodes.add(node);
        }
        return measured(nodes);
    }

    /** Tells every node how deep the network is. */
    private static List<LayerNode> measured(List<LayerNode> nodes) {
        int depth = nodes.stream().mapToInt(LayerNode::depth).max().orElse(0);
        nodes.forEach(node -> node.networkDepth = Math.max(1, depth));
        return nodes;
    }

    /** Number of layers with weights on the longest path up to and including this one. */
    private int depth() {
        if (depth < 0) {
            int before = inputs.stream().mapToInt(LayerNode::depth).max().orElse(0);
            depth = before + (layer == null ? 0 : LayerTypes.linearMaps(layer));
        }
        return depth;
    }

    /** Number of layers with weights on the longest path of the network, at least 1. */
    int networkDepth() {
        return networkDepth;
    }

    /** Whether labels stand at the positions, or steps, of what is here: that of an output, or of what goes on to one with its positions. */
    boolean leadsToLabelsAtPositions() {
        if (layer != null && LayerTypes.labelDimensions(layer) > 0) {
            return true;
        }
        return (layer == null ? !(vertex instanceof LastTimeStepVertex) : LayerTypes.keepsPositions(layer))
                && readers.stream().anyMatch(LayerNode::leadsToLabelsAtPositions);
    }

    /**
     * The nodes of a graph.
     *
     * @param conf the definition
     * @return a node for each vertex, layers or not, in the order of the definition
     */
    static List<LayerNode> graph(ComputationGraphConfiguration conf) {
        Map<String, LayerNode> nodes = new LinkedHashMap<>();
        conf.getVertices().forEach((name, vertex) -> {
            Layer layer = vertex instanceof LayerVertex of ? of.getLayerConf().getLayer() : null;
            boolean rearranges = vertex instanceof LayerVertex of && of.getPreProcessor() != null;
            nodes.put(name, new LayerNode(name, "", layer, layer == null ? vertex : null, rearranges));
        });
        conf.getVertexInputs().forEach((name, inputs) -> {
            for (String input : inputs) {
                LayerNode read = nodes.get(input);
                // Null for an input of the network.
                if (read != null) {
                    Objects.requireNonNull(nodes.get(name)).reads(read);
                }
            }
        });
        return measured(new ArrayList<>(nodes.values()));
    }

    /** The same place with the layer that this one wraps. */
    LayerNode around(Layer wrapped) {
        LayerNode unwrapped = new LayerNode(name, place, wrapped, null, rearrangesInput);
        unwrapped.inputs.addAll(inputs);
        unwrapped.readers.addAll(readers);
        return unwrapped;
    }

    private void reads(LayerNode input) {
        inputs.add(input);
        input.readers.add(this);
    }

    /** The layer's own name, else its index; in a graph the vertex name. */
    String name() {
        return name;
    }

    /** The layer, or null for another vertex. */
    @Nullable
    Layer layer() {
        return layer;
    }

    /** The vertex where it is no layer, else null. */
    @Nullable
    GraphVertex vertex() {
        return vertex;
    }

    /** Whether a preprocessor is in front of it. */
    boolean rearrangesInput() {
        return rearrangesInput;
    }

    /** Whether the definition is a chain of layers, not a graph. */
    boolean isInChain() {
        return !place.isEmpty();
    }

    List<LayerNode> inputs() {
        return inputs;
    }

    List<LayerNode> readers() {
        return readers;
    }

    /** For example {@code "hidden" (index 0)}, in a graph {@code "hidden"}. */
    String label() {
        return "\"" + name + "\"" + (place.isEmpty() ? "" : " (" + place + ")");
    }

    /** For example {@code layer "hidden" (index 0, DenseLayer)}, in a graph {@code layer "hidden" (DenseLayer)}. */
    String describe() {
        String type = Objects.requireNonNull(layer == null ? vertex : layer)
                .getClass()
                .getSimpleName();
        return (layer == null ? "vertex" : "layer") + " \"" + name + "\" (" + (place.isEmpty() ? "" : place + ", ")
                + type + ")";
    }

    /** Number of channels that this node reads, where the layers before say so; else 0. */
    long outputsBefore() {
        return inputs.isEmpty() ? 0 : inputs.get(0).outputs();
    }

    private long outputs() {
        if (layer instanceof FeedForwardLayer sized && sized.getNOut() > 0) {
            return sized.getNOut();
        }
        return vertex == null || inputs.isEmpty()
                ? outputsBefore()
                : EpVertices.channels(
                        vertex, inputs.stream().map(LayerNode::outputs).toList());
    }
}

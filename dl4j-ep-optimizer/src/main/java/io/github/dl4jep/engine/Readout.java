package io.github.dl4jep.engine;

import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What makes potentials of features: the last vertex with parameters on the way to an output, and what follows it. An output layer has weights
 * itself; a loss layer has none, and those of the layer before it count.
 *
 * @param nodes in their order, the first with parameters, the last the output
 */
record Readout(List<GraphNode> nodes) {

    /**
     * The readout of an output.
     *
     * @param networkInputs number of inputs of the network
     * @param graph all vertices
     * @param output index of the output's vertex
     * @return its last vertices; the output alone if no single way leads to parameters
     */
    static Readout of(int networkInputs, VertexGraph graph, int output) {
        List<GraphNode> nodes = new ArrayList<>();
        for (int at = output; at >= 0; ) {
            GraphNode node = graph.nodes().get(at);
            nodes.add(node);
            if (!node.vertex().learners().isEmpty()) {
                Collections.reverse(nodes);
                return new Readout(nodes);
            }
            at = node.inputs().size() == 1 ? node.inputs().get(0) - networkInputs : -1;
        }
        return new Readout(List.of(graph.nodes().get(output)));
    }

    /** The vertex whose weights labels follow; a teacher reads what it reads. */
    GraphNode first() {
        return nodes.get(0);
    }

    /** Activations that the first vertex reads. */
    List<Integer> inputs() {
        return first().inputs();
    }

    /** Layers whose parameters these are. */
    Set<String> places() {
        Set<String> places = new HashSet<>();
        for (GraphNode node : nodes) {
            node.vertex().learners().keySet().stream().map(ParameterKey::place).forEach(places::add);
        }
        return places;
    }

    /** The potentials for given features. */
    ForwardMessage potentials(List<ForwardMessage> features) {
        List<ForwardMessage> messages = features;
        for (GraphNode node : nodes) {
            messages = List.of(node.vertex().forward(messages, Sites.NONE).output());
        }
        return messages.get(0);
    }
}

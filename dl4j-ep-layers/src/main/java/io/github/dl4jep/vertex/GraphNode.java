package io.github.dl4jep.vertex;

import java.util.ArrayList;
import java.util.List;

/**
 * A vertex and where its inputs come from.
 *
 * @param vertex the vertex
 * @param inputs numbers of the activations that it reads: the graph's inputs come first, then the nodes in their order
 * @param frozen whether its parameters stay as they are: moments and messages pass, sites are not computed
 */
public record GraphNode(Vertex vertex, List<Integer> inputs, boolean frozen) {

    /**
     * Copies the list.
     *
     * @param vertex the vertex
     * @param inputs numbers of activations
     * @param frozen whether its parameters stay as they are
     */
    public GraphNode {
        inputs = List.copyOf(inputs);
    }

    /**
     * A vertex that learns.
     *
     * @param vertex the vertex
     * @param inputs numbers of activations
     */
    public GraphNode(Vertex vertex, List<Integer> inputs) {
        this(vertex, inputs, false);
    }

    /**
     * The same place in the graph, with another vertex.
     *
     * @param other the vertex
     * @return a node with the same inputs
     */
    public GraphNode with(Vertex other) {
        return new GraphNode(other, inputs, frozen);
    }

    <T> List<T> select(List<T> activations) {
        List<T> selected = new ArrayList<>(inputs.size());
        for (int input : inputs) {
            selected.add(activations.get(input));
        }
        return selected;
    }
}

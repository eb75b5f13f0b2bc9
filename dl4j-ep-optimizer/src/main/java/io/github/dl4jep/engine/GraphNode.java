package io.github.dl4jep.engine;

import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.EpVertex;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A vertex and where its inputs come from.
 *
 * @param vertex the vertex
 * @param inputs numbers of the activations that it reads: the network's inputs come first, then the nodes in their order
 * @param activation makes the activation to be shown of what the vertex hands on; the same, unless its reader applies its unit
 */
public record GraphNode(EpVertex vertex, List<Integer> inputs, UnaryOperator<Moments> activation) {

    /**
     * A vertex that hands on its activation.
     *
     * @param vertex the vertex
     * @param inputs numbers of activations
     */
    public GraphNode(EpVertex vertex, List<Integer> inputs) {
        this(vertex, inputs, UnaryOperator.identity());
    }

    /**
     * Copies the list.
     *
     * @param vertex the vertex
     * @param inputs numbers of activations
     * @param activation makes the activation to be shown
     */
    public GraphNode {
        inputs = List.copyOf(inputs);
    }

    <T> List<T> select(List<T> activations) {
        List<T> selected = new ArrayList<>(inputs.size());
        for (int input : inputs) {
            selected.add(activations.get(input));
        }
        return selected;
    }
}

package io.github.dl4jep.sweep;

import io.github.dl4jep.layer.EpVertex;
import java.util.ArrayList;
import java.util.List;

/**
 * A vertex and where its inputs come from.
 *
 * @param vertex the vertex
 * @param inputs numbers of the activations that it reads: the network's inputs come first, then the nodes in their order
 */
public record SweepNode(EpVertex vertex, List<Integer> inputs) {

    /**
     * Copies the list.
     *
     * @param vertex the vertex
     * @param inputs numbers of activations
     */
    public SweepNode {
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

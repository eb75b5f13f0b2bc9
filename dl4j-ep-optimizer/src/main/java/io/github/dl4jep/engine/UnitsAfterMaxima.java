package io.github.dl4jep.engine;

import io.github.dl4jep.runtime.UnitLayer;
import io.github.dl4jep.vertex.EpLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves units behind the maxima that follow them. A rising f commutes with the maximum, so the largest element is looked for among the
 * pre-activations, and f has the moments of the chosen ones to compute only, a quarter of all behind windows of 2 x 2.
 *
 * <p>For known values nothing changes. Of uncertain ones the unit with the largest mean activation goes on, as far as the unit can tell
 * from its pre-activation, {@link io.github.dl4jep.unit.Unit#order}.
 */
final class UnitsAfterMaxima {

    private UnitsAfterMaxima() {}

    /**
     * Moves all units that commute with the only reader of their layer.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order
     * @param outputs indices of the vertices with labels
     * @return as many vertices, with the same inputs
     */
    static List<GraphNode> in(int networkInputs, List<GraphNode> nodes, List<Integer> outputs) {
        List<GraphNode> moved = new ArrayList<>(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            List<Integer> readers = readers(networkInputs + i, nodes);
            if (readers.size() == 1 && !outputs.contains(i)) {
                move(moved, i, readers.get(0));
            }
        }
        return List.copyOf(moved);
    }

    private static List<Integer> readers(int slot, List<GraphNode> nodes) {
        List<Integer> readers = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (int input : nodes.get(i).inputs()) {
                if (input == slot) {
                    readers.add(i);
                }
            }
        }
        return readers;
    }

    private static void move(List<GraphNode> nodes, int from, int to) {
        GraphNode node = nodes.get(from);
        GraphNode reader = nodes.get(to);
        if (node.vertex() instanceof UnitLayer layer && reader.vertex() instanceof EpLayer next) {
            EpLayer chain = next.withUnitAfter(layer.unit());
            if (chain != null) {
                nodes.set(from, new GraphNode(layer.withoutUnit(), node.inputs(), layer::activation));
                nodes.set(to, new GraphNode(chain, reader.inputs()));
            }
        }
    }
}

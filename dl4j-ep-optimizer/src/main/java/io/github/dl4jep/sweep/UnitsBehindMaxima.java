package io.github.dl4jep.sweep;

import io.github.dl4jep.layer.EpLayer;
import io.github.dl4jep.layer.UnitLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves units behind the maxima that follow them. A rising f commutes with the maximum, so the largest element is looked for among the
 * pre-activations, and f has the moments of the chosen ones to compute only, a quarter of all behind windows of 2 x 2.
 *
 * <p>For known values nothing changes. Of uncertain ones the unit with the largest mean activation goes on, as far as the unit can tell
 * from its pre-activation, {@link io.github.dl4jep.factor.Unit#order}.
 */
final class UnitsBehindMaxima {

    private UnitsBehindMaxima() {}

    /**
     * Moves all units that commute with the only reader of their layer.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order
     * @param outputs indices of the vertices with labels
     * @return as many vertices, with the same inputs
     */
    static List<SweepNode> in(int networkInputs, List<SweepNode> nodes, List<Integer> outputs) {
        List<SweepNode> moved = new ArrayList<>(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            List<Integer> readers = readers(networkInputs + i, nodes);
            if (readers.size() == 1 && !outputs.contains(i)) {
                move(moved, i, readers.get(0));
            }
        }
        return List.copyOf(moved);
    }

    private static List<Integer> readers(int slot, List<SweepNode> nodes) {
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

    private static void move(List<SweepNode> nodes, int from, int to) {
        SweepNode node = nodes.get(from);
        SweepNode reader = nodes.get(to);
        if (node.vertex() instanceof UnitLayer layer && reader.vertex() instanceof EpLayer next) {
            EpLayer chain = next.withUnitBehind(layer.unit());
            if (chain != null) {
                nodes.set(from, new SweepNode(layer.withoutUnit(), node.inputs(), layer::activation));
                nodes.set(to, new SweepNode(chain, reader.inputs()));
            }
        }
    }
}

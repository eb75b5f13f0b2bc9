package io.github.dl4jep.engine;

import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.vertex.CompositeVertex;
import io.github.dl4jep.vertex.FixedMapVertex;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.UnitVertex;
import io.github.dl4jep.vertex.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Moves units after the maxima that follow them. A rising f commutes with the maximum, so the largest element is looked for among the
 * pre-activations, and f has the moments of the chosen ones to compute only, a quarter of all after windows of 2 x 2.
 *
 * <p>For known values nothing changes. Of uncertain ones the unit with the largest mean activation goes on, as far as the unit can tell
 * from its pre-activation, {@link Unit#order}. Frozen layers are no exception: freezing changes no moments.
 */
final class UnitsAfterMaxima {

    private final List<GraphNode> nodes;
    private final Map<Integer, UnitVertex> moved = new HashMap<>();

    /**
     * Moves all units that commute with the only reader of their layer.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order
     * @param outputs indices of the vertices with labels
     */
    UnitsAfterMaxima(int networkInputs, List<GraphNode> nodes, List<Integer> outputs) {
        this.nodes = new ArrayList<>(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            List<Integer> readers = readers(networkInputs + i, nodes);
            if (readers.size() == 1 && !outputs.contains(i)) {
                move(i, readers.get(0));
            }
        }
    }

    /** As many vertices, with the same inputs. */
    List<GraphNode> nodes() {
        return nodes;
    }

    /**
     * The activation of a layer, to be shown.
     *
     * @param node its index
     * @param handedOn what its vertex hands on: the pre-activation, if its unit was moved
     * @return the activation
     */
    Moments activation(int node, Moments handedOn) {
        UnitVertex unit = moved.get(node);
        return unit == null ? handedOn : unit.predict(List.of(handedOn));
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

    private void move(int from, int to) {
        GraphNode node = nodes.get(from);
        GraphNode reader = nodes.get(to);
        UnitVertex unit = unitOf(node.vertex());
        if (unit != null && reader.vertex() instanceof FixedMapVertex maximum && maximum.commutesWith(unit.unit())) {
            moved.put(from, unit);
            nodes.set(from, node.with(withoutUnit(node.vertex())));
            nodes.set(to, reader.with(CompositeVertex.chain(List.of(maximum.before(unit.unit()), unit))));
        }
    }

    private static @Nullable UnitVertex unitOf(Vertex vertex) {
        if (vertex instanceof CompositeVertex composite) {
            List<GraphNode> parts = composite.nodes();
            return parts.size() == 2 && parts.get(1).vertex() instanceof UnitVertex unit ? unit : null;
        }
        return vertex instanceof UnitVertex unit ? unit : null;
    }

    private static Vertex withoutUnit(Vertex vertex) {
        return vertex instanceof CompositeVertex composite
                ? composite.nodes().get(0).vertex()
                : new UnitVertex(new IdentityUnit(), vertex::describe);
    }
}

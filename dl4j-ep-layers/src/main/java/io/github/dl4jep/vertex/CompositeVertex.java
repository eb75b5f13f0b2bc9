package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.recurrent.SequenceStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A small graph of vertices as one vertex, whose activation is that of the last: a layer with its unit, or a cell. */
public final class CompositeVertex implements Vertex {

    private final VertexGraph graph;
    private final int inputs;
    private final Supplier<String> place;

    /**
     * A composite.
     *
     * @param place what it is, for messages
     * @param inputs number of inputs
     * @param nodes vertices in topological order, at least one
     * @throws IllegalArgumentException if a node reads an activation that is not there before it
     */
    public CompositeVertex(Supplier<String> place, int inputs, List<GraphNode> nodes) {
        this.graph = new VertexGraph(inputs, nodes);
        this.inputs = inputs;
        this.place = place;
    }

    @Override
    public CompositeVertex continuing(SequenceStates states) {
        return new CompositeVertex(place, inputs, VertexGraph.continuing(nodes(), states));
    }

    /**
     * Vertices with one input one after the other, in messages called by the name of the first.
     *
     * @param vertices at least one vertex
     * @return all as one
     */
    public static CompositeVertex chain(List<Vertex> vertices) {
        List<GraphNode> nodes = new ArrayList<>();
        for (Vertex vertex : vertices) {
            nodes.add(new GraphNode(vertex, List.of(nodes.size())));
        }
        return new CompositeVertex(vertices.get(0)::describe, 1, nodes);
    }

    /**
     * The vertices.
     *
     * @return in topological order
     */
    public List<GraphNode> nodes() {
        return graph.nodes();
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        VertexGraph.Sweep sweep = graph.forward(inputs, pending);
        int last = inputs.size() + graph.nodes().size() - 1;
        return new Pass(sweep.activation(last), new Backward() {
            @Override
            public Answer answer(BackwardMessage message) {
                return sweep.answer(Map.of(last, message));
            }

            @Override
            public List<@Nullable BackwardMessage> messages(BackwardMessage message) {
                return sweep.messages(Map.of(last, message));
            }
        });
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return last(graph.predict(inputs, graph.nodes().size()));
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return last(graph.sample(inputs));
    }

    private static Moments last(List<Moments> activations) {
        return activations.get(activations.size() - 1);
    }

    @Override
    public boolean hasState() {
        return graph.hasState();
    }

    @Override
    public boolean hasGates() {
        return graph.hasGates();
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return place.get();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return graph.learners();
    }
}

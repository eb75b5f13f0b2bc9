package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.recurrent.SequenceStates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Vertices and what each of them reads: how moments go through a graph, and messages back. Activations are numbered: the inputs of the
 * graph come first, then the nodes in their order.
 */
public final class VertexGraph {

    private final int inputs;
    private final List<GraphNode> nodes;

    /**
     * A graph.
     *
     * @param inputs number of inputs
     * @param nodes vertices in topological order
     * @throws IllegalArgumentException if a node reads an activation that is not there before it
     */
    public VertexGraph(int inputs, List<GraphNode> nodes) {
        this.inputs = inputs;
        this.nodes = List.copyOf(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            for (int input : nodes.get(i).inputs()) {
                if (input < 0 || input >= inputs + i) {
                    throw new IllegalArgumentException(nodes.get(i).vertex().describe() + " reads activation " + input
                            + ", allowed are 0 to " + (inputs + i - 1));
                }
            }
        }
    }

    /**
     * The vertices.
     *
     * @return in topological order
     */
    public List<GraphNode> nodes() {
        return nodes;
    }

    /**
     * Whether there are states that go on from segment to segment.
     *
     * @return true if a vertex is recurrent
     */
    public boolean hasState() {
        return nodes.stream().anyMatch(node -> node.vertex().hasState());
    }

    /**
     * Whether a memory with gates is among the vertices.
     *
     * @return true if a vertex has one
     */
    public boolean hasGates() {
        return nodes.stream().anyMatch(node -> node.vertex().hasGates());
    }

    /**
     * The same nodes for segments of sequences.
     *
     * @param nodes vertices and their inputs
     * @param states the states of recurrent layers
     * @return nodes that go on from the states
     */
    public static List<GraphNode> continuing(List<GraphNode> nodes, SequenceStates states) {
        return nodes.stream()
                .map(node -> node.with(node.vertex().continuing(states)))
                .toList();
    }

    /**
     * The learners of all vertices that are not frozen.
     *
     * @return by key, in the order of the nodes
     */
    public Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>();
        for (GraphNode node : nodes) {
            if (!node.frozen()) {
                learners.putAll(node.vertex().learners());
            }
        }
        return learners;
    }

    /**
     * Sends moments through all vertices.
     *
     * @param messages moments of each input and their batch covariance
     * @param pending sites of an earlier sweep over the same batch
     * @return all activations, and the backward pass
     */
    public Sweep forward(List<ForwardMessage> messages, Sites pending) {
        List<ForwardMessage> activations = new ArrayList<>(messages);
        List<Vertex.Backward> back = new ArrayList<>();
        for (GraphNode node : nodes) {
            List<ForwardMessage> seen = node.select(activations);
            List<Moments> moments = seen.stream().map(ForwardMessage::moments).toList();
            requireHeeded(node.vertex(), moments);
            Vertex.Pass pass = node.vertex().forward(seen, pending);
            ForwardMessage output = pass.output();
            activations.add(new ForwardMessage(masked(output.moments(), moments), output.covariance()));
            back.add(pass.back());
        }
        return new Sweep(activations, back);
    }

    /**
     * Moments for a prediction.
     *
     * @param moments moments of each input
     * @param nodeCount how many of the nodes to run
     * @return the inputs, then the activations of these nodes
     */
    public List<Moments> predict(List<Moments> moments, int nodeCount) {
        List<Moments> activations = new ArrayList<>(moments);
        for (GraphNode node : nodes.subList(0, nodeCount)) {
            List<Moments> seen = node.select(activations);
            requireHeeded(node.vertex(), seen);
            activations.add(masked(node.vertex().predict(seen), seen));
        }
        return activations;
    }

    /**
     * The activations for one draw of all weights.
     *
     * @param values values of each input, observed
     * @return the inputs, then the activations of all nodes
     */
    public List<Moments> sample(List<Moments> values) {
        List<Moments> activations = new ArrayList<>(values);
        for (GraphNode node : nodes) {
            List<Moments> seen = node.select(activations);
            requireHeeded(node.vertex(), seen);
            activations.add(masked(node.vertex().sample(seen), seen));
        }
        return activations;
    }

    private static void requireHeeded(Vertex vertex, List<Moments> inputs) {
        for (Moments input : inputs) {
            if (input.mask() != null && !vertex.heedsMask(input)) {
                throw new DL4JInvalidInputException(
                        "A feature mask leaves out steps of sequences, but " + vertex.describe()
                                + " looks at all of them; allowed there are sequences of one length, without a mask that leaves"
                                + " something out. Cut the sequences, or put recurrent layers before it");
            }
        }
    }

    /** Steps that are not there in any masked input are not there in the activation either, if it has the same steps. */
    private static Moments masked(Moments output, List<Moments> inputs) {
        if (output.mask() != null || output.shape().spatialRank() == 0) {
            return output;
        }
        return output.masked(inputs.stream()
                .map(Moments::mask)
                .filter(mask -> mask != null && mask.steps() == output.shape().positions())
                .reduce(StepMask::or)
                .orElse(null));
    }

    /** One way through the graph. */
    public final class Sweep {

        private final List<ForwardMessage> activations;
        private final List<Vertex.Backward> back;

        private Sweep(List<ForwardMessage> activations, List<Vertex.Backward> back) {
            this.activations = activations;
            this.back = back;
        }

        /**
         * An activation.
         *
         * @param number its number
         * @return moments and batch covariance
         */
        public ForwardMessage activation(int number) {
            return activations.get(number);
        }

        /**
         * Sends messages back through all vertices.
         *
         * @param atActivations messages by the number of the activation; of those without labels after them, none
         * @return messages at the inputs of the graph, and the sites of all vertices that are not frozen
         */
        public Vertex.Answer answer(Map<Integer, BackwardMessage> atActivations) {
            return answer(atActivations, true);
        }

        /**
         * Sends messages back through all vertices; none learns.
         *
         * @param atActivations messages by the number of the activation
         * @return messages at the inputs of the graph
         */
        List<@Nullable BackwardMessage> messages(Map<Integer, BackwardMessage> atActivations) {
            return answer(atActivations, false).toInputs();
        }

        private Vertex.Answer answer(Map<Integer, BackwardMessage> atActivations, boolean learns) {
            @Nullable BackwardMessage[] messages = new BackwardMessage[inputs + nodes.size()];
            atActivations.forEach((number, message) -> messages[number] = message);
            Sites sites = Sites.NONE;
            for (int n = nodes.size() - 1; n >= 0; n--) {
                BackwardMessage message = messages[inputs + n];
                // Null where nothing after this vertex has labels, or all before it is observed.
                if (message != null) {
                    GraphNode node = nodes.get(n);
                    Vertex.Answer answer = learns && !node.frozen()
                            ? back.get(n).answer(message)
                            : new Vertex.Answer(back.get(n).messages(message), Sites.NONE);
                    sites = sites.plus(answer.sites());
                    for (int i = 0; i < node.inputs().size(); i++) {
                        int input = node.inputs().get(i);
                        messages[input] =
                                product(messages[input], answer.toInputs().get(i));
                    }
                }
            }
            return new Vertex.Answer(Arrays.asList(Arrays.copyOf(messages, inputs)), sites);
        }

        private @Nullable BackwardMessage product(@Nullable BackwardMessage a, @Nullable BackwardMessage b) {
            return a == null ? b : b == null ? a : a.and(b);
        }
    }
}

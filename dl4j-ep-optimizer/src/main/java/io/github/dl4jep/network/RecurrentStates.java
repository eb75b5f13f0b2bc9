package io.github.dl4jep.network;

import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.recurrent.RecurrentState;
import io.github.dl4jep.recurrent.SequenceStates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The states of recurrent layers, as DL4J keeps them: one set for predictions step by step, one for training segment by segment. A state is
 * moments, not a point.
 */
final class RecurrentStates {

    /** DL4J's names of the parts of a state. */
    private static final String ACTIVATION = "prevAct";

    private static final String MEMORY = "prevMem";

    /** Put behind them. */
    private static final String VARIANCE = "Variance";

    private final SequenceStates ofSteps = new SequenceStates();
    private final SequenceStates ofSegments = new SequenceStates();

    /** Predicts from the states before, and keeps those after. */
    <T> T stepping(MessageGraph graph, Function<MessageGraph, T> prediction) {
        return going(ofSteps, required(graph, "rnnTimeStep"), true, prediction);
    }

    /**
     * Predictions of the outputs for the next steps of sequences.
     *
     * @param layout the network
     * @param arrays features of one step, [minibatch, channels], or of several
     * @return arrays of one step where one was given
     */
    INDArray[] timeStep(NetworkLayout layout, INDArray[] arrays) {
        List<String> outputs = layout.namesOfOutputs();
        boolean[] single = new boolean[arrays.length];
        INDArray[] sequences = arrays.clone();
        for (int i = 0; i < arrays.length; i++) {
            Objects.requireNonNull(
                    arrays[i], "the features are null; give those of the next step, [minibatch, channels]");
            single[i] = arrays[i].rank() == 2;
            sequences[i] = single[i] ? layout.oneStep(i, arrays[i]) : arrays[i];
        }
        Map<String, INDArray> activations =
                stepping(layout.sweep(), graph -> layout.activations(graph, sequences, null, outputs));
        INDArray[] results = new INDArray[outputs.size()];
        for (int i = 0; i < results.length; i++) {
            INDArray result = Objects.requireNonNull(activations.get(outputs.get(i)));
            results[i] = single[0] && result.rank() == 3
                    ? result.reshape(result.size(0), result.length() / result.size(0))
                    : result;
        }
        return results;
    }

    /** Learns; from a segment of sequences, from the states before. */
    <T> T learning(MessageGraph graph, boolean segments, Function<MessageGraph, T> learning) {
        return segments ? going(ofSegments, graph, true, learning) : learning.apply(graph);
    }

    /** Activations from the states of the segment before; the states after are kept if that is wanted. */
    <T> T activating(MessageGraph graph, boolean kept, Function<MessageGraph, T> activation) {
        return going(ofSegments, required(graph, "rnnActivateUsingStoredState"), kept, activation);
    }

    private static MessageGraph required(MessageGraph graph, String method) {
        if (!graph.hasState()) {
            throw Examples.noState(method);
        }
        return graph;
    }

    private static <T> T going(SequenceStates states, MessageGraph graph, boolean kept, Function<MessageGraph, T> use) {
        try {
            T result = use.apply(graph.continuing(states));
            if (kept) {
                states.advance();
            }
            return result;
        } finally {
            states.stay();
        }
    }

    /** Begins all sequences anew. */
    void clear() {
        ofSteps.clear();
        ofSegments.clear();
    }

    /** The state of a layer under DL4J's names, with variances; null where there is none. */
    @Nullable
    Map<String, INDArray> get(String place) {
        RecurrentState state = ofSteps.get(place);
        if (state == null) {
            return null;
        }
        Map<String, INDArray> parts = new LinkedHashMap<>();
        put(parts, ACTIVATION, state.output());
        Moments memory = state.memory();
        if (memory != null) {
            put(parts, MEMORY, memory);
        }
        return parts;
    }

    private static void put(Map<String, INDArray> parts, String name, Moments moments) {
        parts.put(name, moments.mean());
        INDArray variance = moments.variance();
        if (variance != null) {
            parts.put(name + VARIANCE, variance);
        }
    }

    /** Replaces the state of a layer; what has no variance is known. */
    void set(String place, Map<String, INDArray> parts) {
        INDArray output = parts.get(ACTIVATION);
        if (output == null) {
            throw new IllegalArgumentException("The state of " + place + " has the parts " + parts.keySet()
                    + ", but not " + ACTIVATION + "; take it from rnnGetPreviousState");
        }
        INDArray memory = parts.get(MEMORY);
        ofSteps.put(
                place,
                new RecurrentState(
                        moments(parts, ACTIVATION, output), memory == null ? null : moments(parts, MEMORY, memory)));
        ofSteps.advance();
    }

    private static Moments moments(Map<String, INDArray> parts, String name, INDArray mean) {
        return new Moments(mean, parts.get(name + VARIANCE));
    }
}

package io.github.dl4jep.samediff.fit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.Listener;
import org.nd4j.autodiff.listeners.ListenerResponse;
import org.nd4j.autodiff.listeners.ListenerVariables;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.listeners.impl.HistoryListener;
import org.nd4j.autodiff.listeners.impl.ScoreListener;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** The listeners of a graph and of a call of {@code fit}, in the orders in which SameDiff calls them, and the history. */
final class FitListeners {

    private final SameDiff sd;
    private final HistoryListener history;
    private final List<Listener> active = new ArrayList<>();
    private final List<Listener> atIterations;
    private final Set<String> activations;

    FitListeners(SameDiff sd, List<Listener> ofCall) {
        this.sd = sd;
        this.history = new HistoryListener(sd.getTrainingConfig());
        active.add(history);
        sd.getListeners().stream().filter(this::trains).forEach(active::add);
        ofCall.stream().filter(this::trains).forEach(active::add);
        List<Listener> others = new ArrayList<>(ofCall);
        sd.getListeners().stream().filter(each -> !others.contains(each)).forEach(others::add);
        others.add(history);
        this.atIterations = others;
        this.activations = required(active, Operation.TRAINING);
        required(active, Operation.TRAINING_VALIDATION);
    }

    private boolean trains(Listener listener) {
        return listener.isActive(Operation.TRAINING);
    }

    private Set<String> required(List<Listener> listeners, Operation operation) {
        Set<String> required = new HashSet<>();
        for (Listener listener : listeners) {
            ListenerVariables variables = listener.requiredVariables(sd);
            if (variables != null) {
                for (String name : variables.requiredVariables(operation)) {
                    if (!sd.hasVariable(name)) {
                        throw new IllegalArgumentException("The listener " + listener + " requires the variable \""
                                + name + "\", which does not exist in the SameDiff graph");
                    }
                    required.add(name);
                }
            }
        }
        return required;
    }

    /** All that are told about the training. */
    List<Listener> active() {
        return active;
    }

    /** The same at the end of an iteration, where SameDiff has another order. */
    List<Listener> atIterations() {
        return atIterations.stream().filter(this::trains).toList();
    }

    /** Whether a listener evaluates the activations of training batches. */
    boolean needActivations() {
        return !activations.isEmpty();
    }

    /** Whether a listener may look at, or save, the graph after an iteration; these two do not. */
    boolean mayReadPosterior() {
        return active.stream().anyMatch(each -> !(each instanceof HistoryListener || each instanceof ScoreListener));
    }

    /** Computes what listeners require with the graph as it is, telling them. */
    void showActivations(Map<String, INDArray> placeholders, MultiDataSet batch, At at) {
        new InferenceSession(sd).output(List.copyOf(activations), placeholders, batch, List.of(), atIterations(), at);
    }

    /** One run over the validation data; true if a listener wants to stop. */
    boolean validate(FitValidation validation, SameDiffBatches batches, At training) {
        At at = new At(training.epoch(), 0, 0, 0, null, Operation.TRAINING_VALIDATION);
        // SameDiff calls the graph's own listeners twice here.
        List<Listener> validating = Stream.concat(atIterations.stream(), sd.getListeners().stream())
                .filter(listener -> listener.isActive(Operation.TRAINING_VALIDATION))
                .toList();
        long start = System.currentTimeMillis();
        validating.forEach(listener -> listener.operationStart(sd, at.operation()));
        validateBatches(Objects.requireNonNull(validation.data()), batches, validating, at);
        validating.forEach(listener -> listener.operationEnd(sd, at.operation()));
        long duration = System.currentTimeMillis() - start;
        List<ListenerResponse> responses = new ArrayList<>();
        active.forEach(listener -> responses.add(listener.validationDone(sd, training, duration)));
        return responses.contains(ListenerResponse.STOP);
    }

    private void validateBatches(MultiDataSetIterator data, SameDiffBatches batches, List<Listener> validating, At at) {
        Set<String> outputs = required(validating, Operation.TRAINING_VALIDATION);
        outputs.addAll(sd.getLossVariables());
        if (!data.hasNext() && data.resetSupported()) {
            data.reset();
        }
        while (data.hasNext()) {
            long dataStart = System.currentTimeMillis();
            MultiDataSet batch = data.next();
            long loadingTime = System.currentTimeMillis() - dataStart;
            validating.forEach(listener -> listener.iterationStart(sd, at, batch, loadingTime));
            new InferenceSession(sd)
                    .output(List.copyOf(outputs), batches.placeholders(batch), batch, List.of(), validating, at);
            validating.forEach(listener -> listener.iterationDone(sd, at, batch, null));
            at.setIteration(at.iteration() + 1);
        }
    }

    History history() {
        return history.getReport();
    }
}

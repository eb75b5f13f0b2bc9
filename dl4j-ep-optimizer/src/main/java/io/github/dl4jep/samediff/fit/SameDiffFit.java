package io.github.dl4jep.samediff.fit;

import io.github.dl4jep.network.EpComputationGraph;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.Listener;
import org.nd4j.autodiff.listeners.ListenerResponse;
import org.nd4j.autodiff.listeners.Loss;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.listeners.records.LossCurve;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** One call of {@code fit}: epochs, batches and calls of listeners in SameDiff's own order; EP learns where SameDiff would. */
public final class SameDiffFit {

    private final SameDiff sd;
    private final TrainingConfig config;
    private final EpComputationGraph network;
    private final SameDiffBatches batches;
    private final List<String> lossNames;
    private final Runnable writePosterior;
    private final FitListeners listeners;
    private final At at;
    private @Nullable LossCurve curve;
    /** Whether the graph's arrays may be older than the network's; at first the graph may hold no posterior at all. */
    private boolean outdated = true;

    /**
     * Prepares a call.
     *
     * @param sd the graph
     * @param network what learns
     * @param batches arranges data for it
     * @param lossNames what the loss is called in the history
     * @param writePosterior brings the graph's arrays up to date
     * @param listeners of this call
     */
    public SameDiffFit(
            SameDiff sd,
            EpComputationGraph network,
            SameDiffBatches batches,
            List<String> lossNames,
            Runnable writePosterior,
            List<Listener> listeners) {
        this.sd = sd;
        this.config = sd.getTrainingConfig();
        this.network = network;
        this.batches = batches;
        this.lossNames = lossNames;
        this.writePosterior = writePosterior;
        this.listeners = new FitListeners(sd, listeners);
        this.at = At.builder()
                .epoch(config.getEpochCount())
                .iteration(config.getIterationCount())
                .javaThreadNum(Thread.currentThread().getId())
                .operation(Operation.TRAINING)
                .build();
    }

    /** Trains; the posterior is in the graph afterwards, also after an error. */
    public History run(MultiDataSetIterator iterator, int epochs, FitValidation validation) {
        if (!iterator.hasNext() && iterator.resetSupported()) {
            iterator.reset();
        }
        listeners.active().forEach(listener -> listener.operationStart(sd, Operation.TRAINING));
        try {
            for (int epoch = 0; epoch < epochs; epoch++) {
                boolean last = epoch == epochs - 1;
                boolean stop = epoch(iterator, epoch, validation) && !last;
                config.incrementEpochCount();
                if (!last) {
                    iterator.reset();
                }
                if (stop) {
                    break;
                }
            }
        } finally {
            write();
        }
        listeners.active().forEach(listener -> listener.operationEnd(sd, Operation.TRAINING));
        return listeners.history();
    }

    /** One epoch; true if a listener wants to stop. */
    private boolean epoch(MultiDataSetIterator iterator, int epoch, FitValidation validation) {
        at.setEpoch(config.getEpochCount());
        listeners.active().forEach(listener -> listener.epochStart(sd, at));
        network.getListeners().forEach(listener -> listener.onEpochStart(network));
        long start = System.currentTimeMillis();
        double sum = 0;
        int count = 0;
        while (iterator.hasNext()) {
            long dataStart = System.currentTimeMillis();
            MultiDataSet batch = iterator.next();
            sum += iteration(batch, System.currentTimeMillis() - dataStart);
            count++;
        }
        if (count == 0) {
            throw new DL4JInvalidInputException(
                    "The iterator " + iterator.getClass().getSimpleName() + " gave no batch in epoch "
                            + config.getEpochCount() + "; is it empty, or not reset?");
        }
        network.incrementEpochCount();
        outdated = true;
        write();
        addToCurve(sum / count);
        long duration = System.currentTimeMillis() - start;
        List<ListenerResponse> responses = new ArrayList<>();
        listeners.active().forEach(listener -> responses.add(listener.epochEnd(sd, at, curve, duration)));
        if (responses.contains(ListenerResponse.STOP)) {
            return true;
        }
        return validation.isDue(epoch) && listeners.validate(validation, batches, at);
    }

    private void write() {
        if (outdated) {
            writePosterior.run();
            outdated = false;
        }
    }

    private void addToCurve(double loss) {
        double[] values = {loss};
        curve = curve == null ? new LossCurve(values, lossNames) : curve.addLossAndCopy(values, lossNames);
    }

    private double iteration(MultiDataSet batch, long loadingTime) {
        at.setIteration(config.getIterationCount());
        listeners.active().forEach(listener -> listener.iterationStart(sd, at, batch, loadingTime));
        if (listeners.needActivations()) {
            write();
            listeners.showActivations(batches.placeholders(batch), batch, at);
        }
        network.fit(batches.features(batch.getFeatures()), batches.labels(batch), null, batches.labelMasks(batch));
        outdated = true;
        if (listeners.mayReadPosterior()) {
            write();
        }
        double score = network.score();
        Loss loss = new Loss(lossNames, new double[] {score});
        listeners.atIterations().forEach(listener -> listener.iterationDone(sd, at, batch, loss));
        config.incrementIterationCount();
        return score;
    }
}

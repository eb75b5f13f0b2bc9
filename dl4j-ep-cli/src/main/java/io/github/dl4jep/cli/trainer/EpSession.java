package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.cli.definition.StockNetwork;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.network.EpPredictor;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * A network whose posterior over weights is learned by expectation propagation. Its predictive distribution comes from the
 * posterior's moments.
 */
final class EpSession implements TrainingSession {
    /** Networks drawn for {@link #sampledScores}. */
    private static final int DRAWS = 20;

    private final EpNetwork network;
    private final Task task;
    private final int timeSteps;
    private final boolean everyStep;
    private final Map<String, Object> options;

    /**
     * Creates the session.
     *
     * @param network the network, initialised
     * @param task what its outputs mean
     * @param everyStep whether rows are sequences with a label at every step
     * @param timeSteps how many time steps the network of point weights runs
     * @param options the options it was made with
     */
    EpSession(EpNetwork network, Task task, boolean everyStep, int timeSteps, Map<String, Object> options) {
        this.network = network;
        this.task = task;
        this.everyStep = everyStep;
        this.timeSteps = timeSteps;
        this.options = options;
    }

    @Override
    public Map<String, Object> options() {
        return options;
    }

    @Override
    public void trainPass(DataSetIterator batches) {
        network.fit(batches);
    }

    @Override
    public Optional<EpNetwork> epNetwork() {
        return Optional.of(network);
    }

    @Override
    public Predictive predict(DataSet rows) {
        return Predictive.of(Predictive.by(network, rows));
    }

    @Override
    public Optional<INDArray> pointScores(DataSet rows) {
        if (task != Task.CLASSIFICATION) {
            return Optional.empty();
        }
        StockNetwork point = new StockNetwork(network.toPointNetwork());
        INDArray scores = timeSteps > 1 ? point.run(timeSteps).potentials(rows.getFeatures()) : point.output(rows);
        return Optional.of(SequenceSteps.rows(scores, rows.getLabelsMaskArray()));
    }

    @Override
    public Optional<INDArray> sampledScores(DataSet rows) {
        if (task != Task.CLASSIFICATION) {
            return Optional.empty();
        }
        INDArray features = rows.getFeatures();
        INDArray mask = rows.getFeaturesMaskArray();
        EpPredictor predictor = network.predictor();
        INDArray mean = (mask == null ? predictor : predictor.withMasks(mask))
                .sample(features, DRAWS)
                .mean(0);
        return Optional.of(everyStep ? atSteps(mean, features, rows.getLabelsMaskArray()) : mean);
    }

    /** Of outputs that stand at all steps side by side. */
    private static INDArray atSteps(INDArray scores, INDArray features, @Nullable INDArray labelled) {
        long steps = features.size(2);
        return SequenceSteps.rows(scores.reshape('c', scores.size(0), scores.size(1) / steps, steps), labelled);
    }
}

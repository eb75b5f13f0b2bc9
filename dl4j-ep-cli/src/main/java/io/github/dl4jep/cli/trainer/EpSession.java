package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.StockNetwork;
import io.github.dl4jep.likelihood.Prediction;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * A network whose posterior over weights is learned by expectation propagation. Its predictive distribution comes from the
 * posterior's moments.
 */
final class EpSession implements TrainingSession {
    /** Networks drawn for {@link #sampledScores}. */
    private static final int DRAWS = 20;

    private final EpModel network;
    private final Task task;
    private final int timeSteps;
    private final Map<String, Object> options;

    /**
     * Creates the session.
     *
     * @param network the network, initialised
     * @param task what its outputs mean
     * @param timeSteps how many time steps the network of point weights runs
     * @param options the options it was made with
     */
    EpSession(EpModel network, Task task, int timeSteps, Map<String, Object> options) {
        this.network = network;
        this.task = task;
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
    public Predictive predict(INDArray features) {
        Prediction prediction = network.predict(features);
        return task == Task.CLASSIFICATION
                ? new Predictive.Classes(prediction.probabilities())
                : new Predictive.Gaussian(prediction.mean(), prediction.variance());
    }

    @Override
    public Optional<INDArray> pointScores(INDArray features) {
        if (task != Task.CLASSIFICATION) {
            return Optional.empty();
        }
        StockNetwork point = network.point();
        return Optional.of(
                timeSteps > 1 && point instanceof StockNetwork.OfLayers layers
                        ? layers.run(timeSteps).potentials(features)
                        : point.output(features));
    }

    @Override
    public Optional<INDArray> sampledScores(INDArray features) {
        return task == Task.CLASSIFICATION
                ? Optional.of(network.sample(features, DRAWS).mean(0))
                : Optional.empty();
    }
}

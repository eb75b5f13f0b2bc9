package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.StockNetwork;
import io.github.dl4jep.network.EpNetwork;
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

    private final EpNetwork network;
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
    EpSession(EpNetwork network, Task task, int timeSteps, Map<String, Object> options) {
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
    public Optional<EpNetwork> epNetwork() {
        return Optional.of(network);
    }

    @Override
    public Predictive predict(INDArray features) {
        return Predictive.of(network.prediction(features));
    }

    @Override
    public Optional<INDArray> pointScores(INDArray features) {
        if (task != Task.CLASSIFICATION) {
            return Optional.empty();
        }
        StockNetwork point = new StockNetwork(network.toPointNetwork());
        return Optional.of(timeSteps > 1 ? point.run(timeSteps).potentials(features) : point.output(features));
    }

    @Override
    public Optional<INDArray> sampledScores(INDArray features) {
        return task == Task.CLASSIFICATION
                ? Optional.of(network.predictor().sample(features, DRAWS).mean(0))
                : Optional.empty();
    }
}

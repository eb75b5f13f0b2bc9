package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.network.EpNetwork;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** A network in training. */
public interface TrainingSession {
    /**
     * Returns the settings in effect, for the report.
     *
     * @return names and values
     */
    Map<String, Object> options();

    /**
     * Trains on every batch once, in the order given. Nothing else happens here: its duration is what is reported.
     *
     * @param batches the batches of one pass
     */
    void trainPass(DataSetIterator batches);

    /**
     * Predicts with the network as it is now.
     *
     * @param rows features and, of sequences, masks: a mask of labels says which steps have one
     * @return the predictive distribution of each label: of each row, or of each step that has one, sequence by sequence
     */
    Predictive predict(DataSet rows);

    /**
     * Predicts rows without masks.
     *
     * @param features {@code [rows, ...]}
     * @return the predictive distribution of each label
     */
    default Predictive predict(INDArray features) {
        return predict(new DataSet(features, null));
    }

    /**
     * Returns the network of this plugin, for trainers that have one.
     *
     * @return the network, which learns further with this session
     */
    default Optional<EpNetwork> epNetwork() {
        return Optional.empty();
    }

    /**
     * Scores the classes by one network of point weights, for trainers that learn a distribution of weights.
     *
     * @param rows as for {@link #predict}
     * @return {@code [labels, classes]}, the largest score is the predicted class; empty if there is no such network
     */
    default Optional<INDArray> pointScores(DataSet rows) {
        return Optional.empty();
    }

    /**
     * Scores the classes by networks drawn from the learned distribution of weights.
     *
     * @param rows as for {@link #predict}
     * @return {@code [labels, classes]}, the mean of the draws' output potentials; empty if there is no such distribution
     */
    default Optional<INDArray> sampledScores(DataSet rows) {
        return Optional.empty();
    }
}

package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.likelihood.Prediction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The predictive distribution of the labels of some rows. */
public sealed interface Predictive {
    /**
     * The distribution that EP predicts.
     *
     * @param prediction of all rows
     * @return the same for classes or numbers
     */
    static Predictive of(Prediction prediction) {
        return prediction.isClassification()
                ? new Classes(prediction.probabilities())
                : new Gaussian(prediction.mean(), prediction.variance());
    }

    /**
     * The rows' labels are classes.
     *
     * @param probabilities {@code [rows, classes]}
     */
    record Classes(INDArray probabilities) implements Predictive {}

    /**
     * The rows' labels are Gaussian, in the standardised units of the training labels.
     *
     * @param mean {@code [rows, 1]}
     * @param variance {@code [rows, 1]}, noise included
     */
    record Gaussian(INDArray mean, INDArray variance) implements Predictive {}
}

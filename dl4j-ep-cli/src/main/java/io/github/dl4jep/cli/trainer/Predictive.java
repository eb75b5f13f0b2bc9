package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.likelihood.Prediction;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
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
     * The equal mixture of several distributions of the same rows: of classes the mean of the probabilities, of numbers the Gaussian of
     * the mixture's mean and variance.
     *
     * @param parts at least one
     * @return their mixture
     */
    static Predictive mixture(List<Predictive> parts) {
        if (parts.get(0) instanceof Classes) {
            return new Classes(mean(parts.stream().map(part -> ((Classes) part).probabilities())));
        }
        INDArray mean = mean(parts.stream().map(part -> ((Gaussian) part).mean()));
        INDArray variance = mean(parts.stream().map(part -> {
            INDArray difference =
                    ((Gaussian) part).mean().castTo(DataType.DOUBLE).sub(mean);
            return difference.muli(difference).addi(((Gaussian) part).variance().castTo(DataType.DOUBLE));
        }));
        return new Gaussian(mean, variance);
    }

    private static INDArray mean(Stream<INDArray> arrays) {
        List<INDArray> list = arrays.toList();
        INDArray sum = list.get(0).castTo(DataType.DOUBLE).dup();
        list.subList(1, list.size()).forEach(array -> sum.addi(array.castTo(DataType.DOUBLE)));
        return sum.divi(list.size());
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

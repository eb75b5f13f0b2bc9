package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.network.EpPredictor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

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
     * Predicts by a network of this plugin.
     *
     * @param network the network
     * @param rows features and, of sequences, masks, as for {@link TrainingSession#predict(DataSet)}
     * @return {@code [labels, ...]}: the prediction of each row, or of each step that has a label, sequence by sequence
     */
    static Prediction by(EpNetwork network, DataSet rows) {
        INDArray features = rows.getFeatures();
        INDArray mask = rows.getFeaturesMaskArray();
        INDArray labelled = rows.getLabelsMaskArray();
        long count = features.size(0);
        int block = SequenceSteps.atOnce(features, Integer.MAX_VALUE);
        List<Prediction> parts = new ArrayList<>();
        for (long from = 0; from < count; from += block) {
            INDArrayIndex part = NDArrayIndex.interval(from, Math.min(from + block, count));
            EpPredictor predictor = network.predictor();
            INDArray wanted = labelled == null ? null : labelled.get(part);
            parts.add((mask == null ? predictor : predictor.withMasks(mask.get(part)))
                    .predict(features.get(part))
                    .map(values -> SequenceSteps.rows(values, wanted)));
        }
        return parts.size() == 1 ? parts.get(0) : Prediction.concatenate(parts);
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

package io.github.dl4jep.samediff.fit;

import io.github.dl4jep.engine.BatchCheck;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.LabelCoding;
import io.github.dl4jep.samediff.plan.LabelledOutput;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Batches as the network takes them: its own order of inputs and outputs, images in its own layout, labels one-hot. */
public final class SameDiffBatches {

    private final SameDiff sd;
    private final GraphReading reading;

    public SameDiffBatches(SameDiff sd, GraphReading reading) {
        this.sd = sd;
        this.reading = reading;
    }

    /**
     * The network's inputs of a batch.
     *
     * @param features in the order of TrainingConfig's mapping
     * @return in the order of the network
     */
    public INDArray[] features(INDArray... features) {
        List<String> mapping = sd.getTrainingConfig().getDataSetFeatureMapping();
        requireFeatures(mapping, features);
        return reading.features().stream()
                .map(input -> input.arranged(features[input.index()]))
                .toArray(INDArray[]::new);
    }

    /**
     * The labels of a batch.
     *
     * @param data the batch
     * @return in the order of the network's outputs, class numbers as one-hot rows, coded as the loss codes them
     */
    INDArray[] labels(MultiDataSet data) {
        List<String> mapping = sd.getTrainingConfig().getDataSetLabelMapping();
        requireCount("label", mapping, data.numLabelsArrays());
        return reading.outputs().stream()
                .map(output -> {
                    INDArray array = data.getLabels(mapping.indexOf(output.labels()));
                    return coded(output.sparse() ? oneHot(array, output) : array, output);
                })
                .toArray(INDArray[]::new);
    }

    private static INDArray coded(INDArray labels, LabelledOutput output) {
        LabelCoding coding = output.coding();
        if (coding.equals(LabelCoding.NONE)) {
            return labels;
        }
        INDArray values = labels.castTo(DataType.DOUBLE);
        if (coding.equals(LabelCoding.SIGNS)) {
            for (double value : values.dup().data().asDouble()) {
                if (!(value == 0 || value == 1)) {
                    throw new DL4JInvalidInputException("The labels of \"" + output.labels() + "\" have the value "
                            + value + ", allowed are 0 and 1, which SameDiff's hinge loss takes for -1 and +1");
                }
            }
        }
        return values.mul(coding.factor()).addi(coding.offset());
    }

    INDArray @Nullable [] labelMasks(MultiDataSet data) {
        if (data.getLabelsMaskArrays() == null) {
            return null;
        }
        List<String> mapping = sd.getTrainingConfig().getDataSetLabelMapping();
        return reading.outputs().stream()
                .map(output -> data.getLabelsMaskArray(mapping.indexOf(output.labels())))
                .toArray(INDArray[]::new);
    }

    private static void requireFeatures(List<String> mapping, INDArray @Nullable [] features) {
        if (features == null || Arrays.stream(features).anyMatch(Objects::isNull)) {
            throw new DL4JInvalidInputException("Features are missing; give one array for each of " + mapping);
        }
        requireCount("feature", mapping, features.length);
    }

    private static void requireCount(String what, List<String> mapping, int arrays) {
        if (arrays != mapping.size()) {
            throw new DL4JInvalidInputException("The batch has " + arrays + " " + what + " array(s), but TrainingConfig"
                    + " maps " + mapping.size() + ": " + mapping);
        }
    }

    private static INDArray oneHot(INDArray classes, LabelledOutput output) {
        long rows = classes.size(0);
        if (classes.length() != rows) {
            throw new DL4JInvalidInputException("The labels of \"" + output.labels() + "\" have shape "
                    + Arrays.toString(classes.shape()) + ", needed is one class number for each example");
        }
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, output.size());
        INDArray numbers = classes.castTo(DataType.DOUBLE).dup('c').reshape(rows);
        for (long n = 0; n < rows; n++) {
            double number = numbers.getDouble(n);
            if (!(number >= 0 && number < output.size() && number == Math.rint(number))) {
                throw new DL4JInvalidInputException("The label of example " + n + " for \"" + output.labels() + "\" is "
                        + number + ", allowed are the class numbers 0 to " + (output.size() - 1));
            }
            labels.putScalar(n, (long) number, 1);
        }
        return labels;
    }

    /** What SameDiff itself computes a batch from. */
    Map<String, INDArray> placeholders(MultiDataSet data) {
        TrainingConfig config = sd.getTrainingConfig();
        Map<String, INDArray> placeholders = new LinkedHashMap<>();
        put(placeholders, config.getDataSetFeatureMapping(), data.getFeatures());
        put(placeholders, config.getDataSetLabelMapping(), data.getLabels());
        put(placeholders, config.getDataSetFeatureMaskMapping(), data.getFeaturesMaskArrays());
        put(placeholders, config.getDataSetLabelMaskMapping(), data.getLabelsMaskArrays());
        return placeholders;
    }

    /** What the graph computes with its arrays as they are, after the loss's own softmax or sigmoid. */
    public INDArray output(LabelledOutput output, INDArray... features) {
        List<String> mapping = sd.getTrainingConfig().getDataSetFeatureMapping();
        requireFeatures(mapping, features);
        for (int i = 0; i < features.length; i++) {
            String of = features.length == 1 ? "" : " of input \"" + mapping.get(i) + "\"";
            BatchCheck.requireFiniteRows("feature" + of, features[i], 0);
        }
        Map<String, INDArray> placeholders = new LinkedHashMap<>();
        put(placeholders, mapping, features);
        INDArray read = sd.outputSingle(placeholders, output.prediction());
        return output.behind().getActivation(read.dup(), false);
    }

    /** In the declared data type: SameDiff closes the caller's array where it has to convert one itself. */
    private void put(Map<String, INDArray> placeholders, @Nullable List<String> names, INDArray @Nullable [] arrays) {
        for (int i = 0; names != null && arrays != null && i < Math.min(names.size(), arrays.length); i++) {
            if (names.get(i) != null && arrays[i] != null) {
                DataType declared = sd.getVariable(names.get(i)).dataType();
                placeholders.put(names.get(i), arrays[i].castTo(declared));
            }
        }
    }
}

package io.github.dl4jep.network;

import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.engine.BatchCheck;
import io.github.dl4jep.engine.Labels;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.engine.PartPass;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.util.FeatureUtil;

/**
 * Features and labels as DL4J hands them over, one array for each input and output of a network, and all checks of them that need
 * no layer.
 */
final class Examples {

    /** What is missing where an iterator is. */
    static final String NO_ITERATOR = "the iterator is null; give one with the batches of a pass";
    /** What is missing where a data set is. */
    static final String NO_DATA = "the data set is null; give one with features and labels";
    /** What is missing where a file is. */
    static final String NO_FILE = "the file is null; give one to write the network to";

    private final String what;
    private final INDArray[] features;
    private final INDArray[] labels;
    private final INDArray @Nullable [] masks;
    private final INDArray @Nullable [] featureMasks;

    private Examples(
            String what,
            INDArray[] features,
            INDArray[] labels,
            INDArray @Nullable [] masks,
            INDArray @Nullable [] featureMasks) {
        this.what = what;
        this.features = numbers(features);
        this.labels = numbers(labels);
        this.masks = masks;
        this.featureMasks = featureMasks;
    }

    /** Whole numbers and truth values as real numbers; null stays null. */
    private static INDArray[] numbers(INDArray[] arrays) {
        INDArray[] numbers = arrays.clone();
        for (int i = 0; i < numbers.length; i++) {
            INDArray array = arrays[i];
            if (array != null && !array.dataType().isFPType()) {
                numbers[i] = array.castTo(DataType.DOUBLE);
            }
        }
        return numbers;
    }

    /**
     * The examples of a batch.
     *
     * @param what how messages begin
     * @param inputs number of inputs of the network
     * @param rows rows of each output, in units of the rows of the features
     * @param features one array for each input
     * @param labels one array for each output
     * @param masks label mask of each output, some or all null
     * @return the examples, checked
     * @throws DL4JInvalidInputException if an array is missing or too much, or their numbers of rows do not fit
     */
    static Examples of(
            String what,
            int inputs,
            double[] rows,
            INDArray @Nullable [] features,
            INDArray @Nullable [] labels,
            INDArray @Nullable [] masks,
            INDArray @Nullable [] featureMasks) {
        Examples examples = new Examples(
                what,
                requireCount(what, "feature", "inputs", inputs, features),
                requireCount(what, "label", "outputs", rows.length, labels),
                masks,
                featureMasks);
        examples.requireAll(rows);
        return examples;
    }

    /**
     * Checks that there is an array for each input or output.
     *
     * @param what how the message begins
     * @param kind "feature" or "label"
     * @param places "inputs" or "outputs"
     * @param count number of inputs or outputs
     * @param arrays the arrays
     * @return the arrays
     * @throws DL4JInvalidInputException if there are more or fewer
     */
    static INDArray[] requireCount(String what, String kind, String places, int count, INDArray @Nullable [] arrays) {
        if (arrays == null) {
            throw missing(what, kind + "s");
        }
        if (arrays.length != count) {
            throw new DL4JInvalidInputException(what + " has " + arrays.length + " " + kind
                    + " array(s), but the network has " + count + " " + places
                    + "; give one array for each, in their order");
        }
        return arrays;
    }

    private static DL4JInvalidInputException missing(String what, String kind) {
        return new DL4JInvalidInputException(what + " has no " + kind + "; EP learns from both");
    }

    private void requireAll(double[] rows) {
        requirePresent("features", features);
        requirePresent("labels", labels);
        requireExamples(what, features);
        for (INDArray array : labels) {
            requireRows(what, "labels", array);
        }
        long expected = features[0].size(0);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i].size(0) != Math.round(expected * rows[i])) {
                throw new DL4JInvalidInputException(
                        what + " has " + expected + " rows of features but " + labels[i].size(0) + " rows of labels"
                                + (labels.length == 1 ? "" : " for output " + i) + "; they must be "
                                + (rows[i] == 1 ? "equal" : Math.round(expected * rows[i])));
            }
        }
    }

    private void requirePresent(String kind, @Nullable INDArray[] arrays) {
        for (INDArray array : arrays) {
            if (array == null) {
                throw missing(what, kind);
            }
        }
    }

    /**
     * Checks that features are examples, as many for every input.
     *
     * @param what how the message begins
     * @param features one array for each input
     * @throws DL4JInvalidInputException if one is missing, has no rows, or another number of rows
     */
    static void requireExamples(String what, INDArray @Nullable ... features) {
        if (features == null) {
            throw new DL4JInvalidInputException(what + " has no features; give one array for each input");
        }
        for (INDArray array : features) {
            if (array == null) {
                throw new DL4JInvalidInputException(what + " has no features; give one array for each input");
            }
            requireRows(what, "features", array);
        }
        requireSameRows(what, features);
    }

    private static void requireRows(String what, String kind, INDArray array) {
        if (array.rank() < 2) {
            throw new DL4JInvalidInputException(what + " has " + kind + " of rank " + array.rank() + " with shape "
                    + Arrays.toString(array.shape())
                    + ", allowed are arrays of rank 2 and more, [minibatch, ...]; make a row of one example by reshape(1, "
                    + Math.max(1, array.length()) + ")");
        }
        if (array.isEmpty()) {
            throw new DL4JInvalidInputException(what + " has " + kind + " of shape " + Arrays.toString(array.shape())
                    + ", allowed is one row or more; leave empty batches out");
        }
    }

    /**
     * Checks the data type of a network.
     *
     * @param type the type in its configuration
     * @throws DL4JInvalidConfigException if no network can be trained in it
     */
    static void requireType(DataType type) {
        if (type != DataType.FLOAT && type != DataType.DOUBLE) {
            throw new DL4JInvalidConfigException("The data type of the network is " + type
                    + ", allowed are FLOAT and DOUBLE; call dataType(DataType.FLOAT) on its configuration's builder");
        }
    }

    /**
     * Checks that all inputs have as many examples.
     *
     * @param what how the message begins
     * @param features one array for each input
     * @throws DL4JInvalidInputException if not
     */
    static void requireSameRows(String what, INDArray[] features) {
        for (INDArray array : features) {
            if (array.size(0) != features[0].size(0)) {
                throw new DL4JInvalidInputException(
                        what + " has " + features[0].size(0) + " rows of features for input 0" + " but " + array.size(0)
                                + " for another; they must be equal");
            }
        }
    }

    INDArray[] features() {
        return features;
    }

    /** The labels as a sweep takes them. */
    List<Labels> labels() {
        List<Labels> all = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            INDArray mask = masks == null || masks[i] == null ? maskOfFeatures(labels[i]) : masks[i];
            all.add(new Labels(mask == null ? labels[i] : BatchCheck.withoutHidden(labels[i], mask), mask));
        }
        return all;
    }

    /** The labels of a score, which must be finite. */
    List<Labels> finiteLabels(NetworkLayout layout) {
        List<Labels> observed = labels();
        for (int i = 0; i < observed.size(); i++) {
            BatchCheck.requireFiniteRows(layout.labelOf(i), observed.get(i).values(), 0);
        }
        return observed;
    }

    /** The features as a sweep takes them. */
    List<Moments> inputs(NetworkLayout layout) {
        return layout.inputs(what, features, featureMasks);
    }

    /** The features of a score, which must be finite, as a sweep takes them. */
    List<Moments> finiteInputs(NetworkLayout layout) {
        return layout.finiteInputs(what, features, featureMasks, 0);
    }

    /**
     * Some of these examples as a part of a batch.
     *
     * @param layout of the network
     * @param sweep the network's
     * @param part which ones of a joint batch these are
     * @param schedule of the network
     * @param phase where training stands
     * @return the part
     * @throws DL4JInvalidInputException if a number of its own examples is not finite
     */
    PartPass part(
            NetworkLayout layout, MessageGraph sweep, BatchPart part, TrainingSchedule schedule, LearningPhase phase) {
        long batch = phase.step() - 1;
        List<Moments> inputs = inputs(layout);
        for (int i = 0; i < inputs.size(); i++) {
            BatchCheck.requireFinite(layout.featureOf(i), part.own(inputs.get(i).mean()), batch);
        }
        List<Labels> observed = labels();
        for (int i = 0; i < observed.size(); i++) {
            BatchCheck.requireFinite(layout.labelOf(i), part.own(observed.get(i).values()), batch);
        }
        return sweep.part(part, inputs, observed, schedule, phase);
    }

    /**
     * Checks that an iterator gave a batch.
     *
     * @param iterator the iterator
     * @param before iteration count before
     * @param after iteration count after the last batch
     * @param epoch number of the epoch, from 0
     * @throws DL4JInvalidInputException if it gave none
     */
    static void requireBatch(Object iterator, int before, int after, int epoch) {
        if (after == before) {
            throw new DL4JInvalidInputException(
                    "The iterator " + iterator.getClass().getSimpleName() + " gave no batch in epoch " + epoch
                            + "; allowed is one batch or more. The posterior is unchanged; reset the iterator or check its"
                            + " source");
        }
    }

    /** What {@code computeGradientAndScore} throws. */
    static UnsupportedOperationException noGradient() {
        return new UnsupportedOperationException(
                "An EP network has no gradient; use fit(...) to train and score(...) to score");
    }

    /** Numbers of classes as labels, [minibatch, outputs]. */
    static INDArray oneHot(int[] classes, long outputs) {
        Objects.requireNonNull(classes, "the classes are null; give the number of the class of each example, from 0");
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] < 0 || classes[i] >= outputs) {
                throw new DL4JInvalidInputException("The class of example " + i + " is " + classes[i]
                        + ", allowed are whole numbers from 0 to " + (outputs - 1));
            }
        }
        return FeatureUtil.toOutcomeMatrix(classes, outputs);
    }

    /** What {@code setLearningRate} throws. */
    static UnsupportedOperationException noLearningRate() {
        return new UnsupportedOperationException(
                "An EP network has no learning rate: leave setLearningRate(...) out, the posterior weighs old and new data");
    }

    /** Labels at steps that are not there are not there either, unless they have a mask of their own: DL4J's rule. */
    private @Nullable INDArray maskOfFeatures(INDArray label) {
        if (featureMasks == null || label.rank() != 3) {
            return null;
        }
        for (INDArray mask : featureMasks) {
            if (SequenceExamples.leavesOut(mask)
                    && mask.size(0) == label.size(0)
                    && (mask.size(1) == label.size(2) || mask.size(1) == label.size(1))) {
                return mask;
            }
        }
        return null;
    }

    static UnsupportedOperationException noState(String method) {
        return new UnsupportedOperationException("An EP network has no recurrent layers, so " + method
                + " has no state to go on from; give whole sequences to fit(...) and output(...)");
    }
}

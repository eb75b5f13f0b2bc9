package io.github.dl4jep.network;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is asked of batches of sequences: masks of their steps, segments. */
final class SequenceExamples {

    private SequenceExamples() {}

    static boolean leavesOut(@Nullable INDArray mask) {
        return mask != null && mask.length() > 0 && mask.minNumber().doubleValue() != 1;
    }

    /** Throws unless a mask says of all that it is there (1) or not (0). */
    private static void requireZeroOrOne(String what, INDArray mask) {
        double[] values = mask.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0 && values[i] != 1) {
                throw new DL4JInvalidInputException(what + " has a feature mask of shape "
                        + Arrays.toString(mask.shape()) + " with the value " + values[i] + " for example "
                        + i / (values.length / mask.size(0))
                        + "; allowed are 1 (there) and 0 (left out). Weights of examples belong into a label mask");
            }
        }
    }

    /**
     * Features with their mask: steps of sequences or positions of images that are not there.
     *
     * @param what what they belong to, for messages
     * @param given the features
     * @param mask DL4J's mask, or null
     * @param columnsAreSteps whether columns are steps, too, as those of indices
     * @return the features, what the mask leaves out as zeros
     */
    static Moments masked(String what, Moments given, @Nullable INDArray mask, boolean columnsAreSteps) {
        if (mask != null && mask.length() > 0) {
            requireZeroOrOne(what, mask);
        }
        if (mask == null || !leavesOut(mask)) {
            return given;
        }
        Moments features = columnsAreSteps
                ? given.shapedAs(ExampleShape.of(1, given.shape().length()))
                : given;
        long[] positions = Arrays.stream(features.shape().dims()).skip(1).toArray();
        INDArray ofPositions = ofPositions(what, mask, features.mean().size(0), positions);
        int minibatch = Math.toIntExact(ofPositions.size(0));
        int steps = Math.toIntExact(ofPositions.size(1));
        StepMask there = StepMask.of(ofPositions);
        double[] values = Rows.columns(features.mean());
        for (int i = 0; i < values.length; i++) {
            // Not by a product: what is not there may be NaN.
            if (!there.isPresent(i % minibatch, i / minibatch % steps)) {
                values[i] = 0;
            }
        }
        INDArray known = Rows.matrix(values, minibatch, values.length / minibatch)
                .castTo(features.mean().dataType());
        return new Moments(known, null).shapedAs(features.shape()).masked(there);
    }

    /**
     * A mask with one column for each position.
     *
     * @param what what it belongs to, for messages
     * @param mask of sequences [minibatch, steps]; of images [minibatch, 1, height or 1, width or 1]
     * @param minibatch number of examples
     * @param positions number of steps, or height and width
     * @return [minibatch, positions]
     */
    private static INDArray ofPositions(String what, INDArray mask, long minibatch, long[] positions) {
        String start = what + " has a feature mask of shape " + Arrays.toString(mask.shape());
        if (positions.length == 0 || positions.length > 2) {
            throw new DL4JInvalidInputException(
                    start
                            + " that leaves values out, but EP counts all features; allowed: no feature mask, or ones only."
                            + " Cut the examples to one length, or fill what is missing and mask the labels: label masks count");
        }
        if (positions.length == 1) {
            long steps = positions[0];
            if (mask.size(0) != minibatch || mask.length() != minibatch * steps) {
                throw new DL4JInvalidInputException(start + ", but its features are " + minibatch + " sequences of "
                        + steps + " steps; allowed is [" + minibatch + ", " + steps + "]");
            }
            return mask.reshape(minibatch, steps);
        }
        boolean fits = mask.rank() == 4 && mask.size(0) == minibatch && mask.size(1) == 1;
        for (int i = 0; i < 2; i++) {
            fits &= mask.rank() == 4 && (mask.size(i + 2) == 1 || mask.size(i + 2) == positions[i]);
        }
        if (!fits) {
            throw new DL4JInvalidInputException(start + ", but its features are " + minibatch + " images of "
                    + positions[0] + " x " + positions[1] + " positions; allowed is [" + minibatch + ", 1, "
                    + positions[0] + " or 1, " + positions[1] + " or 1]");
        }
        return mask.broadcast(minibatch, 1, positions[0], positions[1]).reshape(minibatch, positions[0] * positions[1]);
    }

    /** Throws unless a batch can be learned from segment by segment. */
    static void requireSegments(
            int iteration, int length, INDArray @Nullable [] features, INDArray @Nullable [] labels) {
        if (length < 1) {
            throw new DL4JInvalidConfigException(
                    "The length of the segments of truncated back-propagation through time is " + length
                            + ", allowed: 1 and more; set tBPTTLength of the configuration's builder");
        }
        for (INDArray array : Objects.requireNonNull(features)) {
            requireSteps(iteration, "features", array, features[0]);
        }
        for (INDArray array : Objects.requireNonNull(labels)) {
            requireSteps(iteration, "labels", array, features[0]);
        }
    }

    private static void requireSteps(int iteration, String what, INDArray array, INDArray first) {
        if (array.rank() != 3 || array.size(2) != first.size(2)) {
            throw new DL4JInvalidInputException("Batch " + iteration + " has " + what + " of shape "
                    + Arrays.toString(array.shape()) + " beside features of shape " + Arrays.toString(first.shape())
                    + ", but segments of sequences need arrays [minibatch, channels, steps] of equal lengths; use"
                    + " backpropType(BackpropType.Standard) for labels of whole sequences");
        }
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.message.ForwardMessage;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One batch at the outputs: what the network predicts and what was observed. Immutable; conversions are made once.
 *
 * <p>Where labels stand at every position of an example, as at every pixel, each position is a row of its own: [minibatch, outputs] is
 * then [positions x minibatch, outputs], the minibatch fastest, while the batch covariance stays [minibatch, minibatch].
 */
public final class OutputBatch {

    private final ForwardMessage forward;
    private final INDArray labels;
    private final @Nullable INDArray importance;
    private final @Nullable INDArray earlierShift;
    private @Nullable INDArray mean;
    private @Nullable INDArray variance;
    private @Nullable INDArray doubleLabels;
    private @Nullable INDArray doubleImportance;

    /**
     * A batch.
     *
     * @param forward moments of the output potentials, [minibatch, outputs], and their batch covariance
     * @param labels the labels as DL4J has them, [minibatch, outputs]
     * @param importance weight of each entry, [minibatch, outputs]: label mask times the loss's per-output weights; 0 means
     *     not observed; null for 1 everywhere
     * @param earlierShift z of the sweep before on the same batch, [minibatch, outputs], or null in the first sweep
     */
    public OutputBatch(
            ForwardMessage forward, INDArray labels, @Nullable INDArray importance, @Nullable INDArray earlierShift) {
        this.forward = forward;
        this.labels = labels;
        this.importance = importance;
        this.earlierShift = earlierShift;
    }

    /**
     * Moments of the output potentials and their batch covariance.
     *
     * @return the message at the outputs
     */
    public ForwardMessage forward() {
        return forward;
    }

    /**
     * The labels as DL4J has them.
     *
     * @return [minibatch, outputs]
     */
    public INDArray labels() {
        return labels;
    }

    /**
     * Weight of each entry.
     *
     * @return [minibatch, outputs], or null for 1 everywhere
     */
    public @Nullable INDArray importance() {
        return importance;
    }

    /**
     * z of the sweep before on the same batch.
     *
     * @return [minibatch, outputs], or null in the first sweep
     */
    public @Nullable INDArray earlierShift() {
        return earlierShift;
    }

    /** Means of the output potentials, [minibatch, outputs], double; not to be changed. */
    INDArray mean() {
        if (mean == null) {
            mean = forward.moments().mean().castTo(DataType.DOUBLE);
        }
        return mean;
    }

    /** Variances of the output potentials, [minibatch, outputs], double; 0 where observed; not to be changed. */
    INDArray variance() {
        if (variance == null) {
            INDArray given = forward.moments().variance();
            variance = given == null ? mean().mul(0) : given.castTo(DataType.DOUBLE);
        }
        return variance;
    }

    /** Labels in double precision; not to be changed. */
    INDArray doubleLabels() {
        if (doubleLabels == null) {
            doubleLabels = labels.castTo(DataType.DOUBLE);
        }
        return doubleLabels;
    }

    /** Importance in double precision, ones if not given; not to be changed. */
    INDArray importanceOrOnes() {
        if (doubleImportance == null) {
            doubleImportance = importance == null
                    ? Nd4j.ones(DataType.DOUBLE, labels.shape())
                    : importance.castTo(DataType.DOUBLE);
        }
        return doubleImportance;
    }
}

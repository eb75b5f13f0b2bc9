package io.github.dl4jep.likelihood;

import io.github.dl4jep.distribution.ForwardMessage;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One batch at the outputs: what the network predicts and what was observed.
 *
 * @param forward moments of the output potentials, [minibatch, outputs], and their batch covariance
 * @param labels the labels as DL4J has them, [minibatch, outputs]
 * @param importance weight of each entry, [minibatch, outputs]: label mask times the loss's per-output weights; 0 means not
 *     observed; null for 1 everywhere
 * @param earlierShift z of the sweep before on the same batch, [minibatch, outputs], or null in the first sweep
 */
public record OutputBatch(
        ForwardMessage forward,
        INDArray labels,
        @Nullable INDArray importance,
        @Nullable INDArray earlierShift) {

    /** Means of the output potentials, [minibatch, outputs], double. */
    INDArray mean() {
        return forward.moments().mean().castTo(DataType.DOUBLE);
    }

    /** Variances of the output potentials, [minibatch, outputs], double; 0 where observed. */
    INDArray variance() {
        INDArray variance = forward.moments().variance();
        return variance == null ? mean().mul(0) : variance.castTo(DataType.DOUBLE);
    }

    /** Labels in double precision. */
    INDArray doubleLabels() {
        return labels.castTo(DataType.DOUBLE);
    }

    /** Importance in double precision, ones if not given. */
    INDArray importanceOrOnes() {
        return importance == null ? Nd4j.ones(DataType.DOUBLE, labels.shape()) : importance.castTo(DataType.DOUBLE);
    }
}

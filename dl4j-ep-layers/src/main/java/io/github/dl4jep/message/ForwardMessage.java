package io.github.dl4jep.message;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What travels forward between layers: the moments of each sample and the covariance between samples.
 *
 * @param moments mean and variance of each activation
 * @param covariance covariance between the samples of the batch that is due to weight uncertainty
 */
public record ForwardMessage(Moments moments, BatchCovariance covariance) {

    /**
     * The message of observed features: no variance, no covariance.
     *
     * @param features [minibatch, ...]
     * @return the message into the first layer
     */
    public static ForwardMessage observed(INDArray features) {
        return observed(Moments.pointMass(features), InducingExamples.all());
    }

    /**
     * The message of what no weight has seen: no covariance.
     *
     * @param moments of the features
     * @param inducing examples with which the layers keep covariances
     * @return the message into the first layer
     */
    public static ForwardMessage observed(Moments moments, InducingExamples inducing) {
        return new ForwardMessage(moments, BatchCovariance.none(inducing));
    }

    /**
     * The own rows of a part of a joint batch, with their covariances with its inducing examples. Only for {@link #joined}: the covariances
     * are not square.
     *
     * @param part which rows these are
     * @return the message itself if it is the whole batch
     */
    public ForwardMessage own(BatchPart part) {
        if (part.isWhole()) {
            return this;
        }
        INDArray gain = covariance.gain();
        return new ForwardMessage(
                part.own(moments),
                new BatchCovariance(covariance.examples().own(part), gain == null ? null : part.own(gain), null));
    }

    /**
     * The message of a joint batch.
     *
     * @param parts the {@link #own} rows of each part, in the order of the batch
     * @return that of all rows
     */
    public static ForwardMessage joined(List<ForwardMessage> parts) {
        ForwardMessage first = parts.get(0);
        if (parts.size() == 1) {
            return first;
        }
        return new ForwardMessage(
                Moments.joined(parts.stream().map(ForwardMessage::moments).toList()),
                new BatchCovariance(
                        ExampleCovariance.joined(parts.stream()
                                .map(part -> part.covariance.examples())
                                .toList()),
                        first.covariance.gain() == null
                                ? null
                                : below(parts, part -> Objects.requireNonNull(part.covariance.gain())),
                        null));
    }

    /** Matrices below one another, f-ordered. */
    static <T> INDArray below(List<T> parts, Function<T, INDArray> matrix) {
        INDArray[] matrices = parts.stream().map(matrix).toArray(INDArray[]::new);
        return Nd4j.concat(0, matrices).dup('f');
    }
}

package io.github.dl4jep.message;

import org.nd4j.linalg.api.ndarray.INDArray;

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
}

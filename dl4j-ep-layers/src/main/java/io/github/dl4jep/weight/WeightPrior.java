package io.github.dl4jep.weight;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * The prior of every weight of a layer; part of the layer's configuration, so it travels in DL4J's JSON and YAML.
 *
 * <p>Implementations are immutable values with a no-argument constructor, accessors for Jackson and {@code equals}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.PROPERTY, property = "@class")
public interface WeightPrior extends Serializable {

    /**
     * Names of the parameters that hold one weight's posterior, for example {@code Precision}. The layer puts {@code W} or
     * {@code b} before them.
     *
     * @return the names, in the order of the flat parameter vector
     */
    List<String> parameterNames();

    /**
     * The shape of a parameter.
     *
     * @param parameter one of {@link #parameterNames()}
     * @param weights shape of the weights
     * @return the same shape, unless all weights share one number
     */
    default long[] shapeOf(String parameter, long[] weights) {
        return weights;
    }

    /**
     * Binds the posterior to its parameters.
     *
     * @param parameters views keyed by {@link #parameterNames()}, all shaped as the weights; changed in place by training
     * @param scale fan-in and gain of the layer
     * @return the posterior that lives in these parameters
     */
    WeightPosterior posterior(Map<String, INDArray> parameters, PriorScale scale);

    /**
     * The prior of the biases of a layer whose weights have this prior.
     *
     * @return this prior, unless a discrete one leaves its thresholds continuous, or a normal one is not centred at zero
     */
    default WeightPrior biasPrior() {
        return this;
    }

    /**
     * Whether the point weights of the posterior, {@link WeightPosterior#mode()}, are its means. Where they are not, layers keep
     * the average of their input to correct the thresholds of point networks.
     *
     * @return false, unless a symmetric posterior makes mode and mean the same
     */
    default boolean modeIsMean() {
        return false;
    }

    /**
     * Whether a weight with this prior can be zero, so that it can be pruned.
     *
     * @return false where zero is no value of the weight
     */
    default boolean allowsZero() {
        return true;
    }

    /**
     * Whether the weights that are not removed have a normal distribution.
     *
     * @return false, unless it is normal
     */
    default boolean hasNormalPosterior() {
        return false;
    }

    /**
     * This prior for the weights of an output layer.
     *
     * @return this prior, unless something of it belongs to hidden layers only
     */
    default WeightPrior forOutput() {
        return this;
    }
}

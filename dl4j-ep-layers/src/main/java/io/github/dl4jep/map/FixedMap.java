package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import java.util.function.UnaryOperator;

/**
 * A layer without weights: a map of activations, such as pooling or padding. Everything that differs between such layers.
 *
 * <p>Stateless: what the backward pass needs is in the result of the forward pass.
 */
public interface FixedMap {

    /**
     * Sends moments and batch covariance through. Observed values give observed values: the map itself.
     *
     * @param input moments of the input, [minibatch, channels x positions], and their batch covariance
     * @return those of the output, and the backward pass
     */
    Pass forward(ForwardMessage input);

    /**
     * Whether steps that are not there in a sequence have no part in the output.
     *
     * @return true if a mask may reach this map
     */
    default boolean heedsMask() {
        return false;
    }

    /**
     * A forward pass, and the backward pass that belongs to it.
     *
     * @param output moments and batch covariance of the output
     * @param back turns the message at the output into the message at the input; not asked where the input was observed
     */
    record Pass(ForwardMessage output, UnaryOperator<BackwardMessage> back) {}
}

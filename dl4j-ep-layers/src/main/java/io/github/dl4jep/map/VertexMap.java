package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import java.util.List;
import java.util.function.Function;

/**
 * A map of one or several activations without weights, such as a sum of branches: everything that differs between the vertices
 * of a graph that are no layers.
 *
 * <p>The branches are taken as independent given the messages, and their batch covariances as coming from different weights.
 * Stateless: what the backward pass needs is in the result of the forward pass.
 */
public interface VertexMap {

    /**
     * Sends moments and batch covariance through. Observed values give observed values: the map itself.
     *
     * @param inputs moments of each input, [minibatch, channels x positions], and their batch covariance
     * @return those of the output, and the backward pass
     * @throws IllegalArgumentException if the inputs do not fit together
     */
    Pass forward(List<ForwardMessage> inputs);

    /**
     * A map of one activation.
     *
     * @param map the map
     * @return the same for a list of one
     */
    static VertexMap of(FixedMap map) {
        return inputs -> {
            FixedMap.Pass pass = map.forward(inputs.get(0));
            return new Pass(pass.output(), message -> List.of(pass.back().apply(message)));
        };
    }

    /**
     * A forward pass, and the backward pass that belongs to it.
     *
     * @param output moments and batch covariance of the output
     * @param back turns the message at the output into the message at each input; those of observed inputs are not used
     */
    record Pass(ForwardMessage output, Function<BackwardMessage, List<BackwardMessage>> back) {}
}

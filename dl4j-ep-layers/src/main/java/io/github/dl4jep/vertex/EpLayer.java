package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.Unit;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runtime of a layer in a sweep: a vertex with one input. */
public interface EpLayer extends EpVertex {

    /**
     * Sends the moments on: {@link #forward(List)} for the one input.
     *
     * @param input moments of the input and their batch covariance
     * @return those of the activation
     */
    ForwardMessage forward(ForwardMessage input);

    /**
     * Keeps the sites of this batch: {@link #backwardAll} for the one input.
     *
     * @param message message at the activation
     * @return message at the input; null if the input was observed and so needs none
     */
    @Nullable
    BackwardMessage backward(BackwardMessage message);

    /**
     * Moments for a prediction: {@link #predict(List)} for the one input.
     *
     * @param input moments of the input
     * @return moments of the activation
     */
    Moments predict(Moments input);

    /**
     * One draw: {@link #sample(List)} for the one input.
     *
     * @param input values of the input, observed
     * @return the activation, observed; for an output layer, its potentials
     */
    Moments sample(Moments input);

    /**
     * This layer with the unit of the layer before applied behind it: the same for known values, with less to do.
     *
     * @param unit the unit of the layer before
     * @return a layer for pre-activations; null, unless a layer knows better, where the unit must come first
     */
    default @Nullable EpLayer withUnitAfter(Unit unit) {
        return null;
    }

    @Override
    default ForwardMessage forward(List<ForwardMessage> inputs) {
        return forward(inputs.get(0));
    }

    @Override
    default List<@Nullable BackwardMessage> backwardAll(BackwardMessage message) {
        return Collections.singletonList(backward(message));
    }

    @Override
    default Moments predict(List<Moments> inputs) {
        return predict(inputs.get(0));
    }

    @Override
    default Moments sample(List<Moments> inputs) {
        return sample(inputs.get(0));
    }
}

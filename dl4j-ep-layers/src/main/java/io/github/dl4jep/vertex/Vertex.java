package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.recurrent.SequenceStates;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node of a message graph: what has inputs and an activation.
 *
 * <p>Stateless: nothing is kept between calls that a result depends on; predictions may keep {@linkplain LayerWeights moments} of weights that have
 * not changed. What the backward pass needs is in the {@link Pass}, and what a batch says about the
 * parameters is in the {@link Answer}; only {@link Learner} changes a parameter. So a vertex may be used several times in one batch, and
 * any number of threads may predict.
 */
public interface Vertex {

    /**
     * Sends the moments on.
     *
     * @param inputs moments of each input and their batch covariance
     * @param pending sites of this batch from an earlier sweep, which move the means of the weights; {@link Sites#NONE} in the first
     * @return those of the activation, and the backward pass
     */
    Pass forward(List<ForwardMessage> inputs, Sites pending);

    /**
     * Moments of the activation for a prediction: as {@link #forward}, but with averaged means.
     *
     * @param inputs moments of each input
     * @return moments of the activation
     */
    Moments predict(List<Moments> inputs);

    /**
     * The activation for one draw of the weights from the posterior, the same for all examples.
     *
     * @param inputs values of each input, observed
     * @return the activation, observed
     */
    Moments sample(List<Moments> inputs);

    /**
     * Which one this is, for error messages.
     *
     * @return for example {@code layer "hidden" (index 0)}
     */
    String describe();

    /**
     * Whether steps that are not there in a sequence have no part in the activation of the others.
     *
     * @param input an input of sequences with a mask
     * @return true if a mask may reach this vertex
     */
    default boolean heedsMask(Moments input) {
        return false;
    }

    /**
     * Whether there is a state that goes on from segment to segment.
     *
     * @return true if something in this vertex is recurrent
     */
    default boolean hasState() {
        return false;
    }

    /**
     * Whether gates multiply activations, step by step: a memory bends in the weights, so what derivatives tell of a step is rough.
     *
     * @return true if something in this vertex has a memory with gates
     */
    default boolean hasGates() {
        return false;
    }

    /**
     * The same vertex for segments of sequences: recurrent layers go on from their states, and leave those at the end.
     *
     * @param states the states
     * @return a vertex with the same parameters; this one if nothing in it is recurrent
     */
    default Vertex continuing(SequenceStates states) {
        return this;
    }

    /**
     * How the parameters of this vertex learn, by the keys of its {@link Sites}. Vertices that share a parameter give the same key.
     *
     * @return a learner for each array of parameters; none for a vertex without
     */
    default Map<ParameterKey, Learner> learners() {
        return Map.of();
    }

    /**
     * One way through a vertex.
     *
     * @param output moments of the activation and their batch covariance
     * @param back the backward pass
     */
    record Pass(ForwardMessage output, Backward back) {}

    /** The backward pass of one {@link Pass}. It is asked at most once, because it may write over what it needs. */
    @FunctionalInterface
    interface Backward {

        /**
         * Turns the message at the activation into messages at the inputs, and sites.
         *
         * @param message message at the activation; if several consumers sent one, their product
         * @return messages and sites
         */
        Answer answer(BackwardMessage message);

        /**
         * The messages at the inputs alone, where the parameters do not learn.
         *
         * @param message message at the activation
         * @return as {@link Answer#toInputs()}
         */
        default List<@Nullable BackwardMessage> messages(BackwardMessage message) {
            return answer(message).toInputs();
        }
    }

    /**
     * What a message at the activation means for all that it comes from.
     *
     * @param toInputs message at each input; null where the input was observed and so needs none
     * @param sites what the batch says about the parameters
     */
    record Answer(List<@Nullable BackwardMessage> toInputs, Sites sites) {

        /**
         * The answer of a vertex with one input.
         *
         * @param toInput message at the input, or null
         * @param sites what the batch says about the parameters
         * @return the answer
         */
        public static Answer of(@Nullable BackwardMessage toInput, Sites sites) {
            return new Answer(Collections.singletonList(toInput), sites);
        }
    }
}

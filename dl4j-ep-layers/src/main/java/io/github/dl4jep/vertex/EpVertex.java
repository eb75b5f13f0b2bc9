package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.SiteStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of a sweep: what has inputs and an activation. A batch is: {@link #forward}, {@link #backwardAll}, perhaps both again, then
 * {@link #commit} or {@link #discard}. Until it is committed, nothing that a batch says changes a parameter.
 */
public interface EpVertex {

    /**
     * Sends the moments on, and keeps what the way back needs. If sites of this batch are kept from an earlier sweep, the
     * weights' means include them.
     *
     * @param inputs moments of each input and their batch covariance
     * @return those of the activation
     */
    ForwardMessage forward(List<ForwardMessage> inputs);

    /**
     * Takes the message at the activation, keeps the sites of this batch, and answers the messages to the inputs.
     *
     * @param message message at the activation; if several consumers sent one, their product
     * @return message at each input; null where the input was observed and so needs none
     */
    List<@Nullable BackwardMessage> backwardAll(BackwardMessage message);

    /**
     * Tells whether everything the batch says here is finite. Infinite or NaN sites must be discarded.
     *
     * @return true if the batch can be committed
     */
    default boolean hasFiniteSites() {
        return true;
    }

    /**
     * Multiplies the sites of the batch into the posterior and forgets the batch.
     *
     * @param step retention, averaging and damping
     */
    default void commit(SiteStep step) {
        discard();
    }

    /** Forgets the batch; the posterior stays as it is. */
    void discard();

    /**
     * Moments of the activation for a prediction: as {@link #forward}, but with averaged means and nothing kept.
     *
     * @param inputs moments of each input
     * @return moments of the activation
     */
    Moments predict(List<Moments> inputs);

    /**
     * The activation for one draw of the weights from the posterior, the same for all examples.
     *
     * @param inputs values of each input, observed
     * @return the activation, observed; for an output layer, its potentials
     */
    Moments sample(List<Moments> inputs);

    /**
     * Which one this is, for error messages.
     *
     * @return for example {@code layer "hidden" (index 0)}
     */
    String describe();
}

package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The runtime of a layer in a sweep. A batch is: {@link #forward}, {@link #backward}, perhaps both again, then
 * {@link #commit} or {@link #discard}. Until it is committed, nothing that a batch says changes a parameter.
 */
public interface EpLayer {

    /**
     * Sends the moments on, and keeps what the way back needs. If sites of this batch are kept from an earlier sweep, the
     * weights' means include them.
     *
     * @param input moments of the input and their batch covariance
     * @return those of the activation
     */
    ForwardMessage forward(ForwardMessage input);

    /**
     * Takes the message at the activation, keeps the sites of this batch, and answers the message to the input.
     *
     * @param message message at the activation
     * @return message at the input; null if the input was observed and so needs none
     */
    @Nullable
    BackwardMessage backward(BackwardMessage message);

    /**
     * Tells whether everything the batch says to this layer is finite. Infinite or NaN sites must be discarded.
     *
     * @return true if the batch can be committed
     */
    boolean hasFiniteSites();

    /**
     * Multiplies the sites of the batch into the posterior and forgets the batch.
     *
     * @param step retention, averaging and damping
     */
    void commit(SiteStep step);

    /** Forgets the batch; the posterior stays as it is. */
    void discard();

    /**
     * Moments of the activation for a prediction: as {@link #forward}, but with averaged means and nothing kept.
     *
     * @param input moments of the input
     * @return moments of the activation
     */
    Moments predict(Moments input);

    /**
     * The activation for one draw of the weights from the posterior, the same for all examples.
     *
     * @param input [minibatch, ...]
     * @return the activation; for an output layer, its potentials
     */
    INDArray sample(INDArray input);

    /**
     * Which layer this is, for error messages.
     *
     * @return for example {@code layer "hidden" (index 0)}
     */
    String describe();
}

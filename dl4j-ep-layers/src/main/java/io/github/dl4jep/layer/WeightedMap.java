package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import org.jspecify.annotations.Nullable;

/** The map of a layer's weights in a sweep, from the input to the pre-activation, and this batch's sites until they are committed. */
interface WeightedMap {

    /** Moments and batch covariance of the pre-activation. */
    ForwardMessage forward(ForwardMessage message);

    /** Keeps the sites; answers the message to the input, or null if that was observed. */
    @Nullable
    BackwardMessage backward(BackwardMessage message);

    /** Whether what the batch says is finite. */
    boolean hasFiniteSites();

    /** Multiplies the sites into the posterior and forgets the batch. */
    void commit(SiteStep step);

    /** Forgets the batch. */
    void discard();

    /** Moments of the pre-activation for a prediction. */
    Moments predict(Moments moments);

    /** The pre-activation for one draw of the weights. */
    Moments sample(Moments values);

    /** The pre-activation of the point network. */
    Moments point(Moments values);
}

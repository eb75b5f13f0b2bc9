package io.github.dl4jep.vertex;

import io.github.dl4jep.message.Moments;

/**
 * The map of a layer's weights in a sweep, from the input to the pre-activation, and this batch's sites until they are committed: the
 * layer without its unit.
 */
public interface LinearMap extends EpLayer {

    /** The pre-activation of the point network. */
    Moments point(Moments values);
}

package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.Moments;

/**
 * The map of a layer's weights in a sweep, from the input to the pre-activation, and this batch's sites until they are committed: the
 * layer without its unit.
 */
interface WeightedMap extends EpLayer {

    /** The pre-activation of the point network. */
    Moments point(Moments values);
}

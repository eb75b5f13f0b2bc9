package io.github.dl4jep.vertex;

import io.github.dl4jep.message.Moments;

/** The map of a layer's weights, from the input to the pre-activation: the layer without its unit. */
public interface LinearMap extends Vertex {

    /**
     * The pre-activation of the point network.
     *
     * @param values values of the input
     * @return the pre-activation
     */
    Moments point(Moments values);
}

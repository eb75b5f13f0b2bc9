package io.github.dl4jep.vertex;

import io.github.dl4jep.message.Moments;

/** Two arrays of weights in one layer, one behind the other with no unit between, as in a separable convolution. */
public final class ChainedMap extends LayerChain implements LinearMap {

    private final LinearMap first;
    private final LinearMap second;

    /**
     * A chain.
     *
     * @param first sees the input
     * @param second sees what the first gives
     */
    public ChainedMap(LinearMap first, LinearMap second) {
        super(first, second);
        this.first = first;
        this.second = second;
    }

    @Override
    public Moments point(Moments values) {
        return second.point(first.point(values));
    }
}

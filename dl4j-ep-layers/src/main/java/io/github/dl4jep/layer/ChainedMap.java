package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.Moments;

/** Two arrays of weights in one layer, one behind the other with no unit between, as in a separable convolution. */
final class ChainedMap extends LayerChain implements WeightedMap {

    private final WeightedMap first;
    private final WeightedMap second;

    /**
     * A chain.
     *
     * @param first sees the input
     * @param second sees what the first gives
     */
    ChainedMap(WeightedMap first, WeightedMap second) {
        super(first, second);
        this.first = first;
        this.second = second;
    }

    @Override
    public Moments point(Moments values) {
        return second.point(first.point(values));
    }
}

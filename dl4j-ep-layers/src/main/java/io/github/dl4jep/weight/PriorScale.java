package io.github.dl4jep.weight;

/**
 * What a layer tells its prior about itself.
 *
 * @param fanIn number of inputs of a unit, at least 1
 * @param gain 2 for ReLU-like units, 1 for most others: keeps the scale of the activations through the layers
 */
public record PriorScale(long fanIn, double gain) {

    /**
     * Checks the ranges.
     *
     * @param fanIn number of inputs
     * @param gain gain of the layer
     * @throws IllegalArgumentException if a number is not positive
     */
    public PriorScale {
        if (fanIn < 1) {
            throw new IllegalArgumentException("fanIn is " + fanIn + ", allowed is 1 and more");
        }
        if (!(gain > 0) || Double.isInfinite(gain)) {
            throw new IllegalArgumentException("gain is " + gain + ", allowed are positive finite numbers");
        }
    }

    /**
     * Variance of the weights that keeps the activations' scale, gain / fanIn.
     *
     * @return the variance
     */
    public double variance() {
        return gain / fanIn;
    }
}

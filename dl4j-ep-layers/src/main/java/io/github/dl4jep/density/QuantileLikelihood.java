package io.github.dl4jep.density;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Quantiles of one number: output i is the quantile of level \( \tau_i \), by the pinball loss as the logarithm of an {@link
 * AsymmetricLaplace} density. One label column, as many outputs as levels. The densities of all levels have one scale, which is learned.
 *
 * <p>The outputs are fitted by themselves, so that quantiles can cross where there are few data. Predictions: the mean of an output is the
 * quantile, its epistemic variance how far it is known, its aleatoric variance that of the density.
 */
public final class QuantileLikelihood extends ScalarLikelihood {

    private static final long serialVersionUID = 1L;

    /** Levels of the outputs. */
    private final double[] levels;

    /**
     * Quantiles.
     *
     * @param levels the level of each output, in (0, 1)
     * @throws IllegalArgumentException if there is no level, or one is outside
     */
    @JsonCreator
    public QuantileLikelihood(@JsonProperty("levels") double... levels) {
        if (levels.length == 0 || !Arrays.stream(levels).allMatch(level -> level > 0 && level < 1)) {
            throw new IllegalArgumentException("levels are " + Arrays.toString(levels)
                    + ", allowed are numbers between 0 and 1, one for each output of the layer");
        }
        this.levels = levels.clone();
    }

    /**
     * The levels of the outputs.
     *
     * @return a copy
     */
    public double[] getLevels() {
        return levels.clone();
    }

    @Override
    public int labelColumns(int outputs) {
        if (outputs != levels.length) {
            throw new IllegalArgumentException("the layer has " + outputs + " outputs, but there are " + levels.length
                    + " levels; allowed is one output for each level");
        }
        return 1;
    }

    @Override
    protected List<String> scaleNames() {
        return List.of("quantileScale");
    }

    @Override
    protected Standardised standardised() {
        return Standardised.LOCATION_AND_SCALE;
    }

    @Override
    protected int labelOf(int output) {
        return 0;
    }

    @Override
    protected double[] scalesOf(double[][] scales, int output) {
        return new double[] {scales[0][0], levels[output]};
    }

    @Override
    protected double logDensity(double label, double potential, double[] scales) {
        return new AsymmetricLaplace(scales[1]).logDensity(label, potential, scales[0]);
    }

    @Override
    protected double expectation(double label, double mean, double variance, double[] scales, double[] derivatives) {
        return new AsymmetricLaplace(scales[1]).expectation(label, mean, variance, scales[0], derivatives);
    }

    @Override
    protected double logPredictive(double label, double mean, double variance, double[] scales) {
        return new AsymmetricLaplace(scales[1]).logPredictive(label, mean, variance, scales[0]);
    }

    @Override
    protected double[] labelMoments(double potential, double[] scales) {
        double[] moments = new AsymmetricLaplace(scales[1]).moments(scales[0]);
        moments[0] = potential;
        return moments;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof QuantileLikelihood that && Arrays.equals(levels, that.levels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(levels);
    }

    @Override
    public String toString() {
        return "QuantileLikelihood" + Arrays.toString(levels);
    }
}

package io.github.dl4jep.weight;

import io.github.dl4jep.learned.Parameters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Gaussian prior: precision \( t_0 = n_{in} / (g\,s_0) \), means of the posterior drawn once from \( N(0, g / n_{in}) \). The prior is
 * centred at these draws, which are the features that a network starts from, or at zero: for biases and output layers.
 *
 * <p>g is the gain of the layer ({@link PriorScale}), s0 the prior scale: the prior variance as a share of the variance that
 * keeps the activations' scale. Source: algorithm, section 1.
 */
public final class GaussianPrior implements WeightPrior {

    /** Name of the parameter that holds t, 1 / variance. */
    public static final String PRECISION = "Precision";
    /** Name of the parameter that holds r = t M. */
    public static final String MEAN_TIMES_PRECISION = "MeanTimesPrecision";
    /** Name of the parameter that holds the running average of the means. */
    public static final String AVERAGED_MEAN = "AveragedMean";

    /** Name of the parameter that holds the prior's means, where they are not zero. */
    public static final String PRIOR_MEAN = "PriorMean";
    /** Name of the parameter that holds how often what is remembered really counts an example: [1, 1]. */
    public static final String COUNTED = "Counted";

    /** Default prior scale of networks of up to four layers with weights. */
    public static final double DEFAULT_SCALE = 0.5;

    private static final long serialVersionUID = 1L;
    private static final double SCALE_TIMES_DEPTH = 2;
    private static final List<String> CENTRED = List.of(PRECISION, MEAN_TIMES_PRECISION, AVERAGED_MEAN, COUNTED);
    private static final List<String> NAMES =
            List.of(PRECISION, MEAN_TIMES_PRECISION, AVERAGED_MEAN, PRIOR_MEAN, COUNTED);

    /** s0, the prior variance as a share of gain / fan-in. */
    private final double scale;

    /** Whether the means of the prior are zero. */
    private final boolean centred;

    /** The default prior, scale .5. */
    public GaussianPrior() {
        this(DEFAULT_SCALE);
    }

    /**
     * A prior of the given scale, centred at the first means.
     *
     * @param scale s0, positive; .2 to .5 all work well
     * @throws IllegalArgumentException if the scale is not a positive finite number
     */
    public GaussianPrior(double scale) {
        this(scale, false);
    }

    /**
     * A prior of the given scale.
     *
     * @param scale s0, positive; .2 to .5 all work well
     * @param centred whether its means are zero, or those that the posterior starts with
     * @throws IllegalArgumentException if the scale is not a positive finite number
     */
    @JsonCreator
    public GaussianPrior(@JsonProperty("scale") double scale, @JsonProperty("centred") boolean centred) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("prior scale is " + scale + ", allowed are positive finite numbers");
        }
        this.scale = scale;
        this.centred = centred;
    }

    /**
     * The default prior of a network: the deeper, the narrower, because the uncertainty of every layer adds to that of all layers
     * before. Scale min(.5, 2 / depth); own, docs/algorithm.md, section 1.
     *
     * @param depth number of layers with weights on the longest path, at least 1
     * @return the prior of all its layers
     */
    public static GaussianPrior ofDepth(int depth) {
        return new GaussianPrior(Math.min(DEFAULT_SCALE, SCALE_TIMES_DEPTH / depth));
    }

    /**
     * The same prior with another variance.
     *
     * @param factor of the variance, positive
     * @return a prior with the same centre
     */
    public GaussianPrior scaled(double factor) {
        return factor == 1 ? this : new GaussianPrior(scale * factor, centred);
    }

    /**
     * The prior scale s0.
     *
     * @return prior variance as a share of the variance that keeps the activations' scale
     */
    public double getScale() {
        return scale;
    }

    /**
     * Whether the prior's means are zero.
     *
     * @return false if they are those that the posterior starts with
     */
    public boolean isCentred() {
        return centred;
    }

    @Override
    public List<String> parameterNames() {
        return centred ? CENTRED : NAMES;
    }

    @Override
    public long[] shapeOf(String parameter, long[] weights) {
        return parameter.equals(COUNTED) ? new long[] {1, 1} : weights;
    }

    @Override
    public WeightPosterior posterior(Map<String, INDArray> parameters, PriorScale priorScale) {
        return new GaussianPosterior(
                Parameters.get(parameters, PRECISION),
                Parameters.get(parameters, MEAN_TIMES_PRECISION),
                Parameters.get(parameters, AVERAGED_MEAN),
                centred ? null : Parameters.get(parameters, PRIOR_MEAN),
                Parameters.get(parameters, COUNTED),
                1 / (priorScale.variance() * scale),
                priorScale.variance());
    }

    @Override
    public GaussianPrior forOutput() {
        return new GaussianPrior(scale, true);
    }

    @Override
    public GaussianPrior biasPrior() {
        return forOutput();
    }

    @Override
    public boolean hasNormalPosterior() {
        return true;
    }

    @Override
    public boolean modeIsMean() {
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaussianPrior that && Double.compare(scale, that.scale) == 0 && centred == that.centred;
    }

    @Override
    public int hashCode() {
        return Objects.hash(GaussianPrior.class, scale, centred);
    }

    @Override
    public String toString() {
        return "gaussian(scale=" + scale + ")";
    }
}

package io.github.dl4jep.density;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Numbers of very different size, from 0 on: the squared logarithmic error (MSLE) is minus the logarithm of a normal density of \( \log(1 +
 * y) \) around \( \log(1 + f(u)) \), up to constants. Its deviation r starts at 1 and is learned after the first pass. The predictive mean is
 * \( E (1 + f) e^{r^2/2} - 1 \), above the median \( f \).
 */
public final class LogGaussianLikelihood extends LinkedLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    /** Medians softplus(u). */
    public LogGaussianLikelihood() {
        this(Link.SOFTPLUS);
    }

    /**
     * A likelihood.
     *
     * @param link how the median of labels comes of the potential
     */
    @JsonCreator
    public LogGaussianLikelihood(@JsonProperty("link") Link link) {
        super(link);
    }

    @Override
    protected List<String> scaleNames() {
        return List.of("logDeviation");
    }

    @Override
    protected @Nullable String problem(double label) {
        return label > -1
                ? null
                : "a squared logarithmic error needs labels above -1; for numbers of both signs use the squared error"
                        + " (MSE) with the identity";
    }

    @Override
    protected double logDensity(double label, double potential, double[] scales) {
        if (!(label > -1)) {
            return Double.NEGATIVE_INFINITY;
        }
        double ofLabel = Math.log1p(label);
        double r = (ofLabel - Math.log1p(getLink().value(potential))) / scales[0];
        return -0.5 * r * r - Math.log(scales[0]) - LOG_SQRT_TWO_PI - ofLabel;
    }

    @Override
    protected double[] labelMoments(double potential, double[] scales) {
        double squared = scales[0] * scales[0];
        double median = 1 + getLink().value(potential);
        double mean = median * Math.exp(squared / 2);
        double entropy = Math.log(median) + 0.5 + LOG_SQRT_TWO_PI + Math.log(scales[0]);
        return new double[] {mean - 1, Math.expm1(squared) * mean * mean, entropy};
    }
}

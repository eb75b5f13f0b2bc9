package io.github.dl4jep.density;

import org.apache.commons.numbers.gamma.LogGamma;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Counts: the Poisson loss is minus the logarithm of \( \lambda^y e^{-\lambda} / y! \), with the rate \( \lambda = f(u) \). Nothing is learned
 * but the weights. Predictions: mean and noise variance are \( E\lambda \), the epistemic variance is that of \( \lambda \).
 */
public final class PoissonLikelihood extends LinkedLikelihood {

    private static final long serialVersionUID = 1L;
    /** From this rate on the entropy is that of the expansion in 1 / rate, to 1e-5. */
    private static final double LARGE_RATE = 30;

    /** Counts of rate softplus(u). */
    public PoissonLikelihood() {
        this(Link.SOFTPLUS);
    }

    /**
     * Counts.
     *
     * @param link how the rate comes of the potential
     */
    @JsonCreator
    public PoissonLikelihood(@JsonProperty("link") Link link) {
        super(link);
    }

    @Override
    protected LabelSpace labelSpace() {
        return LabelSpace.COUNT;
    }

    @Override
    protected @Nullable String problem(double label) {
        return label >= 0
                ? null
                : "counts are 0 or more; for numbers of both signs use the squared error (MSE) with the identity";
    }

    @Override
    protected double logDensity(double label, double potential, double[] scales) {
        // At a count of 0 the logarithm of the rate may be -Infinity.
        double ofCount = label == 0 ? 0 : label * getLink().log(potential) - LogGamma.value(label + 1);
        return ofCount - getLink().value(potential);
    }

    @Override
    protected double[] labelMoments(double potential, double[] scales) {
        double rate = getLink().value(potential);
        double entropy = rate < LARGE_RATE
                ? super.labelMoments(potential, scales)[2]
                : 0.5 * Math.log(2 * Math.PI * Math.E * rate) - 1 / (12 * rate) - 1 / (24 * rate * rate);
        return new double[] {rate, rate, entropy};
    }
}

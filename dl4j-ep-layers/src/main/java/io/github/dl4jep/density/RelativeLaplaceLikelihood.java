package io.github.dl4jep.density;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Regression by relative error: the absolute percentage error (MAPE) is minus the logarithm of \( \frac{1}{2 b |y|} e^{-|y - u|/(b |y|)} \),
 * up to a constant: a Laplace density whose scale is a share b of the label. b is learned; labels of quite another size than 1 are divided
 * by their root mean square in the first batch. Predictions: mean u, noise variance \( 2 (b u)^2 \).
 */
public final class RelativeLaplaceLikelihood extends ScalarLikelihood {

    private static final long serialVersionUID = 1L;
    private static final AsymmetricLaplace DENSITY = new AsymmetricLaplace(0.5);

    @Override
    protected List<String> scaleNames() {
        return List.of("relativeScale");
    }

    @Override
    protected Standardised standardised() {
        return Standardised.SCALE;
    }

    @Override
    protected @Nullable String problem(double label) {
        return label == 0
                ? "a relative error needs labels other than 0; mask this label, or use the mean absolute error (MAE)"
                : null;
    }

    private static double scale(double label, double[] scales) {
        return scales[0] * Math.abs(label) / 2;
    }

    @Override
    protected double logDensity(double label, double potential, double[] scales) {
        return DENSITY.logDensity(label, potential, scale(label, scales));
    }

    @Override
    protected double expectation(double label, double mean, double variance, double[] scales, double[] derivatives) {
        return DENSITY.expectation(label, mean, variance, scale(label, scales), derivatives);
    }

    @Override
    protected double logPredictive(double label, double mean, double variance, double[] scales) {
        return DENSITY.logPredictive(label, mean, variance, scale(label, scales));
    }

    @Override
    protected double[] labelMoments(double potential, double[] scales) {
        // A potential of exactly 0 has no noise; its entropy is that of the smallest one.
        double[] moments = DENSITY.moments(Math.max(scale(potential, scales), Double.MIN_NORMAL));
        moments[0] = potential;
        return moments;
    }
}

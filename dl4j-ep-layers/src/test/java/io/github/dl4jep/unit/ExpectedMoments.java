package io.github.dl4jep.unit;

import java.util.function.DoubleUnaryOperator;

/**
 * Moments of f(u), u ~ N(w, V), by {@link NormalQuadrature}.
 *
 * @param mean E f(u)
 * @param variance Var f(u)
 * @param gain Cov(f(u), u) / V
 */
public record ExpectedMoments(double mean, double variance, double gain) {

    private static final double STEP = 1e-4;

    public static ExpectedMoments of(DoubleUnaryOperator f, double[] kinks, double w, double v) {
        NormalQuadrature normal = new NormalQuadrature(w, v, kinks);
        double atMean = f.applyAsDouble(w);
        // Relative to f(w), because a small variance would cancel.
        double rise = normal.expect(u -> f.applyAsDouble(u) - atMean);
        double variance = normal.expect(u -> square(f.applyAsDouble(u) - atMean - rise));
        double gain = normal.expect(u -> (f.applyAsDouble(u) - atMean) * (u - w)) / v;
        return new ExpectedMoments(atMean + rise, variance, gain);
    }

    /** E f'(u) as (E f(u + h) - E f(u - h)) / 2 h; the kinks move with the shift. */
    public static double slope(DoubleUnaryOperator f, double[] kinks, double w, double v) {
        double h = STEP * Math.sqrt(v);
        double atMean = f.applyAsDouble(w);
        double right = new NormalQuadrature(w, v, shifted(kinks, -h)).expect(u -> f.applyAsDouble(u + h) - atMean);
        double left = new NormalQuadrature(w, v, shifted(kinks, h)).expect(u -> f.applyAsDouble(u - h) - atMean);
        return (right - left) / (2 * h);
    }

    private static double[] shifted(double[] kinks, double by) {
        double[] moved = kinks.clone();
        for (int k = 0; k < moved.length; k++) {
            moved[k] += by;
        }
        return moved;
    }

    private static double square(double x) {
        return x * x;
    }

    /**
     * The worst of three errors, each in units that do not depend on the scale of f: the mean in standard deviations of f, the
     * variance relatively, the gain as a correlation. A standard deviation below a tenth of min(1, sqrt V) counts as that, so
     * that a saturated unit is not asked for relative accuracy of next to nothing.
     *
     * @param a mean under test
     * @param s variance under test
     * @param d gain under test
     * @param v variance of the pre-activation
     * @param rounding relative rounding that the mean itself may have
     * @return the error
     */
    public double error(double a, double s, double d, double v, double rounding) {
        double unit = Math.max(Math.sqrt(variance), 0.1 * Math.min(1, Math.sqrt(v)));
        double errorOfMean = Math.max(0, Math.abs(a - mean) - rounding * Math.abs(mean)) / unit;
        double errorOfVariance = Math.abs(s - variance) / (unit * unit);
        double errorOfGain = Math.abs(d - gain) * Math.sqrt(v) / unit;
        return Math.max(errorOfMean, Math.max(errorOfVariance, errorOfGain));
    }
}

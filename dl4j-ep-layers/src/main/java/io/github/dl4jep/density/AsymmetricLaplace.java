package io.github.dl4jep.density;

import io.github.dl4jep.normal.StandardNormal;

/**
 * The density \( \frac{\tau(1-\tau)}{b} e^{-\rho(y - u)/b} \), \( \rho(r) = r (\tau - [r < 0]) \): its logarithm is the pinball loss of the
 * quantile \( \tau \), and for \( \tau = 1/2 \) half the absolute error, that of a Laplace density of scale 2b.
 *
 * <p>For \( u \sim N(m, v) \), \( r = y - m \), \( \zeta = r / \sqrt v \): \( E\rho = \tau r - r\Phi(-\zeta) + \sqrt v\,\phi(\zeta) \), slope
 * \( (\tau - \Phi(-\zeta)) / b \), curvature \( \phi(\zeta) / (b \sqrt v) \). The predictive density has two terms, \( e^{a r + a^2 v / 2}
 * \Phi(\dots) \) with \( a = -\tau / b \) above the potential and \( a = (1 - \tau) / b \) below.
 *
 * <p>Source: Yu and Moyeed 2001 for the density; the integrals are elementary.
 */
final class AsymmetricLaplace {

    private static final double LEAST_VARIANCE = 1e-12;

    private final double tau;

    AsymmetricLaplace(double tau) {
        this.tau = tau;
    }

    double logDensity(double label, double potential, double b) {
        double r = label - potential;
        return Math.log(tau * (1 - tau) / b) - r * (tau - (r < 0 ? 1 : 0)) / b;
    }

    double expectation(double label, double mean, double variance, double b, double[] derivatives) {
        double deviation = Math.sqrt(Math.max(variance, LEAST_VARIANCE));
        double r = label - mean;
        double zeta = r / deviation;
        double below = StandardNormal.cumulative(-zeta);
        double density = StandardNormal.density(zeta);
        derivatives[0] = (tau - below) / b;
        derivatives[1] = density / (b * deviation);
        return Math.log(tau * (1 - tau) / b) - (r * (tau - below) + deviation * density) / b;
    }

    double logPredictive(double label, double mean, double variance, double b) {
        if (variance < LEAST_VARIANCE * b * b) {
            return logDensity(label, mean, b);
        }
        double deviation = Math.sqrt(variance);
        double r = label - mean;
        double above = term(-tau / b, r, deviation, 1);
        double below = term((1 - tau) / b, r, deviation, -1);
        double largest = Math.max(above, below);
        return Math.log(tau * (1 - tau) / b)
                + largest
                + Math.log(Math.exp(above - largest) + Math.exp(below - largest));
    }

    /** log of E e^(a (y - u)) over the potentials u on one side of the label. */
    private static double term(double a, double r, double deviation, int side) {
        double shift = a * deviation;
        return a * r + shift * shift / 2 + StandardNormal.logCumulative(side * (r / deviation + shift));
    }

    /** Mean less the potential, variance and entropy of a label. */
    double[] moments(double b) {
        double product = tau * (1 - tau);
        return new double[] {
            b * (1 - 2 * tau) / product, b * b * (1 - 2 * product) / (product * product), 1 - Math.log(product / b)
        };
    }
}

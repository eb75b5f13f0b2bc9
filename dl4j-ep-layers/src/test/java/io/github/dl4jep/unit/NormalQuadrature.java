package io.github.dl4jep.unit;

import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * Expectations under a normal density, by Gauss-Legendre quadrature on many short pieces: the oracle of the moment tests. It
 * shares nothing with the code under test.
 *
 * <p>The pieces end at whole standard deviations, at the kinks of the function, and every 1/4 near the origin, where an
 * activation bends.
 */
public final class NormalQuadrature {

    private static final GaussIntegratorFactory FACTORY = new GaussIntegratorFactory();
    private static final int POINTS_PER_PIECE = 16;
    private static final int DEVIATIONS = 14;
    private static final int BENDS = 12;

    private final double mean;
    private final double deviation;
    private final double[] pieces;

    /**
     * A rule for one normal distribution.
     *
     * @param mean its mean
     * @param variance its variance, positive
     * @param kinks where the functions have kinks or jumps
     */
    public NormalQuadrature(double mean, double variance, double... kinks) {
        this.mean = mean;
        this.deviation = Math.sqrt(variance);
        double low = mean - DEVIATIONS * deviation;
        double high = mean + DEVIATIONS * deviation;
        TreeSet<Double> ends = new TreeSet<>();
        for (int k = -2 * DEVIATIONS; k <= 2 * DEVIATIONS; k++) {
            ends.add(mean + k * deviation / 2);
        }
        if (deviation > 0.25) {
            for (int k = -4 * BENDS; k <= 4 * BENDS; k++) {
                ends.add(k / 4.0);
            }
        }
        for (double kink : kinks) {
            ends.add(kink);
        }
        this.pieces = ends.stream()
                .filter(x -> x >= low && x <= high)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    /**
     * The expectation of a function.
     *
     * @param f the function, smooth between the kinks
     * @return E f(u)
     */
    public double expect(DoubleUnaryOperator f) {
        double sum = 0;
        for (int k = 1; k < pieces.length; k++) {
            if (pieces[k] > pieces[k - 1]) {
                GaussIntegrator rule = FACTORY.legendre(POINTS_PER_PIECE, pieces[k - 1], pieces[k]);
                sum += rule.integrate(u -> f.applyAsDouble(u) * density(u));
            }
        }
        return sum;
    }

    private double density(double u) {
        double z = (u - mean) / deviation;
        return Math.exp(-z * z / 2) / (deviation * Math.sqrt(2 * Math.PI));
    }
}

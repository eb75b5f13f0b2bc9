package io.github.dl4jep.density;

import io.github.dl4jep.normal.GaussHermiteRule;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Integrals of a log density over a normal potential, with the 32 nodes of Gauss and Hermite; {@link ScalarLikelihood} has the formulas. */
final class Quadrature {

    static final double LEAST_VARIANCE = 1e-6;

    private static final int MOST_ITERATIONS = 50;
    private static final double[] NODES;
    private static final double[] WEIGHTS;

    static {
        GaussHermiteRule rule = GaussHermiteRule.of(32);
        NODES = rule.nodes();
        WEIGHTS = rule.weights();
    }

    private Quadrature() {}

    static int nodes() {
        return NODES.length;
    }

    static double node(int i) {
        return NODES[i];
    }

    static double weight(int i) {
        return WEIGHTS[i];
    }

    /** E log p(u); writes its derivative by the mean, and minus the second. */
    static double expectation(DoubleUnaryOperator log, double mean, double variance, double[] derivatives) {
        double v = Math.max(variance, LEAST_VARIANCE);
        double deviation = Math.sqrt(v);
        double centre = log.applyAsDouble(mean);
        double sum = 0;
        double slope = 0;
        double curvature = 0;
        for (int i = 0; i < NODES.length; i++) {
            double x = NODES[i];
            double rise = WEIGHTS[i] * (log.applyAsDouble(mean + deviation * x) - centre);
            sum += rise;
            slope += x * rise;
            curvature -= (x * x - 1) * rise;
        }
        derivatives[0] = slope / deviation;
        derivatives[1] = curvature / v;
        return centre + sum;
    }

    /** log E p(u), with the nodes where density times normal distribution is large. */
    static double logIntegral(DoubleUnaryOperator log, double mean, double variance) {
        if (variance < LEAST_VARIANCE) {
            return log.applyAsDouble(mean);
        }
        double[] tilted = tilted(log, mean, variance);
        double deviation = Math.sqrt(tilted[1]);
        double[] logs = new double[NODES.length];
        for (int i = 0; i < logs.length; i++) {
            double u = tilted[0] + deviation * NODES[i];
            logs[i] =
                    Math.log(WEIGHTS[i]) + log.applyAsDouble(u) + 0.5 * NODES[i] * NODES[i] - energy(u, mean, variance);
        }
        return logSum(logs) + 0.5 * Math.log(tilted[1] / variance);
    }

    static double logSum(double... logs) {
        double largest = Arrays.stream(logs).max().orElse(0);
        return largest
                + Math.log(
                        Arrays.stream(logs).map(log -> Math.exp(log - largest)).sum());
    }

    private static double energy(double u, double mean, double variance) {
        return (u - mean) * (u - mean) / (2 * variance);
    }

    /** Mean and variance of a normal distribution near density times N(mean, variance): Newton's method, halved where it falls. */
    private static double[] tilted(DoubleUnaryOperator log, double mean, double variance) {
        double m = mean;
        double v = variance;
        double[] derivatives = new double[2];
        double[] unused = new double[2];
        for (int iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
            double reached = expectation(log, m, v, derivatives) - energy(m, mean, variance);
            double narrower = variance / (1 + variance * Math.max(0, derivatives[1]));
            double step = narrower * (derivatives[0] - (m - mean) / variance);
            while (Double.isFinite(step)
                    && Math.abs(step) > 1e-6 * Math.sqrt(narrower)
                    && !(expectation(log, m + step, v, unused) - energy(m + step, mean, variance) >= reached)) {
                step /= 2;
            }
            boolean stays = Math.abs(step) < 1e-3 * Math.sqrt(narrower) && Math.abs(narrower - v) < 1e-2 * v;
            m += step;
            v = narrower;
            if (stays) {
                break;
            }
        }
        return new double[] {m, v};
    }
}

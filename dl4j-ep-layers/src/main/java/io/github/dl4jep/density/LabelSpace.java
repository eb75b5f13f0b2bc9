package io.github.dl4jep.density;

import java.util.function.DoubleUnaryOperator;

/** Where labels live: how the density of a label is summed up. */
public enum LabelSpace {

    /**
     * Real numbers. Nodes are \( y_j = \hat y + s \sinh t_j \) around the most probable label, equally spaced in t, with s where the density
     * has fallen by the factor \( e^{-1/2} \): right for smooth densities of any width with one maximum, and for tails up to \( 10^4 s \).
     */
    REAL {
        @Override
        double[] moments(DoubleUnaryOperator logDensity, double near) {
            double mode = mode(logDensity, near);
            double width = width(logDensity, mode);
            double[] sums = new double[4];
            for (int j = -HALF_NODES; j <= HALF_NODES; j++) {
                double t = j * NODE_STEP;
                double away = width * Math.sinh(t);
                add(sums, away, logDensity.applyAsDouble(mode + away), width * Math.cosh(t) * NODE_STEP);
            }
            return summary(sums, mode);
        }
    },

    /** 0, 1, 2 ...: summed outwards from the most probable one, until labels are 1e-12 times as probable. */
    COUNT {
        @Override
        double[] moments(DoubleUnaryOperator logDensity, double near) {
            // Right for one maximum: a count is too small while its successor is more probable.
            double mode = 0;
            double step = 1;
            while (step >= 1) {
                boolean rises = logDensity.applyAsDouble(mode + step) > logDensity.applyAsDouble(mode + step - 1);
                mode += rises ? step : 0;
                step = rises ? 2 * step : step / 2;
            }
            double largest = logDensity.applyAsDouble(mode);
            double[] sums = new double[4];
            for (double label = mode; label >= 0 && Double.isFinite(largest); label--) {
                double log = logDensity.applyAsDouble(label);
                if (log < largest - NEGLIGIBLE) {
                    break;
                }
                add(sums, label - mode, log, 1);
            }
            double log = logDensity.applyAsDouble(mode + 1);
            for (double label = mode + 1; log >= largest - NEGLIGIBLE && Double.isFinite(largest); label++) {
                add(sums, label - mode, log, 1);
                log = logDensity.applyAsDouble(label + 1);
            }
            return summary(sums, mode);
        }
    },

    /** -1 and +1. */
    SIGN {
        @Override
        double[] moments(DoubleUnaryOperator logDensity, double near) {
            double[] sums = new double[4];
            add(sums, -1, logDensity.applyAsDouble(-1), 1);
            add(sums, 1, logDensity.applyAsDouble(1), 1);
            return summary(sums, 0);
        }
    };

    private static final int HALF_NODES = 100;
    private static final double NODE_STEP = 0.1;
    private static final double NEGLIGIBLE = 28;
    private static final int MOST_STEPS = 200;

    /**
     * Moments of a label.
     *
     * @param logDensity of a label, in nats
     * @param near a number near which labels may be found
     * @return mean, variance and entropy in nats
     */
    abstract double[] moments(DoubleUnaryOperator logDensity, double near);

    private static void add(double[] sums, double label, double log, double weight) {
        double mass = weight * Math.exp(log);
        if (mass > 0) {
            sums[0] += mass;
            sums[1] += mass * label;
            sums[2] += mass * label * label;
            sums[3] -= mass * log;
        }
    }

    private static double[] summary(double[] sums, double centre) {
        double mean = sums[1] / sums[0];
        return new double[] {centre + mean, sums[2] / sums[0] - mean * mean, sums[3] / sums[0] + Math.log(sums[0])};
    }

    /** Climbs in steps that double while they rise and halve where they do not. */
    private static double mode(DoubleUnaryOperator log, double start) {
        // A label that cannot be is no start; 0 can be in every space of real numbers here.
        double at = Double.isFinite(log.applyAsDouble(start)) ? start : 0;
        double height = log.applyAsDouble(at);
        double step = 1;
        for (int i = 0; i < MOST_STEPS && Math.abs(step) > 1e-6; i++) {
            double next = log.applyAsDouble(at + step);
            double opposite = next > height ? next : log.applyAsDouble(at - step);
            if (next > height) {
                at += step;
                height = next;
                step *= 2;
            } else if (opposite > height) {
                at -= step;
                height = opposite;
                step *= -2;
            } else {
                step /= 2;
            }
        }
        return at;
    }

    /** How far from its maximum a density falls by 1/2 nat, on the side where it falls later. */
    private static double width(DoubleUnaryOperator log, double mode) {
        double height = log.applyAsDouble(mode);
        double width = 1;
        for (int i = 0; i < MOST_STEPS && isWithin(log, mode, width, height); i++) {
            width *= 2;
        }
        for (int i = 0; i < MOST_STEPS && !isWithin(log, mode, width, height); i++) {
            width /= 1.5;
        }
        return width;
    }

    private static boolean isWithin(DoubleUnaryOperator log, double mode, double width, double height) {
        return log.applyAsDouble(mode + width) > height - 0.5 || log.applyAsDouble(mode - width) > height - 0.5;
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.learned.Statistic;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Fits the one scalar kappa in "score = kappa u" to predictions that were made before their labels were learned from.
 *
 * <p>One Newton step on log kappa per batch, of the batch's negative log likelihood. With p from kappa u and signed label t:
 * softmax: d/dkappa = E_p u - u_y, curvature Var_p u; sigmoid of 2 kappa u: d/dkappa = -2 t u (1 - p_t), curvature
 * 4 u^2 p (1 - p). The step in log kappa is bounded by 1/2 before it is weighted, because one batch can be all right, where
 * the likelihood has no maximum.
 */
final class ScaleFit {

    private static final double LONGEST_STEP = 0.5;

    private ScaleFit() {}

    /**
     * What one batch says about kappa: slope and curvature of its negative log likelihood.
     *
     * @param kappa current value, positive
     * @param kind softmax or independent sigmoids
     * @param scores u, scores at kappa = 1, [minibatch][outputs]
     * @param y labels, 0 or 1, [minibatch][outputs]
     * @param omega weights, [minibatch][outputs]
     * @return the slope as a sum and the curvature as its count, so that the Newton step is their quotient
     */
    static Statistic statistic(
            double kappa, ClassProbabilities kind, double[][] scores, double[][] y, double[][] omega) {
        double slope = 0;
        double curvature = 0;
        for (int n = 0; n < scores.length; n++) {
            double[] derivatives = kind == ClassProbabilities.ONE_OF_MANY
                    ? softmaxDerivatives(kappa, scores[n], y[n], omega[n])
                    : sigmoidDerivatives(kappa, scores[n], y[n], omega[n]);
            slope += derivatives[0];
            curvature += derivatives[1];
        }
        return Statistic.of(new double[] {slope}, new double[] {curvature});
    }

    /**
     * The next kappa.
     *
     * @param kappa current value, positive
     * @param statistic of the batch
     * @param rate weight of this batch, in (0, 1]
     * @return the next value; the current one if the batch says nothing
     */
    static double next(double kappa, Statistic statistic, double rate) {
        double slope = statistic.sum()[0];
        double curvature = statistic.count()[0];
        if (!(curvature > 0)) {
            return kappa;
        }
        double step = -slope / (kappa * curvature);
        return kappa * Math.exp(rate * Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step)));
    }

    /**
     * What examples say about the logarithm of each scale k in softmax(b + k u): slope k (E_p u - E_y u) and curvature k^2 Var_p u of the
     * negative log likelihood.
     *
     * @param logScale log k
     * @param posterior of log k
     * @param scores u, [scales][rows][classes]
     * @param labels y, shaped as the scores
     * @param base b, [scales][classes]
     * @param weights of the examples, [scales][rows]
     * @return statistics by parameter
     */
    static Map<String, Statistic> statistics(
            LearnedNumber logScale,
            LearnedNumber.Normals posterior,
            double[][][] scores,
            double[][][] labels,
            double[][] base,
            double[][] weights) {
        double[] means = posterior.means();
        double[] slope = new double[means.length];
        double[] curvature = new double[means.length];
        double[] count = new double[means.length];
        for (int i = 0; i < means.length; i++) {
            double k = Math.exp(means[i]);
            for (int n = 0; n < weights[i].length; n++) {
                double weight = weights[i][n];
                if (weight > 0) {
                    double[] derivatives = derivatives(k, scores[i][n], labels[i][n], base[i]);
                    slope[i] += weight * k * derivatives[0];
                    curvature[i] += weight * k * k * derivatives[1];
                    count[i] += weight;
                }
            }
        }
        return logScale.statistics(posterior, slope, curvature, count);
    }

    /**
     * What examples say about a number on which u depends, where k is always the best one for it: with slopes g and curvatures H of the
     * negative log likelihood in log k and in the number, slope \( g_2 - g_1 H_{12} / H_{11} \) and curvature \( H_{22} - H_{12}^2 / H_{11}
     * \).
     *
     * @param number the number
     * @param logScale log k
     * @param parameters learned parameters by name
     * @param scores u, [scales][rows][classes]
     * @param slopes derivative of u by the number, shaped as the scores
     * @param labels y, shaped as the scores
     * @param base b, [scales][classes]
     * @param weights of the examples, [scales][rows]
     * @return statistics by parameter
     */
    static Map<String, Statistic> profiledStatistics(
            LearnedNumber number,
            LearnedNumber logScale,
            Map<String, INDArray> parameters,
            double[][][] scores,
            double[][][] slopes,
            double[][][] labels,
            double[][] base,
            double[][] weights) {
        double[] logs = logScale.posterior(parameters).means();
        double[] slope = new double[logs.length];
        double[] curvature = new double[logs.length];
        double[] count = new double[logs.length];
        for (int i = 0; i < logs.length; i++) {
            double k = Math.exp(logs[i]);
            double[] sums = new double[5];
            for (int n = 0; n < weights[i].length; n++) {
                double weight = weights[i][n];
                double[] of = jointDerivatives(k, scores[i][n], slopes[i][n], labels[i][n], base[i]);
                for (int j = 0; weight > 0 && j < sums.length; j++) {
                    sums[j] += weight * of[j];
                }
                count[i] += weight;
            }
            double part = sums[2] > 0 ? sums[3] / sums[2] : 0;
            slope[i] = sums[1] - part * sums[0];
            // Not negative but for rounding: the curvatures are a covariance.
            curvature[i] = Math.max(0, sums[4] - part * sums[3]);
        }
        return number.statistics(number.posterior(parameters), slope, curvature, count);
    }

    /** g1, g2, H11, H12, H22 of one row. */
    private static double[] jointDerivatives(double k, double[] u, double[] slopes, double[] y, double[] base) {
        double[] scaled = new double[u.length];
        for (int c = 0; c < u.length; c++) {
            scaled[c] = base[c] + k * u[c];
        }
        double[] logs = ClassProbabilities.ONE_OF_MANY.logProbabilities(scaled);
        double[] means = new double[2];
        double[] of = new double[5];
        for (int c = 0; c < u.length; c++) {
            double p = Math.exp(logs[c]);
            double first = k * u[c];
            double second = k * slopes[c];
            means[0] += p * first;
            means[1] += p * second;
            of[0] += (p - y[c]) * first;
            of[1] += (p - y[c]) * second;
            of[2] += p * first * first;
            of[3] += p * first * second;
            of[4] += p * second * second;
        }
        of[2] -= means[0] * means[0];
        of[3] -= means[0] * means[1];
        of[4] -= means[1] * means[1];
        return of;
    }

    /** Slope E_p u - E_y u and curvature Var_p u of one row's negative log likelihood in kappa, p from b + kappa u; labels y sum to 1. */
    private static double[] derivatives(double kappa, double[] u, double[] y, double[] base) {
        double[] scaled = new double[u.length];
        for (int c = 0; c < u.length; c++) {
            scaled[c] = base[c] + kappa * u[c];
        }
        double[] logs = ClassProbabilities.ONE_OF_MANY.logProbabilities(scaled);
        double mean = 0;
        double square = 0;
        double ofLabel = 0;
        for (int c = 0; c < u.length; c++) {
            double p = Math.exp(logs[c]);
            mean += p * u[c];
            square += p * u[c] * u[c];
            ofLabel += y[c] * u[c];
        }
        return new double[] {mean - ofLabel, square - mean * mean};
    }

    private static double[] softmaxDerivatives(double kappa, double[] u, double[] y, double[] omega) {
        double weight = 0;
        for (int c = 0; c < u.length; c++) {
            weight += omega[c] * y[c];
        }
        double[] derivatives = derivatives(kappa, u, y, new double[u.length]);
        return new double[] {weight * derivatives[0], weight * derivatives[1]};
    }

    private static double[] sigmoidDerivatives(double kappa, double[] u, double[] y, double[] omega) {
        double slope = 0;
        double curvature = 0;
        for (int c = 0; c < u.length; c++) {
            double p = 1 / (1 + Math.exp(-2 * kappa * u[c]));
            slope += omega[c] * 2 * u[c] * (p - y[c]);
            curvature += omega[c] * 4 * u[c] * u[c] * p * (1 - p);
        }
        return new double[] {slope, curvature};
    }
}

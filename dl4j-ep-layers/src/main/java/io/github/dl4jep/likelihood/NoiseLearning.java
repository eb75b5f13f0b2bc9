package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.solve.JointSolve;
import io.github.dl4jep.solve.PseudoObservation;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The expectation-maximisation step for a Gaussian noise variance: algorithm, section 4.
 *
 * <p>Given the batch, the noise of an entry has mean N z and variance N - N^2 [(K + N)^-1]_nn, so its second moment is
 * \( (N z)^2 + N - N^2 [(K + N)^{-1}]_{nn} \). An entry of weight omega has noise N = R / omega, hence R's estimate is the
 * mean of omega times that.
 */
final class NoiseLearning {

    /** Parameter: of withheld examples the number, the sum of squared residuals and that of variances, one row after the other. */
    static final String WITHHELD = "withheldNoise";
    /** Its numbers for each output. */
    static final int WITHHELD_LENGTH = 3;

    private static final double SHARE = 0.25;
    private static final double LEAST_NOISE = 0.3;
    private static final double EXAMPLES_ADDED = 2;

    private NoiseLearning() {}

    /**
     * What one batch says about R: sums over observed entries, and their numbers.
     *
     * @param solution of the joint solve
     * @param observation the observations that were solved for
     * @return sum and count of each output, [1, outputs]
     */
    static Statistic statistic(JointSolve.Solution solution, PseudoObservation observation) {
        double[] noise = Rows.columns(observation.noise());
        double[] shift = Rows.columns(solution.shift());
        double[] inverse = Rows.columns(solution.inverseDiagonal());
        double[] importance = Rows.columns(observation.importance());
        double[] observed = Rows.columns(observation.observed());
        int rows = observation.noise().rows();
        double[] sums = new double[observation.noise().columns()];
        double[] counts = new double[sums.length];
        for (int i = 0; i < noise.length; i++) {
            double mean = noise[i] * shift[i];
            sums[i / rows] += importance[i] * (mean * mean + noise[i] - noise[i] * noise[i] * inverse[i]);
            counts[i / rows] += observed[i];
        }
        return Statistic.of(sums, counts);
    }

    /**
     * How the estimate of a batch enters the running value.
     *
     * @param current R of each output, or one in common
     * @param statistic of the batch
     * @param rate weight of this batch, in (0, 1]
     * @param perOutput true for one variance per output, false for one in common
     * @return the next R, as many as the current ones; unchanged for outputs of which nothing was observed
     */
    static double[] next(double[] current, Statistic statistic, double rate, boolean perOutput) {
        double[] sums = statistic.sum();
        double[] counts = statistic.count();
        double common = total(sums) / total(counts);
        double[] next = current.clone();
        for (int c = 0; c < next.length; c++) {
            double estimate = perOutput ? sums[c] / counts[c] : common;
            if (!Double.isNaN(estimate)) {
                next[c] += rate * (estimate - next[c]);
            }
        }
        return next;
    }

    /** Noise variances, those below the floor replaced by it. */
    static double[] atLeast(double floor, double[] noise) {
        double[] values = noise.clone();
        for (int c = 0; c < values.length; c++) {
            values[c] = Math.max(values[c], floor);
        }
        return values;
    }

    private static double total(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /**
     * The least noise variance that examples allow which weights never learned from. What expectation maximisation finds on examples that
     * were learned from goes to zero with them; a quarter of what withheld examples show is its floor: of their squared residuals less the
     * variance of the potentials, of which at least three tenths are noise. Two examples of no noise are added, so that few say little.
     *
     * @param parameters learned parameters by name
     * @return the floor of R of each output
     */
    static double[] withheldFloor(Map<String, INDArray> parameters) {
        double[] sums = Parameters.values(parameters, WITHHELD);
        int outputs = sums.length / WITHHELD_LENGTH;
        double[] floor = new double[outputs];
        for (int c = 0; c < outputs; c++) {
            double squares = sums[outputs + c];
            floor[c] = SHARE
                    * Math.max(LEAST_NOISE * squares, squares - sums[2 * outputs + c])
                    / (sums[c] + EXAMPLES_ADDED);
        }
        return floor;
    }

    /** What withheld examples say; residuals and variances [rows, outputs] in units of the potentials. */
    static Statistic withheldStatistic(INDArray residual, INDArray variance, INDArray importance) {
        double[] e = Rows.columns(residual);
        double[] v = Rows.columns(variance);
        double[] omega = Rows.columns(importance);
        int outputs = residual.columns();
        double[] sums = new double[WITHHELD_LENGTH * outputs];
        for (int i = 0; i < e.length; i++) {
            int c = i / residual.rows();
            if (omega[i] > 0) {
                sums[c]++;
                sums[outputs + c] += omega[i] * e[i] * e[i];
                sums[2 * outputs + c] += omega[i] * v[i];
            }
        }
        return Statistic.of(sums, new double[] {1});
    }

    /** The next value of the parameter, which forgets as weights do. */
    static double[] nextWithheld(double[] current, Statistic statistic, LearningPhase phase) {
        double[] next = current.clone();
        double[] added = statistic.sum();
        for (int i = 0; i < next.length; i++) {
            next[i] = next[i] * phase.retention() + added[i];
        }
        return next;
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.solve.JointSolve;
import io.github.dl4jep.solve.PseudoObservation;
import io.github.dl4jep.weight.Statistic;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The expectation-maximisation step for a Gaussian noise variance: algorithm, section 4.
 *
 * <p>Given the batch, the noise of an entry has mean N z and variance N - N^2 [(K + N)^-1]_nn, so its second moment is
 * \( (N z)^2 + N - N^2 [(K + N)^{-1}]_{nn} \). An entry of weight omega has noise N = R / omega, hence R's estimate is the
 * mean of omega times that.
 */
final class NoiseLearning {

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
     * @param current R, [1, outputs], or [1, 1] for one in common
     * @param statistic of the batch
     * @param rate weight of this batch, in (0, 1]
     * @param perOutput true for one variance per output, false for one in common
     * @return the next R, shaped as the current one, double; unchanged for outputs of which nothing was observed
     */
    static INDArray next(INDArray current, Statistic statistic, double rate, boolean perOutput) {
        double[] sums = Rows.flat(statistic.sum());
        double[] counts = Rows.flat(statistic.count());
        double common = total(sums) / total(counts);
        double[] next = Rows.flat(current);
        for (int c = 0; c < next.length; c++) {
            double estimate = perOutput ? sums[c] / counts[c] : common;
            if (!Double.isNaN(estimate)) {
                next[c] += rate * (estimate - next[c]);
            }
        }
        return Rows.matrix(next, 1, next.length);
    }

    private static double total(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}

package io.github.dl4jep.likelihood;

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
     * The estimate of R from one batch, and how it enters the running value.
     *
     * @param current R, [1, outputs]
     * @param solution of the joint solve
     * @param observation the observations that were solved for
     * @param rate weight of this batch, in (0, 1]
     * @param perOutput true for one variance per output, false for one in common
     * @return the next R, [1, outputs], double; unchanged for outputs of which nothing was observed
     */
    static INDArray next(
            INDArray current,
            JointSolve.Solution solution,
            PseudoObservation observation,
            double rate,
            boolean perOutput) {
        INDArray noise = observation.noise();
        INDArray meanNoise = noise.mul(solution.shift());
        INDArray second =
                meanNoise.muli(meanNoise).addi(noise).subi(noise.mul(noise).muli(solution.inverseDiagonal()));
        second.muli(observation.importance());
        double[] sums = second.sum(0).toDoubleVector();
        double[] counts = observation.observed().sum(0).toDoubleVector();
        double common = total(sums) / total(counts);
        INDArray next = current.castTo(second.dataType()).dup();
        for (int c = 0; c < sums.length; c++) {
            double estimate = perOutput ? sums[c] / counts[c] : common;
            if (!Double.isNaN(estimate)) {
                next.putScalar(c, next.getDouble(c) + rate * (estimate - next.getDouble(c)));
            }
        }
        return next;
    }

    private static double total(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}

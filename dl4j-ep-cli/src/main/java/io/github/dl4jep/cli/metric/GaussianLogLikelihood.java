package io.github.dl4jep.cli.metric;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean log density of the true targets under Gaussian predictions, in nats. */
final class GaussianLogLikelihood {
    private GaussianLogLikelihood() {}

    /**
     * Computes \( \frac{1}{n} \sum_i \ln N(y_i; m_i, v_i) - \ln s \). The last term turns the density of the standardised
     * target into the density of the target in its original units.
     *
     * @param mean {@code [rows, 1]}, standardised
     * @param variance {@code [rows, 1]}, standardised, positive
     * @param targets {@code [rows, 1]}, standardised
     * @param targetDeviation s, the number by which the original targets were divided
     * @return the mean
     * @throws IllegalArgumentException if a variance is not positive
     */
    static double of(INDArray mean, INDArray variance, INDArray targets, double targetDeviation) {
        long rows = targets.size(0);
        double sum = 0;
        for (long row = 0; row < rows; row++) {
            double v = variance.getDouble(row, 0);
            if (!(v > 0)) {
                throw new IllegalArgumentException(
                        "The predictive variance of test row " + row + " is " + v + ", but must be positive.");
            }
            double residual = targets.getDouble(row, 0) - mean.getDouble(row, 0);
            sum -= 0.5 * (Math.log(2 * Math.PI * v) + residual * residual / v);
        }
        return sum / rows - Math.log(targetDeviation);
    }
}

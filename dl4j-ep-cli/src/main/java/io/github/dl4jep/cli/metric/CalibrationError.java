package io.github.dl4jep.cli.metric;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Expected calibration error: how far the confidence of predictions is from how often they are right.
 *
 * <p>With the {@link ReliabilityBins}, \( \sum_b \frac{n_b}{n} |a_b - c_b| \), where \( a_b \) is a bin's accuracy and \( c_b \)
 * its mean confidence.
 *
 * <p>Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger 2017, "On Calibration of Modern Neural Networks", eq. (3),
 * arXiv:1706.04599.
 */
final class CalibrationError {
    private CalibrationError() {}

    /**
     * Computes the error.
     *
     * @param probabilities {@code [rows, classes]}
     * @param labels {@code [rows, classes]}, one-hot
     * @return the error, from 0 to 1
     */
    static double of(INDArray probabilities, INDArray labels) {
        return of(ReliabilityBins.of(probabilities, labels));
    }

    /**
     * Computes the error.
     *
     * @param reliability the rows, in bins
     * @return the error, from 0 to 1
     */
    static double of(ReliabilityBins reliability) {
        double sum = 0;
        long rows = 0;
        for (ReliabilityBins.Bin bin : reliability.bins()) {
            sum += Math.abs(bin.right() - bin.confidenceSum()); // n_b |a_b - c_b|
            rows += bin.rows();
        }
        return sum / rows;
    }
}

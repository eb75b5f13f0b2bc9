package io.github.dl4jep.cli.metric;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Expected calibration error: how far the confidence of predictions is from how often they are right.
 *
 * <p>The confidence of a row is its largest probability. Rows are put into 15 bins of equal width by confidence, bin b
 * holding the confidences in \( (b/15, (b+1)/15] \); the error is \( \sum_b \frac{n_b}{n} |a_b - c_b| \) with the bin's
 * accuracy \( a_b \) and mean confidence \( c_b \).
 *
 * <p>Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger 2017, "On Calibration of Modern Neural Networks", eq. (3),
 * arXiv:1706.04599.
 */
final class CalibrationError {
    /** The number of bins. */
    static final int BINS = 15;

    private CalibrationError() {}

    /**
     * Computes the error.
     *
     * @param probabilities {@code [rows, classes]}
     * @param labels {@code [rows, classes]}, one-hot
     * @return the error, from 0 to 1
     */
    static double of(INDArray probabilities, INDArray labels) {
        int[] truth = labels.argMax(1).toIntVector();
        int[] predicted = probabilities.argMax(1).toIntVector();
        // Per bin: (number of right rows) - (sum of confidences) = n_b (a_b - c_b).
        double[] excess = new double[BINS];
        for (int row = 0; row < truth.length; row++) {
            double confidence = probabilities.getDouble(row, predicted[row]);
            int bin = (int) Math.ceil(confidence * BINS) - 1;
            excess[Math.min(Math.max(bin, 0), BINS - 1)] += (predicted[row] == truth[row] ? 1 : 0) - confidence;
        }
        double sum = 0;
        for (double difference : excess) {
            sum += Math.abs(difference);
        }
        return sum / truth.length;
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks of class labels. */
public final class ClassLabels {

    private static final double TOLERANCE = 1e-6;
    /** Softened labels are sums of many single-precision numbers. */
    private static final double SOFT_TOLERANCE = 1e-4;

    private ClassLabels() {}

    /**
     * Every row, where it is observed, must be one-hot.
     *
     * @param labels [rows, classes]
     * @param importance weight of each entry
     * @throws InvalidLabelException if a row is not
     */
    public static void requireOneHot(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] omega = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            double sum = 0;
            boolean observed = false;
            for (int c = 0; c < rows[n].length; c++) {
                if (omega[n][c] > 0) {
                    observed = true;
                    requireZeroOrOne(rows[n][c], n, c);
                }
                sum += rows[n][c];
            }
            if (observed && Math.abs(sum - 1) > TOLERANCE) {
                throw new InvalidLabelException("label row " + n + " sums to " + sum
                        + "; a class label must be one-hot: exactly one 1, all others 0. For several independent labels use"
                        + " the binary cross-entropy loss (XENT) with a sigmoid");
            }
        }
    }

    /** Every row, where it is observed, must be a distribution over the classes. */
    static void requireDistribution(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] omega = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            double sum = 0;
            boolean observed = false;
            for (int c = 0; c < rows[n].length; c++) {
                if (omega[n][c] > 0) {
                    observed = true;
                    requireProbability(rows[n][c], n, c);
                }
                sum += rows[n][c];
            }
            if (observed && !(Math.abs(sum - 1) <= SOFT_TOLERANCE)) {
                throw new InvalidLabelException("label row " + n + " sums to " + sum
                        + "; a class label is one-hot, or probabilities that sum to 1. For several independent labels use"
                        + " the binary cross-entropy loss (XENT) with a sigmoid");
            }
        }
    }

    /** Every observed entry must be a probability. */
    static void requireProbabilities(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] omega = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            for (int c = 0; c < rows[n].length; c++) {
                if (omega[n][c] > 0) {
                    requireProbability(rows[n][c], n, c);
                }
            }
        }
    }

    private static void requireProbability(double value, int row, int column) {
        if (!(value >= -TOLERANCE && value <= 1 + TOLERANCE)) {
            throw new InvalidLabelException("label at row " + row + ", column " + column + " is " + value
                    + "; allowed are probabilities from 0 to 1");
        }
    }

    /** Every observed entry must be 0 or 1. */
    static void requireBinary(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] omega = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            for (int c = 0; c < rows[n].length; c++) {
                if (omega[n][c] > 0) {
                    requireZeroOrOne(rows[n][c], n, c);
                }
            }
        }
    }

    private static void requireZeroOrOne(double value, int row, int column) {
        if (!(Math.abs(value) <= TOLERANCE || Math.abs(value - 1) <= TOLERANCE)) {
            throw new InvalidLabelException("label at row " + row + ", column " + column + " is " + value
                    + "; allowed are 0 and 1 (soft labels and label smoothing are not supported)");
        }
    }
}

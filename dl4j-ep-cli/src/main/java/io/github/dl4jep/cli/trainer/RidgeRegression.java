package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.array.SymmetricMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A ridge regression from sums over batches of rows, whose penalty is found on rows that are each predicted without themselves.
 *
 * <p>With the rows \(x_i\) of X and labels Y, the weights are \(W = (X^T X + \lambda I)^{-1} X^T Y\); what they would predict for row i,
 * found without it, is \((x_i W - h_i y_i) / (1 - h_i)\), \(h_i = x_i (X^T X + \lambda I)^{-1} x_i^T\). Source: D. M. Allen 1974, "The
 * Relationship Between Variable Selection and Data Augmentation and a Method for Prediction", Technometrics 16.
 */
final class RidgeRegression {
    /** Where the search for the penalty starts; penalties are in times of the mean square of a feature, summed over the rows. */
    private static final double START = 1e-3;
    /** Ten times the rounding of sums in single precision, at which they may have no inverse. */
    private static final double LEAST = 1e-4;

    private static final double MOST = 1e3;
    /** From one penalty to the next. */
    private static final double STEP = 10;
    /** Batches whose products are summed in single precision. */
    private static final int BATCHES = 16;

    private final int n;
    /** [n, n], symmetric. */
    private final double[] gram;
    /** [n, n], of the last batches. */
    private final INDArray part;

    private final INDArray products;
    private int batches;

    /**
     * A regression without rows.
     *
     * @param n how many numbers a row has, with the 1 of the offset at its end
     * @param outputs how many numbers a label has
     */
    RidgeRegression(int n, int outputs) {
        this.n = n;
        gram = new double[n * n];
        part = Nd4j.createUninitialized(DataType.FLOAT, new long[] {n, n}, 'f');
        products = Nd4j.zeros(DataType.DOUBLE, n, outputs);
    }

    /**
     * Weights, and how well they predict.
     *
     * @param weights [n, outputs], in double precision
     * @param withheld the prediction of each row of the sample by weights that were found without it, [rows, outputs]
     * @param penalty in times of the mean square of a feature
     * @param error the mean square of the errors of {@code withheld}
     */
    record Fit(INDArray weights, INDArray withheld, double penalty, double error) {}

    /**
     * Adds rows.
     *
     * @param inputs [rows, n], in single precision
     * @param labels [rows, outputs]
     */
    void add(INDArray inputs, INDArray labels) {
        Nd4j.gemm(inputs, inputs, part, true, false, 1, batches == 0 ? 0 : 1);
        if (++batches == BATCHES) {
            addPart();
        }
        products.addi(inputs.transpose().mmul(labels).castTo(DataType.DOUBLE));
    }

    private void addPart() {
        float[] values = Nd4j.toFlattened('f', part).toFloatVector();
        for (int i = 0; i < values.length; i++) {
            gram[i] += values[i];
        }
        batches = 0;
    }

    /**
     * Finds the penalty of the smallest error among powers of ten, from .001 to the next ones as long as it falls.
     *
     * @param inputs some of the rows, [rows, n], in double precision
     * @param labels their labels, [rows, outputs], in double precision
     * @return the best fit
     * @throws ArithmeticException if sums are not finite, or too large for single precision
     */
    Fit best(INDArray inputs, INDArray labels) {
        if (batches > 0) {
            addPart();
        }
        Fit start = fit(START, inputs, labels);
        Fit less = descend(start, 1 / STEP, inputs, labels);
        return less.penalty() == start.penalty() ? descend(start, STEP, inputs, labels) : less;
    }

    private Fit descend(Fit start, double factor, INDArray inputs, INDArray labels) {
        Fit best = start;
        double penalty = best.penalty() * factor;
        while (penalty > 0.9 * LEAST && penalty < 1.1 * MOST) {
            Fit next = fit(penalty, inputs, labels);
            if (!(next.error() < best.error())) {
                return best;
            }
            best = next;
            penalty *= factor;
        }
        return best;
    }

    private Fit fit(double penalty, INDArray inputs, INDArray labels) {
        double trace = 0;
        for (int i = 0; i < n - 1; i++) {
            trace += gram[i * n + i];
        }
        // Units that are silent on all rows have no other term than this.
        double added = trace > 0 ? penalty * trace / (n - 1) : penalty;
        double[] penalized = gram.clone();
        for (int i = 0; i < n; i++) {
            penalized[i * n + i] += added;
        }
        INDArray inverse = Nd4j.create(SymmetricMatrix.inverse(penalized, n), new long[] {n, n}, 'f');
        INDArray weights = inverse.mmul(products);
        INDArray own = inputs.mmul(inverse).muli(inputs).sum(true, 1);
        INDArray withheld =
                inputs.mmul(weights).subi(labels.mulColumnVector(own)).diviColumnVector(own.rsub(1));
        INDArray errors = withheld.sub(labels);
        return new Fit(
                weights, withheld, penalty, errors.muli(errors).meanNumber().doubleValue());
    }
}

package io.github.dl4jep.type.samediff;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.UnitCovariance;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A function of rows and parameters, linearised at each row: \( y_n \approx f(m_n, M) + J_n (x_n - m_n) + P_n (W - M) \).
 *
 * <p>Sizes: \( J_n \) outputs x inputs, \( P_n \) outputs x elements of all parameters.
 */
final class LinearisedRows {

    /** Derivatives of one row that are taken: each output of them is a pass. */
    static final long MOST_OF_A_ROW = 1_000_000;
    /** Passes of one batch, one for each output of each row: they take some two milliseconds each. */
    static final long MOST_PASSES = 1L << 14;
    /** Derivatives of one batch that are kept from the forward to the backward pass: 256 MiB. */
    static final long MOST_OF_A_BATCH = 1L << 25;

    /** f, row by row. */
    private final double[][] outputs;
    /** J of each row, output by output. */
    private final double[][] byInputs;
    /** P of each row, output by output. */
    private final double[][] byParameters;

    private LinearisedRows(double[][] outputs, double[][] byInputs, double[][] byParameters) {
        this.outputs = outputs;
        this.byInputs = byInputs;
        this.byParameters = byParameters;
    }

    static LinearisedRows of(ParametrisedFunction function, double[][] rows, double[] means) {
        double[][] byInputs = new double[rows.length][];
        double[][] byParameters = new double[rows.length][];
        ParametrisedFunction.SizeCheck check = (units, derivatives) -> {
            requireSizeOfRow(derivatives);
            requireSizeOfBatch(rows.length, units, derivatives);
        };
        double[][] outputs = function.linearise(rows, means, check, (n, ofInputs, ofParameters) -> {
            byInputs[n] = ofInputs;
            byParameters[n] = ofParameters;
        });
        return new LinearisedRows(outputs, byInputs, byParameters);
    }

    /** Refuses a layer whose derivatives are too many. */
    static void requireSizeOfRow(long derivatives) {
        if (derivatives > MOST_OF_A_ROW) {
            throw new DL4JInvalidConfigException("it has " + derivatives + " derivatives of a row (outputs times inputs"
                    + " and parameters), allowed are " + MOST_OF_A_ROW + " where a layer is linearised; write it with"
                    + " ops that are known, or make it smaller");
        }
    }

    private static void requireSizeOfBatch(long rows, long outputs, long derivatives) {
        if (rows * outputs > MOST_PASSES) {
            throw new DL4JInvalidConfigException("a batch of " + rows + " rows and " + outputs + " outputs needs "
                    + rows * outputs + " passes, allowed are " + MOST_PASSES
                    + " where a layer is linearised; use batches of " + MOST_PASSES / outputs + " rows at most");
        }
        if (rows * derivatives > MOST_OF_A_BATCH) {
            throw new DL4JInvalidConfigException("a batch of " + rows + " rows has " + rows * derivatives
                    + " derivatives, allowed are " + MOST_OF_A_BATCH + " where a layer is linearised; use batches of "
                    + MOST_OF_A_BATCH / derivatives + " rows at most");
        }
    }

    /** The moments of predictions, row by row, so that no derivative is kept. */
    static Moments predict(
            ParametrisedFunction function,
            double[][] rows,
            @Nullable INDArray variance,
            double[] means,
            double[] variances,
            DataType type) {
        double[][] v = variance == null ? new double[0][] : Rows.of(variance);
        double[][] spread = new double[rows.length][];
        ParametrisedFunction.SizeCheck check = (units, derivatives) -> requireSizeOfRow(derivatives);
        double[][] outputs = function.linearise(rows, means, check, (n, ofInputs, ofParameters) -> {
            spread[n] = squaredTimes(ofParameters, variances);
            if (variance != null) {
                add(spread[n], squaredTimes(ofInputs, v[n]));
            }
        });
        return new Moments(matrix(outputs, type), matrix(spread, type));
    }

    /** Mean f, variance \( J^2 v + P^2 S \). */
    Moments moments(@Nullable INDArray variance, double[] variances, DataType type) {
        double[][] v = variance == null ? new double[0][] : Rows.of(variance);
        double[][] spread = new double[outputs.length][];
        for (int n = 0; n < outputs.length; n++) {
            spread[n] = squaredTimes(byParameters[n], variances);
            if (variance != null) {
                add(spread[n], squaredTimes(byInputs[n], v[n]));
            }
        }
        return new Moments(matrix(outputs, type), matrix(spread, type));
    }

    /** \( A^2 v \), A a row of which is as long as v. */
    private static double[] squaredTimes(double[] a, double[] v) {
        double[] sums = new double[a.length / v.length];
        for (int i = 0; i < sums.length; i++) {
            for (int j = 0; j < v.length; j++) {
                double derivative = a[i * v.length + j];
                sums[i] += derivative * derivative * v[j];
            }
        }
        return sums;
    }

    private static void add(double[] to, double[] added) {
        for (int i = 0; i < to.length; i++) {
            to[i] += added[i];
        }
    }

    /**
     * K averaged over outputs: \( \frac1m \sum_i P_{ni} S P_{ki}^T + \frac1m \sum_i (J_{ni} \circ D_n)(J_{ki} \circ D_k)^T \circ K_{nk} \).
     */
    BatchCovariance covariance(BatchCovariance before, double[] variances, DataType type) {
        double share = 1.0 / outputs[0].length;
        double[] deviations = new double[variances.length];
        for (int p = 0; p < deviations.length; p++) {
            deviations[p] = Math.sqrt(variances[p]);
        }
        INDArray own = matrix(scaled(byParameters, n -> deviations), type);
        ExampleCovariance ofOwn = ExampleCovariance.ofProducts(own, own, share, before.inducing());
        if (before.examples().isNone()) {
            return BatchCovariance.of(ofOwn);
        }
        INDArray given = before.gain();
        double[][] gains = given == null ? new double[0][] : Rows.of(given);
        INDArray through = given == null ? matrix(byInputs, type) : matrix(scaled(byInputs, n -> gains[n]), type);
        ExampleCovariance all = ExampleCovariance.ofProducts(through, through, share, before.inducing())
                .muli(before.examples())
                .addi(ofOwn);
        return UnitCovariance.isKnownAfter(before)
                ? BatchCovariance.of(all, units(before, variances, type))
                : BatchCovariance.of(all);
    }

    private interface Factors {
        double[] ofRow(int row);
    }

    private static double[][] scaled(double[][] derivatives, Factors factors) {
        double[][] scaled = new double[derivatives.length][];
        for (int n = 0; n < scaled.length; n++) {
            double[] f = factors.ofRow(n);
            scaled[n] = derivatives[n].clone();
            for (int i = 0; i < scaled[n].length; i++) {
                scaled[n][i] *= f[i % f.length];
            }
        }
        return scaled;
    }

    /** How outputs vary together, \( P S P^T x + J C J^T x \) of the covariance C of the input. */
    private UnitCovariance units(BatchCovariance before, double[] variances, DataType type) {
        UnitCovariance ofInput = UnitCovariance.ofActivations(before);
        return x -> {
            double[][] values = Rows.of(x);
            double[] atParameters = toParameters(values, false);
            for (int p = 0; p < atParameters.length; p++) {
                atParameters[p] *= variances[p];
            }
            double[][] atInput = Rows.of(ofInput.times(toInput(values, false, type)));
            double[][] products = new double[outputs.length][];
            for (int n = 0; n < products.length; n++) {
                products[n] = times(byParameters[n], atParameters);
                add(products[n], times(byInputs[n], atInput[n]));
            }
            return matrix(products, x.dataType());
        };
    }

    private static double[] times(double[] a, double[] v) {
        double[] sums = new double[a.length / v.length];
        for (int i = 0; i < sums.length; i++) {
            for (int j = 0; j < v.length; j++) {
                sums[i] += a[i * v.length + j] * v[j];
            }
        }
        return sums;
    }

    /** \( \sum_n P_n^T x_n \), or of the squares. */
    double[] toParameters(double[][] x, boolean squared) {
        double[] sums = new double[byParameters[0].length / outputs[0].length];
        for (int n = 0; n < x.length; n++) {
            addTransposedTimes(byParameters[n], x[n], squared, sums);
        }
        return sums;
    }

    /** \( J_n^T x_n \) of each row, or of the squares, [minibatch, inputs]. */
    INDArray toInput(double[][] x, boolean squared, DataType type) {
        double[][] rows = new double[x.length][byInputs[0].length / outputs[0].length];
        for (int n = 0; n < x.length; n++) {
            addTransposedTimes(byInputs[n], x[n], squared, rows[n]);
        }
        return matrix(rows, type);
    }

    private static void addTransposedTimes(double[] a, double[] x, boolean squared, double[] sums) {
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < sums.length; j++) {
                double derivative = a[i * sums.length + j];
                sums[j] += (squared ? derivative * derivative : derivative) * x[i];
            }
        }
    }

    /** An array of rows, f-ordered. */
    static INDArray matrix(double[][] rows, DataType type) {
        int columns = rows[0].length;
        double[] byColumn = new double[rows.length * columns];
        for (int n = 0; n < rows.length; n++) {
            for (int c = 0; c < columns; c++) {
                byColumn[c * rows.length + n] = rows[n][c];
            }
        }
        return Rows.matrix(byColumn, rows.length, columns, type);
    }
}

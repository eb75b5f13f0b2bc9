package io.github.dl4jep.solve;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.UnitCovariance;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of all potentials of a batch, \( C + diag(\rho) \): C is {@link UnitCovariance}, of which only products are needed, and \(
 * \rho_{nc} = V_{nc} \max(0, 1 - K_{nn} / \bar V_n) \) is what of a variance does not vary together with others. Algorithm, section 4.
 *
 * <p>Vectors are double, one output after the other: column c is [c * rows, (c + 1) * rows). C is applied in the network's data type.
 */
final class CoupledCovariance {

    private static final String WORKSPACE = "WS_EP_COUPLED";

    private final int rows;
    private final int outputs;
    private final DataType type;
    private final UnitCovariance covariance;
    private final ExampleCovariance examples;
    private final double[] variance;
    /** The diagonal that is added to C. */
    private final double[] rest;

    /**
     * The covariance of a batch.
     *
     * @param variance V, [minibatch, outputs]
     * @param covariance of examples and outputs, not none
     */
    CoupledCovariance(INDArray variance, BatchCovariance covariance) {
        this.rows = variance.rows();
        this.outputs = variance.columns();
        this.examples = covariance.examples();
        this.type = Objects.requireNonNull(examples.columns(), "there is no covariance")
                .dataType();
        this.covariance = UnitCovariance.ofActivations(covariance);
        this.variance = Rows.columns(variance);
        this.rest = rest();
    }

    private double[] rest() {
        double[] known = Rows.columns(examples.variances());
        double[] mean = meanOverOutputs(variance);
        double[] diagonal = new double[variance.length];
        for (int i = 0; i < diagonal.length; i++) {
            int n = i % rows;
            diagonal[i] = mean[n] > 0 ? variance[i] * Math.max(0, 1 - known[n] / mean[n]) : 0;
        }
        return diagonal;
    }

    /** (C + rho) x. */
    double[] times(double[] x) {
        double[] image;
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            image = Rows.columns(covariance.times(Rows.matrix(x, rows, outputs, type)));
        }
        for (int i = 0; i < image.length; i++) {
            image[i] += rest[i] * x[i];
        }
        return image;
    }

    /** V, [rows, outputs]; the array itself. */
    double[] variance() {
        return variance;
    }

    /** The correlation between examples that each output has by itself. */
    RowCovariance correlation() {
        return JointSolve.correlation(variance, examples.rows());
    }

    /** The mean of each row, [rows]. */
    double[] meanOverOutputs(double[] columns) {
        double[] mean = new double[rows];
        for (int i = 0; i < columns.length; i++) {
            mean[i % rows] += columns[i] / outputs;
        }
        return mean;
    }

    INDArray matrix(double[] columns) {
        return Rows.matrix(columns, rows, outputs);
    }
}

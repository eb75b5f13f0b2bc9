package io.github.dl4jep.likelihood;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrices as plain numbers. */
final class Rows {

    private Rows() {}

    /**
     * The rows of a matrix, copied at once: ND4J's {@code toDoubleMatrix} makes a view of every row, which takes hundreds of
     * times as long.
     */
    static double[][] of(INDArray matrix) {
        int columns = matrix.columns();
        double[] values = matrix.dup('c').data().asDouble();
        double[][] rows = new double[matrix.rows()][];
        for (int n = 0; n < rows.length; n++) {
            rows[n] = Arrays.copyOfRange(values, n * columns, (n + 1) * columns);
        }
        return rows;
    }
}

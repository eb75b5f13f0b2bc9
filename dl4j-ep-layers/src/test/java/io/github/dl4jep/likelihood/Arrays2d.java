package io.github.dl4jep.likelihood;

import java.util.SplittableRandom;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small matrices for the oracles of these tests: plain numbers and Hipparchus, nothing of the code under test. */
public final class Arrays2d {

    private Arrays2d() {}

    public static INDArray of(double[]... rows) {
        return Nd4j.createFromArray(rows);
    }

    public static INDArray filled(int rows, int columns, double value) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            java.util.Arrays.fill(row, value);
        }
        return of(values);
    }

    public static INDArray uniform(SplittableRandom random, int rows, int columns, double low, double high) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int c = 0; c < columns; c++) {
                row[c] = random.nextDouble(low, high);
            }
        }
        return of(values);
    }

    /** X X^T / columns for a random X: symmetric, positive semi-definite, of rank at most {@code rank}. */
    public static INDArray gram(SplittableRandom random, int size, int rank) {
        INDArray x = uniform(random, size, rank, -1, 1);
        return x.mmul(x.transpose()).divi(rank);
    }

    public static RealMatrix matrix(INDArray array) {
        return MatrixUtils.createRealMatrix(array.toDoubleMatrix());
    }

    public static double[] solve(double[][] matrix, double[] right) {
        return new LUDecomposition(MatrixUtils.createRealMatrix(matrix))
                .getSolver()
                .solve(MatrixUtils.createRealVector(right))
                .toArray();
    }

    public static double[][] inverse(double[][] matrix) {
        return new LUDecomposition(MatrixUtils.createRealMatrix(matrix))
                .getSolver()
                .getInverse()
                .getData();
    }

    public static double worstDifference(INDArray a, INDArray b) {
        return a.castTo(b.dataType()).sub(b).amaxNumber().doubleValue();
    }
}

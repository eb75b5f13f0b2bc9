package io.github.dl4jep.likelihood;

import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The inverse of a symmetric positive definite matrix through the LAPACK that ND4J's CPU backend brings (OpenBLAS).
 *
 * <p>ND4J's own wrapper offers no inverse, and zeroes the unused triangle of its factor with one operation per row, which
 * takes longer than the factorisation.
 */
final class Cholesky {

    private static final byte LOWER = 'L';

    private Cholesky() {}

    /**
     * Inverts a matrix.
     *
     * @param matrix symmetric positive definite, [n, n], not changed
     * @return its inverse, double, [n, n]
     * @throws ArithmeticException if the matrix is not positive definite or not finite
     */
    static INDArray inverse(INDArray matrix) {
        int n = matrix.rows();
        double[] a = matrix.dup('c').data().asDouble();
        check(openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, LOWER, n, a, n), n);
        check(openblas.LAPACKE_dpotri(openblas.LAPACK_COL_MAJOR, LOWER, n, a, n), n);
        mirrorLowerTriangle(a, n);
        return Nd4j.createFromArray(a).reshape('f', n, n);
    }

    /** Copies a column-major matrix's lower triangle to its upper one. */
    private static void mirrorLowerTriangle(double[] a, int n) {
        for (int column = 0; column < n; column++) {
            for (int row = column + 1; row < n; row++) {
                a[row * n + column] = a[column * n + row];
            }
        }
    }

    private static void check(int info, int n) {
        if (info != 0) {
            throw new ArithmeticException("the " + n + " x " + n + " matrix of the joint solve is not positive definite"
                    + " or not finite (LAPACK info " + info + ")");
        }
    }
}

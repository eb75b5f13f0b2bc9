package io.github.dl4jep.likelihood;

import org.bytedeco.openblas.global.openblas;

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
     * @param matrix symmetric positive definite, [n, n]; overwritten
     * @param n its size
     * @return its inverse, both triangles
     * @throws ArithmeticException if the matrix is not positive definite or not finite
     */
    static double[] inverse(double[] matrix, int n) {
        check(openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, LOWER, n, matrix, n), n);
        check(openblas.LAPACKE_dpotri(openblas.LAPACK_COL_MAJOR, LOWER, n, matrix, n), n);
        for (int column = 0; column < n; column++) {
            for (int row = column + 1; row < n; row++) {
                matrix[row * n + column] = matrix[column * n + row];
            }
        }
        return matrix;
    }

    private static void check(int info, int n) {
        if (info != 0) {
            throw new ArithmeticException("the " + n + " x " + n + " matrix of the joint solve is not positive definite"
                    + " or not finite (LAPACK info " + info + ")");
        }
    }
}

package io.github.dl4jep.array;

import org.bytedeco.openblas.global.openblas;

/**
 * Inverse of, and products with, a symmetric positive definite matrix, [n, n] in one array, by the BLAS and LAPACK that ND4J's CPU
 * backend brings (OpenBLAS). ND4J's own wrapper offers no inverse, and zeroes the unused triangle of its factor with one operation per row.
 */
public final class SymmetricMatrix {

    private static final byte LOWER = 'L';

    private SymmetricMatrix() {}

    /**
     * Inverts a matrix.
     *
     * @param matrix symmetric positive definite, [n, n]; overwritten
     * @param n its size
     * @return its inverse, both triangles
     * @throws ArithmeticException if the matrix is not positive definite or not finite
     */
    public static double[] inverse(double[] matrix, int n) {
        // LAPACK takes NaN for positive.
        check(isFinite(matrix), n);
        check(openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, LOWER, n, matrix, n) == 0, n);
        check(openblas.LAPACKE_dpotri(openblas.LAPACK_COL_MAJOR, LOWER, n, matrix, n) == 0, n);
        for (int column = 0; column < n; column++) {
            for (int row = column + 1; row < n; row++) {
                matrix[row * n + column] = matrix[column * n + row];
            }
        }
        return matrix;
    }

    private static boolean isFinite(double[] values) {
        // Two sums, which do not wait for one another.
        double zero = 0;
        double other = 0;
        for (int i = 0; i < values.length - 1; i += 2) {
            zero += values[i] * 0;
            other += values[i + 1] * 0;
        }
        return zero + other + values[values.length - 1] * 0 == 0;
    }

    /**
     * Matrix times columns.
     *
     * @param matrix symmetric, both triangles, [n, n]
     * @param columns column c is [c * n, (c + 1) * n)
     * @param n size of the matrix
     * @return the products, in the same layout
     */
    public static double[] times(double[] matrix, double[] columns, int n) {
        double[] result = new double[columns.length];
        // The product for symmetric matrices is slower.
        openblas.cblas_dgemm(
                openblas.CblasColMajor,
                openblas.CblasNoTrans,
                openblas.CblasNoTrans,
                n,
                columns.length / n,
                n,
                1,
                matrix,
                n,
                columns,
                n,
                0,
                result,
                n);
        return result;
    }

    private static void check(boolean positiveDefinite, int n) {
        if (!positiveDefinite) {
            throw new ArithmeticException(
                    "the " + n + " x " + n + " matrix of the joint solve is not positive definite or not finite");
        }
    }
}

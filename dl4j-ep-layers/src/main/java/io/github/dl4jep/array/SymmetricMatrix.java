package io.github.dl4jep.array;

import org.bytedeco.openblas.global.openblas;

/**
 * Inverse of, and products with, a symmetric positive definite matrix, [n, n] in one array.
 *
 * <p>Large ones go through the BLAS and LAPACK that ND4J's CPU backend brings (OpenBLAS). Small ones are computed here, in loops
 * along rows that the JIT vectorises: for a batch of 128 waking OpenBLAS's threads takes longer than the work. ND4J's own
 * wrapper offers no inverse, and zeroes the unused triangle of its factor with one operation per row.
 */
public final class SymmetricMatrix {

    /** Up to this size the loops here are faster. */
    private static final int LARGEST_PLAIN = 192;

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
        return n <= LARGEST_PLAIN ? plainInverse(matrix, n) : lapackInverse(matrix, n);
    }

    static double[] lapackInverse(double[] matrix, int n) {
        check(openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, LOWER, n, matrix, n) == 0, n);
        check(openblas.LAPACKE_dpotri(openblas.LAPACK_COL_MAJOR, LOWER, n, matrix, n) == 0, n);
        for (int column = 0; column < n; column++) {
            for (int row = column + 1; row < n; row++) {
                matrix[row * n + column] = matrix[column * n + row];
            }
        }
        return matrix;
    }

    /** A = U^T U; Y = U^-T, row by row; A^-1 = Y^T Y. */
    static double[] plainInverse(double[] matrix, int n) {
        factorise(matrix, n);
        double[] y = inverseOfTransposedFactor(matrix, n);
        double[] inverse = new double[n * n];
        for (int j = 0; j < n; j++) {
            for (int i = 0; i <= j; i++) {
                addScaled(inverse, i * n, y, j * n, y[j * n + i], i + 1);
            }
        }
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                inverse[k * n + i] = inverse[i * n + k];
            }
        }
        return inverse;
    }

    /** Replaces the upper triangle by U. */
    private static void factorise(double[] a, int n) {
        for (int k = 0; k < n; k++) {
            double pivot = a[k * n + k];
            check(pivot > 0 && pivot < Double.POSITIVE_INFINITY, n);
            double scale = 1 / Math.sqrt(pivot);
            for (int j = k; j < n; j++) {
                a[k * n + j] *= scale;
            }
            for (int i = k + 1; i < n; i++) {
                addScaled(a, i * n + i, a, k * n + i, -a[k * n + i], n - i);
            }
        }
    }

    /** Y = U^-T, lower triangular: row i is (e_i - sum over k below i of U_ki Y_k) / U_ii. */
    private static double[] inverseOfTransposedFactor(double[] u, int n) {
        double[] y = new double[n * n];
        for (int i = 0; i < n; i++) {
            y[i * n + i] = 1;
            for (int k = 0; k < i; k++) {
                addScaled(y, i * n, y, k * n, -u[k * n + i], k + 1);
            }
            double scale = 1 / u[i * n + i];
            for (int j = 0; j <= i; j++) {
                y[i * n + j] *= scale;
            }
        }
        return y;
    }

    /** to[at..] += factor * from[start..], count elements. */
    private static void addScaled(double[] to, int at, double[] from, int start, double factor, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] += factor * from[start + i];
        }
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
        int count = columns.length / n;
        if (n > LARGEST_PLAIN) {
            openblas.cblas_dsymm(
                    openblas.CblasColMajor,
                    openblas.CblasLeft,
                    openblas.CblasLower,
                    n,
                    count,
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
        for (int c = 0; c < count; c++) {
            for (int k = 0; k < n; k++) {
                addScaled(result, c * n, matrix, k * n, columns[c * n + k], n);
            }
        }
        return result;
    }

    private static void check(boolean positiveDefinite, int n) {
        if (!positiveDefinite) {
            throw new ArithmeticException(
                    "the " + n + " x " + n + " matrix of the joint solve is not positive definite or not finite");
        }
    }
}

package io.github.dl4jep.array;

import static io.github.dl4jep.array.DoubleProducts.as;
import static io.github.dl4jep.array.DoubleProducts.product;
import static io.github.dl4jep.array.DoubleProducts.turned;

import io.github.dl4jep.array.DoubleProducts.Matrix;

/**
 * Inverse of, and products with, a symmetric positive definite matrix, [n, n] in one array. ND4J's own wrapper of LAPACK offers no inverse.
 */
public final class SymmetricMatrix {

    private SymmetricMatrix() {}

    /**
     * Inverts a matrix.
     *
     * @param matrix symmetric positive definite, [n, n]; only its lower triangle is read; overwritten
     * @param n its size
     * @return its inverse, both triangles
     * @throws ArithmeticException if the matrix is not positive definite or not finite
     */
    public static double[] inverse(double[] matrix, int n) {
        double[] factor = Cholesky.inverseFactor(matrix, n);
        double[] inverse = new double[n * n];
        Matrix x = Matrix.of(factor, n);
        product(n, n, n, 1, turned(x), as(x), 0, Matrix.of(inverse, n));
        return inverse;
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
        product(
                n,
                columns.length / n,
                n,
                1,
                as(Matrix.of(matrix, n)),
                as(Matrix.of(columns, n)),
                0,
                Matrix.of(result, n));
        return result;
    }
}

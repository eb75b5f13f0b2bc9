package io.github.dl4jep.array;

import static io.github.dl4jep.array.DoubleProducts.as;
import static io.github.dl4jep.array.DoubleProducts.product;
import static io.github.dl4jep.array.DoubleProducts.turned;

import io.github.dl4jep.array.DoubleProducts.Matrix;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The inverse of a Cholesky factor: \( A = L L^T \), \( X = L^{-1} \), so \( A^{-1} = X^T X \).
 *
 * <p>Matrices are [n, n], column by column. All but the diagonal blocks is done by matrix products: LAPACK's own factorisation needs triangular
 * solves, which are wrong in the OpenBLAS that ND4J brings on processors with AVX-512 ({@link DoubleProducts}). There {@code dpotrf} gives something else
 * for more than 32 rows, and often says that all is well.
 *
 * <p>Source: Golub and Van Loan 2013, Matrix Computations, section 4.2 (Cholesky by blocks); Higham 2002, Accuracy and Stability of Numerical
 * Algorithms, chapter 14 (inverses of triangles by blocks).
 */
final class Cholesky implements AutoCloseable {

    /** Rows of a diagonal block. */
    private static final int BLOCK = 32;

    private final int n;
    /** Below the diagonal first A, then L, then X. */
    private final Matrix data;
    /** Outside of Java's heap, where BLAS reads blocks without a copy. */
    private final DoublePointer memory;
    /** Blocks that are on their way. */
    private final double[] room;

    private Cholesky(double[] lower, int n) {
        this.n = n;
        this.memory = new DoublePointer(lower);
        this.data = new Matrix(memory.asBuffer(), n);
        this.room = new double[n * BLOCK];
    }

    /**
     * The inverse of the factor.
     *
     * @param matrix symmetric positive definite, [n, n]; only its lower triangle is read; overwritten
     * @param n its size
     * @return X, zero above the diagonal, in the array that was given
     * @throws ArithmeticException if the matrix is not positive definite or not finite
     */
    static double[] inverseFactor(double[] matrix, int n) {
        for (int column = 1; column < n; column++) {
            Arrays.fill(matrix, column * n, column * n + column, 0);
        }
        try (Cholesky cholesky = new Cholesky(matrix, n)) {
            cholesky.invert(cholesky.factorise());
            cholesky.memory.get(matrix);
        }
        return matrix;
    }

    /**
     * The inverse of a lower triangle.
     *
     * @param matrix its first n rows and columns have L on and below the diagonal
     * @param n size of L
     * @param stride rows of the matrix
     * @return X, [n, n], zero above the diagonal
     */
    static double[] inverseOfTriangle(double[] matrix, int n, int stride) {
        double[] lower = new double[n * n];
        for (int column = 0; column < n; column++) {
            System.arraycopy(matrix, column * stride + column, lower, column * n + column, n - column);
        }
        try (Cholesky cholesky = new Cholesky(lower, n)) {
            double[][] inverses = new double[(n + BLOCK - 1) / BLOCK][];
            for (int from = 0; from < n; from += BLOCK) {
                int width = Math.min(BLOCK, n - from);
                inverses[from / BLOCK] = inverse(cholesky.diagonalBlock(from, width), width);
            }
            cholesky.invert(inverses);
            cholesky.memory.get(lower);
        }
        return lower;
    }

    /** Puts L below the diagonal blocks, and answers the inverses of those. */
    private double[][] factorise() {
        double[][] inverses = new double[(n + BLOCK - 1) / BLOCK][];
        for (int from = 0; from < n; from += BLOCK) {
            int width = Math.min(BLOCK, n - from);
            int below = n - from - width;
            if (from > 0) {
                product(
                        width + below,
                        width,
                        from,
                        -1,
                        as(data.from(from, 0)),
                        turned(data.from(from, 0)),
                        1,
                        data.from(from, from));
            }
            double[] lower = diagonalBlock(from, width);
            factorise(lower, width);
            double[] inverse = inverse(lower, width);
            inverses[from / BLOCK] = inverse;
            if (below > 0) {
                Matrix rest = data.from(from + width, from);
                product(below, width, width, 1, as(rest), turned(Matrix.of(inverse, width)), 0, Matrix.of(room, below));
                for (int c = 0; c < width; c++) {
                    rest.data().put(c * n, room, c * below, below);
                }
            }
        }
        return inverses;
    }

    /** L becomes X, one row of blocks after the other. */
    private void invert(double[][] inverses) {
        for (int from = 0; from < n; from += BLOCK) {
            double[] inverse = inverses[from / BLOCK];
            int width = Math.min(BLOCK, n - from);
            if (from > 0) {
                Matrix row = data.from(from, 0);
                Matrix products = Matrix.of(room, width);
                product(width, from, from, 1, as(row), as(data), 0, products);
                product(width, from, width, -1, as(Matrix.of(inverse, width)), as(products), 0, row);
            }
            Matrix block = data.from(from, from);
            for (int c = 0; c < width; c++) {
                block.data().put(c * n, inverse, c * width, width);
            }
        }
    }

    private double[] diagonalBlock(int from, int width) {
        double[] block = new double[width * width];
        for (int c = 0; c < width; c++) {
            data.from(from, from).data().get(c * n, block, c * width, width);
        }
        return block;
    }

    /** The lower triangle of a block becomes L. */
    private void factorise(double[] lower, int width) {
        for (int j = 0; j < width; j++) {
            double pivot = lower[j * width + j];
            if (!(pivot > 0) || Double.isInfinite(pivot)) {
                throw new ArithmeticException(
                        "the " + n + " x " + n + " matrix of the joint solve is not positive definite or not finite");
            }
            double root = Math.sqrt(pivot);
            for (int i = j; i < width; i++) {
                lower[j * width + i] /= root;
            }
            for (int k = j + 1; k < width; k++) {
                double factor = lower[j * width + k];
                for (int i = k; i < width; i++) {
                    lower[k * width + i] -= factor * lower[j * width + i];
                }
            }
        }
    }

    /** By substitution, column by column. */
    private static double[] inverse(double[] lower, int width) {
        double[] inverse = new double[width * width];
        for (int j = 0; j < width; j++) {
            inverse[j * width + j] = 1;
            for (int k = j; k < width; k++) {
                double value = inverse[j * width + k] / lower[k * width + k];
                inverse[j * width + k] = value;
                for (int i = k + 1; i < width; i++) {
                    inverse[j * width + i] -= value * lower[k * width + i];
                }
            }
        }
        return inverse;
    }

    @Override
    public void close() {
        memory.close();
    }
}

package io.github.dl4jep.array;

import java.nio.DoubleBuffer;
import java.util.Random;
import org.bytedeco.openblas.global.openblas;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products of matrices of doubles: by the BLAS that ND4J's CPU backend brings (OpenBLAS), or by loops of Java where its products are wrong.
 *
 * <p>The builds of OpenBLAS 0.3.19 that ND4J brings mix kernels of double precision on processors with AVX-512: products of a few hundred rows are
 * anything but the product there, and so are all triangular solves. Those of single precision are right. So some products are
 * compared when this class is loaded. {@code OPENBLAS_CORETYPE=Haswell} in the environment takes kernels that are right.
 */
final class DoubleProducts {

    private static final Logger LOG = LoggerFactory.getLogger(DoubleProducts.class);

    private static final boolean BLAS = isBlasRight();

    private DoubleProducts() {}

    /**
     * A matrix column by column.
     *
     * @param data its elements from the first one on
     * @param stride distance of its columns
     */
    record Matrix(DoubleBuffer data, int stride) {

        static Matrix of(double[] data, int rows) {
            return new Matrix(DoubleBuffer.wrap(data), rows);
        }

        /** The block that starts at an element. */
        Matrix from(int row, int column) {
            int start = row + column * stride;
            return new Matrix(data.slice(start, data.capacity() - start), stride);
        }

        double get(int row, int column) {
            return data.get(row + column * stride);
        }
    }

    /** A factor of a product; turned: its transpose is. */
    record Factor(Matrix matrix, boolean turned) {

        double get(int row, int column) {
            return turned ? matrix.get(column, row) : matrix.get(row, column);
        }

        private int operation() {
            return turned ? openblas.CblasTrans : openblas.CblasNoTrans;
        }
    }

    static Factor as(Matrix matrix) {
        return new Factor(matrix, false);
    }

    static Factor turned(Matrix matrix) {
        return new Factor(matrix, true);
    }

    /** \( C \leftarrow \alpha A B + \beta C \), where A has {@code over} columns. C is not read if beta is 0. */
    static void product(int rows, int columns, int over, double alpha, Factor a, Factor b, double beta, Matrix c) {
        if (BLAS) {
            byBlas(rows, columns, over, alpha, a, b, beta, c);
        } else {
            byLoops(rows, columns, over, alpha, a, b, beta, c);
        }
    }

    private static void byBlas(
            int rows, int columns, int over, double alpha, Factor a, Factor b, double beta, Matrix c) {
        openblas.cblas_dgemm(
                openblas.CblasColMajor,
                a.operation(),
                b.operation(),
                rows,
                columns,
                over,
                alpha,
                a.matrix().data(),
                a.matrix().stride(),
                b.matrix().data(),
                b.matrix().stride(),
                beta,
                c.data(),
                c.stride());
    }

    /** Sums of columns of A, which the compiler puts into vector registers. */
    static void byLoops(int rows, int columns, int over, double alpha, Factor a, Factor b, double beta, Matrix c) {
        double[][] ofA = new double[over][rows];
        for (int k = 0; k < over; k++) {
            for (int i = 0; i < rows; i++) {
                ofA[k][i] = a.get(i, k);
            }
        }
        double[] sum = new double[rows];
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                sum[i] = beta == 0 ? 0 : beta * c.get(i, j);
            }
            for (int k = 0; k < over; k++) {
                add(alpha * b.get(k, j), ofA[k], sum);
            }
            c.data().put(j * c.stride(), sum);
        }
    }

    private static void add(double factor, double[] column, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * column[i];
        }
    }

    /** Compares some elements, and says what to do if they differ. */
    private static boolean isBlasRight() {
        int rows = 256;
        int columns = 64;
        int over = 128;
        Random random = new Random(1);
        Matrix[] some = new Matrix[2];
        for (int i = 0; i < some.length; i++) {
            double[] values = new double[rows * rows];
            for (int k = 0; k < values.length; k++) {
                values[k] = random.nextGaussian();
            }
            some[i] = Matrix.of(values, rows);
        }
        boolean right = true;
        for (int way = 0; way < 4; way++) {
            Factor a = new Factor(some[0], way % 2 == 1);
            Factor b = new Factor(some[1], way / 2 == 1);
            Matrix c = Matrix.of(new double[rows * columns], rows);
            byBlas(rows, columns, over, 1, a, b, 0, c);
            for (int i = 0; i < rows; i += 17) {
                double sum = 0;
                for (int k = 0; k < over; k++) {
                    sum += a.get(i, k) * b.get(k, i % columns);
                }
                right &= Math.abs(c.get(i, i % columns) - sum) < 1e-9;
            }
        }
        if (!right) {
            LOG.warn(
                    "On this processor the OpenBLAS of ND4J computes wrong products of double precision. Slower loops of Java stand in for them"
                            + " here, but not in networks of data type DOUBLE, nor in DL4J's own. Set OPENBLAS_CORETYPE=Haswell in the environment"
                            + " of the process to have kernels that are right and fast");
        }
        return right;
    }
}

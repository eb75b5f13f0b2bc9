package io.github.dl4jep.array;

import java.nio.FloatBuffer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Products of arrays of floats without the cost of an ND4J operation. */
public final class FloatProducts {

    private FloatProducts() {}

    /**
     * A product of arrays: one BLAS call without the cost of an ND4J operation, where the memory of all three allows that.
     *
     * @param a first factor
     * @param transposeA whether it is transposed
     * @param b second factor
     * @param transposeB whether it is transposed
     * @param result [rows, columns]; overwritten, or added to
     * @param factor of the product
     * @param kept factor of what the result held; with 0 that does not count
     * @return the result
     */
    public static INDArray multiply(
            INDArray a,
            boolean transposeA,
            INDArray b,
            boolean transposeB,
            INDArray result,
            double factor,
            double kept) {
        if (!isDense(a) || !isDense(b) || !isColumns(result) || a.rank() != 2 || b.rank() != 2 || result.rank() != 2) {
            return Nd4j.gemm(a, b, result, transposeA, transposeB, factor, kept);
        }
        int inner = transposeA ? a.rows() : a.columns();
        int rows = transposeA ? a.columns() : a.rows();
        int columns = transposeB ? b.rows() : b.columns();
        if (inner != (transposeB ? b.columns() : b.rows()) || result.rows() != rows || result.columns() != columns) {
            throw new IllegalArgumentException("a product of " + a.shapeInfoToString() + " and " + b.shapeInfoToString()
                    + " is no " + result.shapeInfoToString());
        }
        // Rows one after the other are columns of the transposed matrix.
        boolean turnedA = isTurned(a);
        boolean turnedB = isTurned(b);
        openblas.cblas_sgemm(
                openblas.CblasColMajor,
                transposeA == turnedA ? openblas.CblasNoTrans : openblas.CblasTrans,
                transposeB == turnedB ? openblas.CblasNoTrans : openblas.CblasTrans,
                rows,
                columns,
                inner,
                (float) factor,
                HostMemory.floatPointer(a),
                turnedA ? a.columns() : a.rows(),
                HostMemory.floatPointer(b),
                turnedB ? b.columns() : b.rows(),
                (float) kept,
                HostMemory.floatPointer(result),
                rows);
        HostMemory.keep(a, b);
        return HostMemory.written(result);
    }

    /**
     * The product of a matrix with its own transposed one, which is symmetric: half the work of another product.
     *
     * @param x [rows, n]
     * @return x x^T, [rows, rows], f-ordered
     */
    public static INDArray gram(INDArray x) {
        return gram(x, false);
    }

    /** {@return x x^T, or x^T x: {@link #gram(INDArray)} of a matrix or its transposed one} */
    public static INDArray gram(INDArray x, boolean transposed) {
        int rows = transposed ? x.columns() : x.rows();
        INDArray result = HostMemory.uninitialized(x.dataType(), new long[] {rows, rows}, 'f');
        if (!isDense(x)) {
            return Nd4j.gemm(x, x, result, transposed, !transposed, 1, 0);
        }
        boolean turned = x.ordering() == 'c';
        openblas.cblas_ssyrk(
                openblas.CblasColMajor,
                openblas.CblasLower,
                turned == transposed ? openblas.CblasNoTrans : openblas.CblasTrans,
                rows,
                transposed ? x.rows() : x.columns(),
                1,
                HostMemory.floatPointer(x),
                turned ? x.columns() : x.rows(),
                0,
                HostMemory.floatPointer(result),
                rows);
        HostMemory.keep(x);
        mirror(HostMemory.floats(result).slice(), rows);
        return HostMemory.written(result);
    }

    /** Copies the lower triangle into the upper one. */
    private static void mirror(FloatBuffer matrix, int rows) {
        float[] values = new float[rows * rows];
        matrix.get(0, values);
        for (int column = 1; column < rows; column++) {
            for (int row = 0; row < column; row++) {
                values[column * rows + row] = values[row * rows + column];
            }
        }
        matrix.put(0, values);
    }

    /**
     * Some rows of a matrix.
     *
     * @param matrix two dimensions
     * @param chosen their numbers
     * @return a new f-ordered array
     */
    public static INDArray rows(INDArray matrix, int[] chosen) {
        if (!isDense(matrix)) {
            return Nd4j.pullRows(matrix, 1, chosen, 'f');
        }
        int rows = matrix.rows();
        int columns = matrix.columns();
        float[] some = new float[chosen.length * columns];
        FloatBuffer from = HostMemory.floats(matrix).slice();
        if (matrix.ordering() == 'f') {
            float[] column = new float[rows];
            for (int c = 0; c < columns; c++) {
                from.get(c * rows, column);
                for (int i = 0; i < chosen.length; i++) {
                    some[c * chosen.length + i] = column[chosen[i]];
                }
            }
        } else {
            float[] row = new float[columns];
            for (int i = 0; i < chosen.length; i++) {
                from.get(chosen[i] * columns, row);
                for (int c = 0; c < columns; c++) {
                    some[c * chosen.length + i] = row[c];
                }
            }
        }
        HostMemory.keep(matrix);
        return Rows.matrix(some, chosen.length, columns);
    }

    /**
     * The product of few rows with a large matrix, row by row: that reads the matrix as it lies, where BLAS' product of matrices first
     * copies all of it.
     *
     * @param x [rows, n]
     * @param w [n, columns]
     * @param sum [rows, columns]; where the product is not added, what it held does not count
     * @param added whether the product is added to the sum
     * @return false if the arrays are not dense floats, w and the sum f-ordered; nothing is done then
     */
    public static boolean timesFewRows(INDArray x, INDArray w, INDArray sum, boolean added) {
        int rows = x.rows();
        boolean byColumns = x.ordering() == 'f' || rows == 1;
        if (!isDense(x) || !isColumns(w) || !isColumns(sum)) {
            return false;
        }
        int inputs = w.rows();
        FloatBuffer from = HostMemory.floats(x).slice();
        FloatBuffer weights = HostMemory.floats(w).slice();
        FloatBuffer to = HostMemory.floats(sum).slice();
        for (int row = 0; row < rows; row++) {
            openblas.cblas_sgemv(
                    openblas.CblasColMajor,
                    openblas.CblasTrans,
                    inputs,
                    w.columns(),
                    1,
                    weights,
                    inputs,
                    from.position(byColumns ? row : row * inputs).slice(),
                    byColumns ? rows : 1,
                    added ? 1 : 0,
                    to.position(row).slice(),
                    rows);
        }
        HostMemory.keep(x, w);
        HostMemory.written(sum);
        return true;
    }

    private static boolean isDense(INDArray array) {
        return array.dataType() == DataType.FLOAT && array.elementWiseStride() == 1;
    }

    private static boolean isTurned(INDArray array) {
        return array.ordering() == 'c' && array.columns() > 1;
    }

    private static boolean isColumns(INDArray array) {
        return isDense(array) && (array.ordering() == 'f' || array.isVectorOrScalar());
    }
}

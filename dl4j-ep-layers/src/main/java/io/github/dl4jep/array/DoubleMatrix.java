package io.github.dl4jep.array;

import static io.github.dl4jep.array.DoubleProducts.as;
import static io.github.dl4jep.array.DoubleProducts.product;
import static io.github.dl4jep.array.DoubleProducts.turned;

import io.github.dl4jep.array.DoubleProducts.Matrix;
import java.nio.DoubleBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tall matrix of doubles, column by column, outside of Java's heap, where BLAS reads it without a copy. One that was made by
 * {@link #scaled} is to be closed; others lie in the open workspace.
 */
final class DoubleMatrix implements AutoCloseable {

    private static final int ROWS_AT_ONCE = 512;

    private final DoubleBuffer data;
    /** What the buffer is of: it must be reachable as long as the buffer is used. */
    private final Object owner;

    private final @Nullable DoublePointer memory;
    private final int rows;
    private final int columns;

    private DoubleMatrix(DoubleBuffer data, Object owner, @Nullable DoublePointer memory, int rows, int columns) {
        this.data = data;
        this.owner = owner;
        this.memory = memory;
        this.rows = rows;
        this.columns = columns;
    }

    /** Some columns of a matrix whose columns are one after the other, with every row multiplied. */
    static DoubleMatrix ofColumns(double[] matrix, double[] rowFactors, int[] chosen, double[] columnFactors) {
        int rows = rowFactors.length;
        INDArray array = HostMemory.uninitialized(DataType.DOUBLE, new long[] {rows, chosen.length}, 'f');
        DoubleMatrix result = new DoubleMatrix(HostMemory.doubles(array).slice(), array, null, rows, chosen.length);
        double[] column = new double[rows];
        for (int c = 0; c < chosen.length; c++) {
            for (int n = 0; n < rows; n++) {
                column[n] = matrix[chosen[c] * rows + n] * rowFactors[n] * columnFactors[c];
            }
            result.data.put(c * rows, column);
        }
        return result;
    }

    /** A matrix whose columns are one after the other. */
    static DoubleMatrix of(double[] matrix, int rows) {
        int columns = matrix.length / rows;
        INDArray array = Rows.matrix(matrix, rows, columns);
        return new DoubleMatrix(HostMemory.doubles(array).slice(), array, null, rows, columns);
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
        }
    }

    int columns() {
        return columns;
    }

    /** Inner products of some rows, column by column. */
    double[] productsOfRows(int[] some) {
        double[] products = new double[some.length * some.length];
        double[] column = new double[some.length];
        for (int c = 0; c < columns; c++) {
            for (int i = 0; i < some.length; i++) {
                column[i] = data.get(c * rows + some[i]);
            }
            for (int i = 0; i < products.length; i++) {
                products[i] += column[i % some.length] * column[i / some.length];
            }
        }
        return products;
    }

    /** D X, to be closed. */
    DoubleMatrix scaled(double[] rowFactors) {
        DoublePointer room = new DoublePointer((long) rows * columns);
        DoubleMatrix result = new DoubleMatrix(room.asBuffer(), room, room, rows, columns);
        double[] column = new double[rows];
        for (int c = 0; c < columns; c++) {
            data.get(c * rows, column);
            for (int n = 0; n < rows; n++) {
                column[n] *= rowFactors[n];
            }
            result.data.put(c * rows, column);
        }
        HostMemory.keep(owner);
        return result;
    }

    /** For each row the sum of squares. */
    double[] squaredLengths() {
        double[] sums = new double[rows];
        double[] column = new double[rows];
        for (int c = 0; c < columns; c++) {
            data.get(c * rows, column);
            for (int n = 0; n < rows; n++) {
                sums[n] += column[n] * column[n];
            }
        }
        HostMemory.keep(owner);
        return sums;
    }

    /** X becomes X M', some rows after the others; M has as many rows and columns as X has columns. */
    void multiplyByTransposed(double[] m) {
        double[] products = new double[Math.min(rows, ROWS_AT_ONCE) * columns];
        Matrix whole = new Matrix(data, rows);
        for (int from = 0; from < rows; from += ROWS_AT_ONCE) {
            int count = Math.min(ROWS_AT_ONCE, rows - from);
            product(
                    count,
                    columns,
                    columns,
                    1,
                    as(whole.from(from, 0)),
                    turned(Matrix.of(m, columns)),
                    0,
                    Matrix.of(products, count));
            for (int c = 0; c < columns; c++) {
                data.put(c * rows + from, products, c * count, count);
            }
        }
        HostMemory.keep(owner);
    }

    /** I + X' X. */
    double[] gramPlusIdentity() {
        double[] gram = new double[columns * columns];
        for (int i = 0; i < columns; i++) {
            gram[i * columns + i] = 1;
        }
        Matrix whole = new Matrix(data, rows);
        product(columns, columns, rows, 1, turned(whole), as(whole), 1, Matrix.of(gram, columns));
        HostMemory.keep(owner);
        return gram;
    }

    /** X X' Y. */
    double[] timesTransposedTimes(double[] y) {
        int count = y.length / rows;
        double[] result = new double[y.length];
        double[] inner = new double[columns * count];
        Matrix whole = new Matrix(data, rows);
        product(columns, count, rows, 1, turned(whole), as(Matrix.of(y, rows)), 0, Matrix.of(inner, columns));
        product(rows, count, columns, 1, as(whole), as(Matrix.of(inner, columns)), 0, Matrix.of(result, rows));
        HostMemory.keep(owner);
        return result;
    }
}

package io.github.dl4jep.array;

import java.nio.FloatBuffer;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A matrix of floats, column by column, whose products are BLAS calls: for many small products one after the other, where ND4J's cost
 * per operation is larger than the operation.
 *
 * <p>A product copies a Java array to where BLAS sees it, and back. What is large, or takes part in many products, belongs in an array of
 * ND4J: {@link #uninitialized}.
 */
public final class FloatMatrix {

    private final FloatBuffer data;
    /** What the buffer is of. */
    private final Object owner;

    private final int rows;
    private final int columns;
    /** From one column to the next. */
    private final int stride;

    private FloatMatrix(FloatBuffer data, Object owner, int rows, int columns, int stride) {
        this.data = data;
        this.owner = owner;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /**
     * A matrix over a Java array.
     *
     * @param values column by column, not copied
     * @param rows number of rows
     * @return the matrix
     */
    public static FloatMatrix of(float[] values, int rows) {
        return new FloatMatrix(FloatBuffer.wrap(values), values, rows, values.length / rows, rows);
    }

    /**
     * A matrix of an array.
     *
     * @param array two dimensions; a dense, f-ordered FLOAT array is not copied
     * @return the matrix
     */
    public static FloatMatrix of(INDArray array) {
        boolean dense = array.dataType() == DataType.FLOAT && array.elementWiseStride() == 1;
        INDArray floats = dense && array.ordering() == 'f'
                ? array
                : array.castTo(DataType.FLOAT).dup('f');
        return new FloatMatrix(
                HostMemory.floats(floats).slice(), floats, floats.rows(), floats.columns(), floats.rows());
    }

    /**
     * A matrix in memory of ND4J.
     *
     * @param rows number of rows
     * @param columns number of columns
     * @return a matrix of any content, in the open workspace
     */
    public static FloatMatrix uninitialized(int rows, int columns) {
        return of(HostMemory.uninitialized(DataType.FLOAT, new long[] {rows, columns}, 'f'));
    }

    /** {@return the number of rows} */
    public int rows() {
        return rows;
    }

    /** {@return the number of columns} */
    public int columns() {
        return columns;
    }

    /**
     * A part of this matrix.
     *
     * @param fromRow its first row
     * @param rowCount number of its rows
     * @param fromColumn its first column
     * @param columnCount number of its columns
     * @return the same memory
     */
    public FloatMatrix part(int fromRow, int rowCount, int fromColumn, int columnCount) {
        FloatBuffer there =
                data.duplicate().position(fromColumn * stride + fromRow).slice();
        return new FloatMatrix(there, owner, rowCount, columnCount, stride);
    }

    /**
     * Some rows of this matrix.
     *
     * @param from the first
     * @param count how many
     * @return the same memory
     */
    public FloatMatrix someRows(int from, int count) {
        return part(from, count, 0, columns);
    }

    /**
     * This matrix with columns of another length, one after the other.
     *
     * @param count number of rows
     * @return the same memory
     * @throws IllegalStateException if this is a part of the rows of a matrix
     */
    public FloatMatrix withRows(int count) {
        if (stride != rows) {
            throw new IllegalStateException(
                    rows + " of " + stride + " rows cannot be put into columns of another length");
        }
        return new FloatMatrix(data, owner, count, rows * columns / count, count);
    }

    /**
     * Copies rows, column by column.
     *
     * @param from first row
     * @param to [count, columns], column by column
     * @param count number of rows
     */
    public void getRows(int from, float[] to, int count) {
        if (count == stride) {
            data.get(0, to, 0, count * columns);
        }
        for (int column = 0; count < stride && column < columns; column++) {
            data.get(column * stride + from, to, column * count, count);
        }
        HostMemory.keep(owner);
    }

    /**
     * Replaces rows.
     *
     * @param from first row
     * @param values [count, columns], column by column
     * @param count number of rows
     */
    public void putRows(int from, float[] values, int count) {
        if (count == stride) {
            data.put(0, values, 0, count * columns);
        }
        for (int column = 0; count < stride && column < columns; column++) {
            data.put(column * stride + from, values, column * count, count);
        }
        HostMemory.keep(owner);
    }

    /**
     * Copies a column.
     *
     * @param column its number
     * @param to [rows]
     */
    public void getColumn(int column, float[] to) {
        data.get(column * stride, to, 0, rows);
        HostMemory.keep(owner);
    }

    /**
     * Replaces columns.
     *
     * @param first the first
     * @param values where the columns are, one after the other
     * @param from where the first begins
     * @param count number of columns
     */
    public void putColumns(int first, float[] values, int from, int count) {
        if (rows == stride) {
            data.put(first * stride, values, from, count * rows);
        }
        for (int column = 0; rows < stride && column < count; column++) {
            data.put((first + column) * stride, values, from + column * rows, rows);
        }
        HostMemory.keep(owner);
    }

    /**
     * Adds a product to this matrix.
     *
     * @param a first factor
     * @param transposeA whether it is transposed
     * @param b second factor
     * @param transposeB whether it is transposed
     * @param factor of the product
     */
    public void addProduct(FloatMatrix a, boolean transposeA, FloatMatrix b, boolean transposeB, float factor) {
        product(a, transposeA, b, transposeB, factor, 1);
    }

    /**
     * Replaces this matrix by a product.
     *
     * @param a first factor
     * @param transposeA whether it is transposed
     * @param b second factor
     * @param transposeB whether it is transposed
     * @param factor of the product
     */
    public void assignProduct(FloatMatrix a, boolean transposeA, FloatMatrix b, boolean transposeB, float factor) {
        product(a, transposeA, b, transposeB, factor, 0);
    }

    private void product(
            FloatMatrix a, boolean transposeA, FloatMatrix b, boolean transposeB, float factor, float kept) {
        int inner = transposeA ? a.rows : a.columns;
        int outerA = transposeA ? a.columns : a.rows;
        int outerB = transposeB ? b.rows : b.columns;
        if (outerA != rows || outerB != columns || inner != (transposeB ? b.columns : b.rows)) {
            throw new IllegalArgumentException(
                    "a product of " + outerA + " x " + inner + " and " + (transposeB ? b.columns : b.rows) + " x "
                            + outerB + " is no " + rows + " x " + columns + " matrix");
        }
        openblas.cblas_sgemm(
                openblas.CblasColMajor,
                transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
                transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
                rows,
                columns,
                inner,
                factor,
                a.data,
                a.stride,
                b.data,
                b.stride,
                kept,
                data,
                stride);
        HostMemory.keep(a.owner, b.owner, owner);
    }

    /**
     * Adds the products of a matrix' columns with one another to the lower triangle of this matrix: half the work of {@link #addProduct}.
     *
     * @param a [n, rows of this matrix]
     * @param factor of the products
     */
    public void addLowerGram(FloatMatrix a, float factor) {
        if (a.columns != rows || columns != rows) {
            throw new IllegalArgumentException(
                    "products of " + a.columns + " columns are no " + rows + " x " + columns + " matrix");
        }
        openblas.cblas_ssyrk(
                openblas.CblasColMajor,
                openblas.CblasLower,
                openblas.CblasTrans,
                rows,
                a.rows,
                factor,
                a.data,
                a.stride,
                1,
                data,
                stride);
        HostMemory.keep(a.owner, owner);
    }

    /**
     * This matrix as an array.
     *
     * @param type data type
     * @return f-ordered; a copy, but for a whole array of this type
     */
    public INDArray toArray(DataType type) {
        INDArray array = whole();
        if (array == null) {
            float[] values = new float[rows * columns];
            getRows(0, values, rows);
            array = HostMemory.uninitialized(DataType.FLOAT, new long[] {rows, columns}, 'f');
            of(array).data.put(0, values);
        }
        return HostMemory.written(array).castTo(type);
    }

    private @Nullable INDArray whole() {
        return owner instanceof INDArray array && array.rows() == rows && array.columns() == columns ? array : null;
    }
}

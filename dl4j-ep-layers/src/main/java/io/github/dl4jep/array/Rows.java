package io.github.dl4jep.array;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Output arrays as Java arrays, in one copy. ND4J's own {@code toDoubleMatrix} makes a view of every row, which took longer than
 * the matrix products of a sweep.
 */
public final class Rows {

    private Rows() {}

    /** All elements, row by row. */
    public static double[] flat(INDArray matrix) {
        return elements(matrix, 'c');
    }

    /** All elements, column by column. */
    public static double[] columns(INDArray matrix) {
        return elements(matrix, 'f');
    }

    private static double[] elements(INDArray matrix, char order) {
        if (matrix.length() == 1) {
            return new double[] {matrix.getDouble(0)};
        }
        boolean dense = matrix.elementWiseStride() == 1;
        boolean inOrder = matrix.ordering() == order || matrix.isVectorOrScalar();
        if (dense && !inOrder && matrix.rank() == 2 && !matrix.isEmpty()) {
            return transposed(elements(matrix, matrix.ordering()), order == 'f' ? matrix.columns() : matrix.rows());
        }
        INDArray ordered = dense && inOrder ? matrix : matrix.dup(order);
        double[] values = new double[Math.toIntExact(matrix.length())];
        if (ordered.dataType() == DataType.FLOAT) {
            float[] floats = floats(ordered);
            for (int i = 0; i < values.length; i++) {
                values[i] = floats[i];
            }
        } else {
            ordered = ordered.castTo(DataType.DOUBLE);
            DoubleBuffer buffer = HostMemory.doubles(ordered);
            buffer.get(buffer.position(), values);
        }
        HostMemory.keep(ordered);
        return values;
    }

    /** Lines of so many values one after the other, turned: the first value of every line, then the second ones. */
    private static double[] transposed(double[] values, int length) {
        double[] turned = new double[values.length];
        int lines = values.length / length;
        for (int line = 0; line < lines; line++) {
            for (int i = 0; i < length; i++) {
                turned[i * lines + line] = values[line * length + i];
            }
        }
        return turned;
    }

    /**
     * An array in single or double precision: ND4J's {@code castTo} for small arrays.
     *
     * @param array of any shape
     * @param type FLOAT or DOUBLE
     * @return the array itself if it is of that type
     */
    public static INDArray inType(INDArray array, DataType type) {
        boolean dense = array.rank() == 2 && array.elementWiseStride() == 1 && !array.isEmpty();
        if (!dense || array.dataType() == type) {
            return array.castTo(type);
        }
        INDArray cast = HostMemory.uninitialized(type, array.shape(), array.ordering());
        if (array.dataType() == DataType.FLOAT && type == DataType.DOUBLE) {
            DoubleBuffer to = HostMemory.doubles(cast);
            to.put(to.position(), elements(array, array.ordering()));
            return HostMemory.written(cast);
        }
        if (array.dataType() == DataType.DOUBLE && type == DataType.FLOAT) {
            double[] values = elements(array, array.ordering());
            FloatBuffer to = HostMemory.floats(cast);
            to.put(to.position(), floats(values));
            return HostMemory.written(cast);
        }
        return array.castTo(type);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /**
     * The elements column by column, in single precision.
     *
     * @param matrix any matrix or vector
     * @return a copy
     */
    public static float[] floatColumns(INDArray matrix) {
        return matrix.castTo(DataType.FLOAT).dup('f').data().asFloat();
    }

    /**
     * The elements of a dense array in the order of its memory.
     *
     * @param array float, dense
     * @return a copy
     */
    public static float[] floats(INDArray array) {
        float[] floats = new float[Math.toIntExact(array.length())];
        FloatBuffer buffer = HostMemory.floats(array);
        buffer.get(buffer.position(), floats);
        HostMemory.keep(array);
        return floats;
    }

    /**
     * The sum of all elements, in double precision; NaN or infinite if one is.
     *
     * @param array of any shape
     * @return the sum
     */
    public static double sum(INDArray array) {
        if (array.isEmpty()) {
            return 0;
        }
        if (!FusedLoop.accepts(array)) {
            return Arrays.stream(flat(array)).sum();
        }
        double[] sums = new double[FusedLoop.BLOCKS];
        FusedLoop.run(
                (in, out, count, start, block) -> sums[block] += sum(in[0], 0, count),
                new INDArray[] {array},
                new INDArray[0]);
        return Arrays.stream(sums).sum();
    }

    /**
     * The mean of all elements.
     *
     * @param array of any shape, not empty
     * @return the mean
     */
    public static double mean(INDArray array) {
        return sum(array) / array.length();
    }

    /**
     * The sum of some elements: eight sums in single precision, of every eighth element each, which do not wait for one another, and
     * their sum in double precision.
     *
     * @param values what to add up
     * @param from the first element
     * @param count how many
     * @return the sum
     */
    public static double sum(float[] values, int from, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        int end = from + count;
        int i = from;
        for (; i < end - 7; i += 8) {
            a += values[i];
            b += values[i + 1];
            c += values[i + 2];
            d += values[i + 3];
            e += values[i + 4];
            f += values[i + 5];
            g += values[i + 6];
            h += values[i + 7];
        }
        double sum = ((double) a + b) + ((double) c + d) + (((double) e + f) + ((double) g + h));
        for (; i < end; i++) {
            sum += values[i];
        }
        return sum;
    }

    /**
     * Inner products of the rows of two matrices.
     *
     * @param a [rows, columns]
     * @param b [rows, columns]
     * @return a sum for each row
     */
    public static double[] dots(INDArray a, INDArray b) {
        if (!FusedLoop.accepts(a, b)) {
            return columns(a.mul(b).sum(true, 1));
        }
        boolean byColumns = a.ordering() == 'f';
        FloatBuffer x = HostMemory.floats(a).slice();
        FloatBuffer y = HostMemory.floats(b).slice();
        float[] ofX = new float[byColumns ? a.rows() : a.columns()];
        float[] ofY = new float[ofX.length];
        double[] sums = new double[a.rows()];
        int pieces = byColumns ? a.columns() : a.rows();
        for (int piece = 0; piece < pieces; piece++) {
            x.get(piece * ofX.length, ofX);
            y.get(piece * ofX.length, ofY);
            for (int i = 0; i < ofX.length; i++) {
                sums[byColumns ? i : piece] += (double) ofX[i] * ofY[i];
            }
        }
        HostMemory.keep(a, b);
        return sums;
    }

    /** The [rows, columns] array of these columns, double. */
    public static INDArray matrix(double[] columns, int rows, int count) {
        return matrix(columns, rows, count, DataType.DOUBLE);
    }

    /**
     * An array of columns.
     *
     * @param columns column c is [c * rows, (c + 1) * rows)
     * @param rows number of rows
     * @param count number of columns
     * @param type the type of the array
     * @return [rows, count], f-ordered, in the open workspace
     */
    public static INDArray matrix(double[] columns, int rows, int count, DataType type) {
        if (type != DataType.FLOAT) {
            INDArray array = HostMemory.uninitialized(DataType.DOUBLE, new long[] {rows, count}, 'f');
            DoubleBuffer buffer = HostMemory.doubles(array);
            buffer.put(buffer.position(), columns, 0, rows * count);
            return HostMemory.written(array).castTo(type);
        }
        return matrix(floats(columns), rows, count);
    }

    /**
     * An array of columns.
     *
     * @param columns column c is [c * rows, (c + 1) * rows)
     * @param rows number of rows
     * @param count number of columns
     * @return [rows, count], float, f-ordered, in the open workspace
     */
    public static INDArray matrix(float[] columns, int rows, int count) {
        INDArray array = HostMemory.uninitialized(DataType.FLOAT, new long[] {rows, count}, 'f');
        FloatBuffer buffer = HostMemory.floats(array);
        buffer.put(buffer.position(), columns, 0, rows * count);
        return HostMemory.written(array);
    }

    /**
     * A row of numbers.
     *
     * @param values the numbers
     * @return [1, length], double, in the open workspace
     */
    public static INDArray row(double[] values) {
        return matrix(values, 1, values.length);
    }

    /**
     * A column of numbers.
     *
     * @param values the numbers
     * @return [length, 1], float, in the open workspace
     */
    public static INDArray column(float[] values) {
        INDArray array = HostMemory.uninitialized(DataType.FLOAT, new long[] {values.length, 1}, 'c');
        FloatBuffer buffer = HostMemory.floats(array);
        buffer.put(buffer.position(), values);
        return HostMemory.written(array);
    }

    /**
     * A column of numbers.
     *
     * @param values the numbers
     * @return [length, 1], double, in the open workspace
     */
    public static INDArray column(double[] values) {
        INDArray array = HostMemory.uninitialized(DataType.DOUBLE, new long[] {values.length, 1}, 'c');
        DoubleBuffer buffer = HostMemory.doubles(array);
        buffer.put(buffer.position(), values);
        return HostMemory.written(array);
    }

    /** The rows of a [rows, columns] array. */
    public static double[][] of(INDArray matrix) {
        double[] values = flat(matrix);
        int columns = matrix.columns();
        double[][] rows = new double[matrix.rows()][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
        }
        return rows;
    }
}

package io.github.dl4jep.array;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
        INDArray doubles = matrix.castTo(DataType.DOUBLE);
        boolean dense = doubles.ordering() == order && doubles.elementWiseStride() == 1;
        DoubleBuffer buffer = HostMemory.doubles(dense ? doubles : doubles.dup(order));
        double[] values = new double[Math.toIntExact(matrix.length())];
        buffer.get(buffer.position(), values);
        return values;
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
        return Nd4j.createFromArray(columns).reshape('f', rows, count);
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

package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FloatMatrixTest {

    private static final int ROWS = 7;
    private static final int COLUMNS = 5;

    private final INDArray array = Nd4j.randn(DataType.FLOAT, ROWS, COLUMNS).dup('f');
    private final FloatMatrix matrix = FloatMatrix.of(array);

    private INDArray interval(int fromRow, int toRow, int fromColumn, int toColumn) {
        return array.get(NDArrayIndex.interval(fromRow, toRow), NDArrayIndex.interval(fromColumn, toColumn))
                .dup('f');
    }

    @Test
    void partsTakePartInProducts() {
        FloatMatrix part = matrix.part(2, 4, 1, 3);
        assertThat(part.toArray(DataType.FLOAT)).isEqualTo(interval(2, 6, 1, 4));
        FloatMatrix product = FloatMatrix.uninitialized(3, 3);
        product.assignProduct(part, true, part, false, 2);
        INDArray seen = interval(2, 6, 1, 4);
        INDArray expected = seen.transpose().mmul(seen).muli(2);
        assertThat(product.toArray(DataType.FLOAT).distance2(expected)).isLessThan(1e-5);

        INDArray before = array.dup('f');
        matrix.part(0, 3, 2, 3).addProduct(product, false, product, true, 1);
        before.get(NDArrayIndex.interval(0, 3), NDArrayIndex.interval(2, 5)).addi(expected.mmul(expected.transpose()));
        assertThat(array.distance2(before)).isLessThan(1e-3);
    }

    @Test
    void rowsAndColumnsAreCopied() {
        float[] rows = new float[2 * COLUMNS];
        matrix.getRows(3, rows, 2);
        assertThat(Rows.matrix(rows, 2, COLUMNS)).isEqualTo(interval(3, 5, 0, COLUMNS));
        float[] all = new float[ROWS * COLUMNS];
        matrix.getRows(0, all, ROWS);
        assertThat(Rows.matrix(all, ROWS, COLUMNS)).isEqualTo(array);
        float[] column = new float[3];
        matrix.someRows(2, 3).getColumn(4, column);
        assertThat(Rows.matrix(column, 3, 1)).isEqualTo(interval(2, 5, 4, 5));

        FloatMatrix copy = FloatMatrix.uninitialized(ROWS, COLUMNS);
        copy.putRows(0, all, ROWS);
        copy.putRows(3, new float[2 * COLUMNS], 2);
        copy.part(5, 2, 1, 2).putColumns(0, new float[] {9, 1, 2, 3, 4}, 1, 2);
        array.get(NDArrayIndex.interval(3, 5), NDArrayIndex.all()).assign(0);
        array.get(NDArrayIndex.interval(5, 7), NDArrayIndex.interval(1, 3)).assign(Nd4j.createFromArray(new float[][] {
            {1, 3}, {2, 4}
        }));
        assertThat(copy.toArray(DataType.FLOAT)).isEqualTo(array);
        copy.putColumns(1, new float[2 * ROWS], 0, 2);
        array.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 3)).assign(0);
        assertThat(copy.toArray(DataType.FLOAT)).isEqualTo(array);
    }

    @Test
    void columnsOfAnotherLength() {
        assertThat(matrix.withRows(COLUMNS).toArray(DataType.FLOAT)).isEqualTo(array.reshape('f', COLUMNS, ROWS));
        FloatMatrix part = matrix.someRows(0, 4);
        assertThatIllegalStateException()
                .isThrownBy(() -> part.withRows(2))
                .withMessage("4 of 7 rows cannot be put into columns of another length");
    }

    @Test
    void lowerTriangleOfAGram() {
        FloatMatrix sum =
                FloatMatrix.of(Nd4j.ones(DataType.FLOAT, COLUMNS, COLUMNS).dup('f'));
        sum.addLowerGram(matrix, 3);
        INDArray expected = array.transpose().mmul(array).muli(3).addi(1);
        INDArray actual = sum.toArray(DataType.FLOAT);
        for (int row = 0; row < COLUMNS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                double error = actual.getDouble(row, column) - (column <= row ? expected.getDouble(row, column) : 1);
                assertThat(error).isBetween(-1e-4, 1e-4);
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sum.addLowerGram(matrix.part(0, ROWS, 0, 2), 1))
                .withMessage("products of 2 columns are no 5 x 5 matrix");
    }
}

package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Products of few rows against the sums written out. */
class FloatMatrixTest {

    private static double product(INDArray x, INDArray w, int row, int column) {
        double sum = 0;
        for (int i = 0; i < w.rows(); i++) {
            sum += x.getDouble(row, i) * w.getDouble(i, column);
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"1, 7, 5, c", "1, 7, 5, f", "3, 7, 5, c", "3, 7, 5, f", "2, 1, 4, f", "2, 6, 1, c", "1, 1, 1, f"})
    void productsOfFewRowsAreThoseOfTheElements(int rows, int inputs, int units, char order) {
        Nd4j.getRandom().setSeed(5);
        INDArray x = Nd4j.randn(DataType.FLOAT, rows, inputs).dup(order);
        INDArray w = Nd4j.randn(DataType.FLOAT, inputs, units).dup('f');
        INDArray before = Nd4j.randn(DataType.FLOAT, rows, units).dup('f');
        INDArray sum = before.dup('f');

        assertThat(FloatMatrix.timesFewRows(x, w, sum, true)).isTrue();
        INDArray product = before.dup('f');
        assertThat(FloatMatrix.timesFewRows(x, w, product, false)).isTrue();

        for (int row = 0; row < rows; row++) {
            for (int unit = 0; unit < units; unit++) {
                double expected = product(x, w, row, unit);
                assertThat(product.getDouble(row, unit)).isCloseTo(expected, within(1e-5));
                assertThat(sum.getDouble(row, unit)).isCloseTo(expected + before.getDouble(row, unit), within(1e-5));
            }
        }
    }

    @Test
    void viewsStartWhereTheyStart() {
        INDArray all = Nd4j.rand(DataType.FLOAT, 6, 4).dup('c');
        INDArray rows = all.get(NDArrayIndex.interval(2, 4), NDArrayIndex.all());
        INDArray w = Nd4j.rand(DataType.FLOAT, 4, 3).dup('f');
        INDArray sum = Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f');

        assertThat(FloatMatrix.timesFewRows(rows, w, sum, false)).isTrue();

        assertThat(sum.getDouble(1, 2)).isCloseTo(product(all, w, 3, 2), within(1e-5));
    }

    @Test
    void otherArraysAreLeftToOthers() {
        INDArray x = Nd4j.rand(DataType.FLOAT, 2, 4).dup('f');
        INDArray w = Nd4j.rand(DataType.FLOAT, 4, 3).dup('f');
        INDArray sum = Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f');

        assertThat(FloatMatrix.timesFewRows(x.castTo(DataType.DOUBLE), w, sum, false))
                .isFalse();
        assertThat(FloatMatrix.timesFewRows(x, w.dup('c'), sum, false)).isFalse();
        assertThat(FloatMatrix.timesFewRows(x, w, sum.dup('c'), false)).isFalse();
        INDArray part = Nd4j.rand(DataType.FLOAT, 2, 7).get(NDArrayIndex.all(), NDArrayIndex.interval(1, 5));
        assertThat(FloatMatrix.timesFewRows(part, w, sum, false)).isFalse();
        assertThat(sum.sumNumber().doubleValue()).isZero();
    }
}

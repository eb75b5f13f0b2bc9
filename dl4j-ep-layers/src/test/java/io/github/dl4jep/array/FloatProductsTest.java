package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Products against ND4J's in double precision, those of few rows against the sums written out. */
class FloatProductsTest {

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

        assertThat(FloatProducts.timesFewRows(x, w, sum, true)).isTrue();
        INDArray product = before.dup('f');
        assertThat(FloatProducts.timesFewRows(x, w, product, false)).isTrue();

        for (int row = 0; row < rows; row++) {
            for (int unit = 0; unit < units; unit++) {
                double expected = product(x, w, row, unit);
                assertThat(product.getDouble(row, unit)).isCloseTo(expected, within(1e-5));
                assertThat(sum.getDouble(row, unit)).isCloseTo(expected + before.getDouble(row, unit), within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "9, 7, 5, c, f, false, false", "9, 7, 5, f, c, true, false", "9, 7, 5, c, c, false, true",
                "9, 7, 5, f, f, true, true",
        "1, 7, 5, c, f, true, false", "9, 1, 5, f, f, false, true", "9, 7, 1, c, c, true, true",
                "1, 1, 1, f, f, false, false"
    })
    void productsAreThoseOfNd4j(
            int rows, int inner, int columns, char orderA, char orderB, boolean transposeA, boolean transposeB) {
        Nd4j.getRandom().setSeed(6);
        INDArray a = Nd4j.randn(DataType.FLOAT, rows, inner);
        INDArray b = Nd4j.randn(DataType.FLOAT, inner, columns);
        INDArray before = Nd4j.randn(DataType.FLOAT, rows, columns).dup('f');
        INDArray expected = a.castTo(DataType.DOUBLE)
                .mmul(b.castTo(DataType.DOUBLE))
                .muli(3)
                .addi(before.castTo(DataType.DOUBLE).mul(2));
        INDArray left = (transposeA ? a.transpose() : a).dup(orderA);
        INDArray right = (transposeB ? b.transpose() : b).dup(orderB);
        INDArray result = before.dup('f');
        assertThat(FloatProducts.multiply(left, transposeA, right, transposeB, result, 3, 2))
                .isSameAs(result);
        assertThat(result.castTo(DataType.DOUBLE).distance2(expected)).isLessThan(1e-5 * rows * columns);

        // What was there does not count, not even NaN; doubles are left to ND4J.
        result.assign(Float.NaN);
        FloatProducts.multiply(left, transposeA, right, transposeB, result, 1, 0);
        INDArray doubles = Nd4j.create(DataType.DOUBLE, new long[] {rows, columns}, 'f');
        FloatProducts.multiply(
                left.castTo(DataType.DOUBLE), transposeA, right.castTo(DataType.DOUBLE), transposeB, doubles, 1, 0);
        assertThat(result.castTo(DataType.DOUBLE).distance2(doubles)).isLessThan(1e-5 * rows * columns);
    }

    @Test
    void factorsThatDoNotFitAreRefused() {
        INDArray a = Nd4j.create(DataType.FLOAT, new long[] {3, 4}, 'f');
        INDArray result = Nd4j.create(DataType.FLOAT, new long[] {3, 3}, 'f');
        assertThatIllegalArgumentException().isThrownBy(() -> FloatProducts.multiply(a, false, a, false, result, 1, 0));
    }

    @ParameterizedTest
    @CsvSource({"1, 5, f", "6, 1, c", "33, 40, c", "33, 40, f"})
    void gramMatricesAreProducts(int rows, int columns, char order) {
        Nd4j.getRandom().setSeed(7);
        INDArray x = Nd4j.randn(DataType.FLOAT, rows, columns).dup(order);
        INDArray expected =
                x.castTo(DataType.DOUBLE).mmul(x.castTo(DataType.DOUBLE).transpose());
        INDArray gram = FloatProducts.gram(x);
        assertThat(gram.castTo(DataType.DOUBLE).distance2(expected)).isLessThan(1e-5 * rows * columns);
        assertThat(gram.transpose().dup('f')).isEqualTo(gram);
        assertThat(FloatProducts.gram(x.transpose(), true)).isEqualTo(gram);
        INDArray doubles = x.castTo(DataType.DOUBLE).transpose();
        assertThat(FloatProducts.gram(doubles, true).distance2(expected)).isLessThan(1e-10 * rows * columns);
        assertThat(FloatProducts.gram(x.castTo(DataType.DOUBLE)).distance2(expected))
                .isLessThan(1e-10 * rows * columns);
    }

    @ParameterizedTest
    @ValueSource(chars = {'c', 'f'})
    void someRowsAreCopied(char order) {
        INDArray x = Nd4j.rand(DataType.FLOAT, 7, 3).dup(order);
        int[] chosen = {5, 0, 6};
        INDArray rows = FloatProducts.rows(x, chosen);
        assertThat(rows.ordering()).isEqualTo('f');
        assertThat(rows).isEqualTo(Nd4j.pullRows(x, 1, chosen, 'f'));
        INDArray view = x.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 3));
        assertThat(FloatProducts.rows(view, chosen)).isEqualTo(Nd4j.pullRows(view, 1, chosen, 'f'));
    }

    @Test
    void viewsStartWhereTheyStart() {
        INDArray all = Nd4j.rand(DataType.FLOAT, 6, 4).dup('c');
        INDArray rows = all.get(NDArrayIndex.interval(2, 4), NDArrayIndex.all());
        INDArray w = Nd4j.rand(DataType.FLOAT, 4, 3).dup('f');
        INDArray sum = Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f');

        assertThat(FloatProducts.timesFewRows(rows, w, sum, false)).isTrue();

        assertThat(sum.getDouble(1, 2)).isCloseTo(product(all, w, 3, 2), within(1e-5));
    }

    @Test
    void otherArraysAreLeftToOthers() {
        INDArray x = Nd4j.rand(DataType.FLOAT, 2, 4).dup('f');
        INDArray w = Nd4j.rand(DataType.FLOAT, 4, 3).dup('f');
        INDArray sum = Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f');

        assertThat(FloatProducts.timesFewRows(x.castTo(DataType.DOUBLE), w, sum, false))
                .isFalse();
        assertThat(FloatProducts.timesFewRows(x, w.dup('c'), sum, false)).isFalse();
        assertThat(FloatProducts.timesFewRows(x, w, sum.dup('c'), false)).isFalse();
        INDArray part = Nd4j.rand(DataType.FLOAT, 2, 7).get(NDArrayIndex.all(), NDArrayIndex.interval(1, 5));
        assertThat(FloatProducts.timesFewRows(part, w, sum, false)).isFalse();
        assertThat(sum.sumNumber().doubleValue()).isZero();
    }
}

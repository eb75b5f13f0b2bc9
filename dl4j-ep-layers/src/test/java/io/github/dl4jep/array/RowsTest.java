package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Copies between ND4J and Java arrays against ND4J's own access element by element. */
class RowsTest {

    private static INDArray numbered(DataType type, char order) {
        INDArray array = Nd4j.create(DataType.FLOAT, new long[] {5, 7}, order);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 7; j++) {
                array.putScalar(i, j, 10 * i + j + 0.5);
            }
        }
        return array.castTo(type);
    }

    private static void assertElements(INDArray matrix) {
        double[] byRows = Rows.flat(matrix);
        double[] byColumns = Rows.columns(matrix);
        assertThat(byRows).hasSize((int) matrix.length());
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                assertThat(byRows[i * matrix.columns() + j]).isEqualTo(matrix.getDouble(i, j));
                assertThat(byColumns[j * matrix.rows() + i]).isEqualTo(matrix.getDouble(i, j));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE", "INT"})
    void copiesOfArraysAndViewsHaveTheirElements(String name) {
        for (char order : new char[] {'c', 'f'}) {
            INDArray array = numbered(DataType.valueOf(name), order);
            assertElements(array);
            assertElements(array.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 6)));
            assertElements(array.get(NDArrayIndex.interval(2, 3), NDArrayIndex.all()));
            assertElements(array.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 4)));
            assertElements(array.transpose());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE", "INT"})
    void arraysInAnotherTypeAreThoseOfNd4j(String name) {
        for (char order : new char[] {'c', 'f'}) {
            INDArray array = numbered(DataType.valueOf(name), order);
            INDArray view = array.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 6));
            for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
                assertThat(Rows.inType(array, type)).isEqualTo(array.castTo(type));
                assertThat(Rows.inType(array, type).ordering())
                        .isEqualTo(array.castTo(type).ordering());
                assertThat(Rows.inType(view, type)).isEqualTo(view.castTo(type));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE", "HALF"})
    void arraysOfColumnsHaveTheirElements(String name) {
        double[] columns = {1, 2, 3, 4, 5, 6};
        INDArray array = Rows.matrix(columns, 2, 3, DataType.valueOf(name));
        assertThat(array.dataType()).isEqualTo(DataType.valueOf(name));
        assertThat(array.shape()).containsExactly(2, 3);
        for (int i = 0; i < 6; i++) {
            assertThat(array.getDouble(i % 2, i / 2)).isEqualTo(columns[i]);
        }
        assertThat(Rows.columns(Rows.matrix(new float[] {1, 2, 3, 4}, 2, 2))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void sumsAreThoseOfTheElements() {
        for (INDArray array : new INDArray[] {
            numbered(DataType.FLOAT, 'c'),
            numbered(DataType.DOUBLE, 'f'),
            numbered(DataType.FLOAT, 'f').get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 6)),
            numbered(DataType.INT, 'c')
        }) {
            double sum = 0;
            for (int i = 0; i < array.rows(); i++) {
                for (int j = 0; j < array.columns(); j++) {
                    sum += array.getDouble(i, j);
                }
            }
            assertThat(Rows.sum(array)).isCloseTo(sum, within(1e-9));
            assertThat(Rows.mean(array)).isCloseTo(sum / array.length(), within(1e-9));
        }
        assertThat(Rows.sum(Nd4j.empty(DataType.FLOAT))).isZero();
        assertThat(Rows.sum(Nd4j.createFromArray(1f, Float.NaN))).isNaN();
    }

    @Test
    void sumsOfFewAndOfManyElementsTakeEachOnce() {
        float[] values = new float[400];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        for (int count : new int[] {0, 1, 7, 127, 128, 133, 391}) {
            double sum = 0;
            for (int i = 5; i < 5 + count; i++) {
                sum += i;
            }
            assertThat(Rows.sum(values, 5, count)).as("%d elements", count).isEqualTo(sum);
        }
    }

    @Test
    void aColumnHasItsNumbers() {
        INDArray column = Rows.column(new float[] {1, 2, 3});
        assertThat(column.shape()).containsExactly(3, 1);
        assertThat(column.toFloatVector()).containsExactly(1, 2, 3);
    }
}

package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays that are made in a short way against those that ND4J makes. */
class HostMemoryTest {

    @ParameterizedTest
    @CsvSource({"3,4", "4,3", "1,5", "5,1", "1,1", "0,3", "3,0"})
    void newArraysAreThoseOfNd4j(long rows, long columns) {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            for (char order : new char[] {'c', 'f'}) {
                long[] shape = {rows, columns};
                INDArray expected = Nd4j.createUninitialized(type, shape, order);
                for (INDArray array : new INDArray[] {
                    HostMemory.uninitialized(type, shape, order),
                    HostMemory.like(Nd4j.createUninitialized(type, shape, order))
                }) {
                    assertThat(array.shapeInfoJava()).isEqualTo(expected.shapeInfoJava());
                    assertThat(array.length()).isEqualTo(expected.length());
                    assertThat(array.data().length()).isEqualTo(expected.data().length());
                    assertThat(array.isView()).isFalse();
                }
            }
        }
    }

    @Test
    void arraysOfOtherRanksAreThoseOfNd4j() {
        for (long[] shape : new long[][] {{}, {7}, {2, 3, 4}, {2, 1, 3, 2}}) {
            assertThat(HostMemory.uninitialized(DataType.FLOAT, shape, 'f').shapeInfoJava())
                    .isEqualTo(
                            Nd4j.createUninitialized(DataType.FLOAT, shape, 'f').shapeInfoJava());
        }
    }

    @Test
    void newArraysLiveInTheOpenWorkspace() {
        long[] shape = {3, 4};
        assertThat(HostMemory.uninitialized(DataType.FLOAT, shape, 'f').isAttached())
                .isFalse();
        try (MemoryWorkspace workspace = ReusedWorkspace.open("HOST_MEMORY_TEST")) {
            INDArray array = HostMemory.uninitialized(DataType.FLOAT, shape, 'f');
            assertThat(array.isAttached()).isTrue();
            assertThat(array.data().getParentWorkspace()).isSameAs(workspace);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE"})
    void matricesOfOneValue(String type) {
        INDArray filled = HostMemory.filled(DataType.valueOf(type), 3, 2, 0.1);
        assertThat(filled)
                .isEqualTo(Nd4j.valueArrayOf(new long[] {3, 2}, 0.1, DataType.valueOf(type))
                        .dup('f'));
    }

    @ParameterizedTest
    @CsvSource({"FLOAT,f", "FLOAT,c", "DOUBLE,f"})
    void detachedArraysOutliveTheirWorkspace(String type, char order) {
        INDArray expected = Nd4j.rand(DataType.FLOAT, 3, 4).castTo(DataType.valueOf(type));
        INDArray detached;
        try (MemoryWorkspace workspace = ReusedWorkspace.open("HOST_MEMORY_TEST")) {
            INDArray attached = expected.dup(order);
            assertThat(attached.isAttached()).isTrue();
            detached = HostMemory.detached(attached);
            attached.assign(7);
        }
        assertThat(detached.isAttached()).isFalse();
        assertThat(detached).isEqualTo(expected);
        assertThat(HostMemory.detached(detached)).isSameAs(detached);
    }

    @Test
    void copiesHaveMemoryOfTheirOwn() {
        INDArray all = Nd4j.rand(DataType.FLOAT, 24);
        INDArray view = all.get(NDArrayIndex.interval(5, 17)).reshape('f', 3, 4);
        for (INDArray array : new INDArray[] {view, view.transpose(), view.castTo(DataType.DOUBLE)}) {
            INDArray copy = HostMemory.copy(array);
            assertThat(copy).isEqualTo(array);
            assertThat(copy.ordering()).isEqualTo('f');
            copy.addi(1);
            assertThat(copy).isNotEqualTo(array);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE"})
    void numbersAreWrittenToViews(String type) {
        INDArray all = Nd4j.zeros(DataType.valueOf(type), 1, 9);
        HostMemory.write(new double[] {1, 2, 0.1}, all.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 5)));
        assertThat(all)
                .isEqualTo(Nd4j.createFromArray(new double[][] {{0, 0, 1, 2, 0.1, 0, 0, 0, 0}})
                        .castTo(all.dataType()));
        INDArray matrix = Nd4j.create(DataType.valueOf(type), new long[] {2, 2}, 'f');
        HostMemory.write(new double[] {1, 2, 3, 4}, matrix);
        assertThat(matrix)
                .isEqualTo(Nd4j.createFromArray(new double[][] {{1, 2}, {3, 4}}).castTo(matrix.dataType()));
    }
}

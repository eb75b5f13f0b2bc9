package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SnapshotTest {

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE", "HALF"})
    void seesEveryElementOfAViewAndNothingBesideIt(DataType type) {
        INDArray flat = Nd4j.ones(type, 40);
        INDArray view = flat.get(NDArrayIndex.interval(7, 37)).reshape('f', 5, 6);
        assertThat(Snapshot.accepts(List.of(view))).isTrue();
        Snapshot snapshot = Snapshot.of(view);
        for (int at = 0; at < 40; at++) {
            flat.putScalar(at, 2);
            assertThat(snapshot.isUnchanged()).as("element " + at).isEqualTo(at < 7 || at >= 37);
            flat.putScalar(at, 1);
            assertThat(snapshot.isUnchanged()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE"})
    void seesTheLastBitAndTheSignOfZero(DataType type) {
        INDArray array = Nd4j.createFromArray(1.0, 0, Double.NaN).castTo(type);
        Snapshot snapshot = Snapshot.of(array);
        assertThat(snapshot.isUnchanged()).as("NaN is what it was").isTrue();
        array.putScalar(0, type == DataType.FLOAT ? Math.nextUp(1f) : Math.nextUp(1.0));
        assertThat(snapshot.isUnchanged()).isFalse();
        array.putScalar(0, 1);
        array.putScalar(1, -0.0);
        assertThat(snapshot.isUnchanged()).isFalse();
    }

    @Test
    void copiesLeaveMemoryToOthers() {
        INDArray array = Nd4j.ones(8);
        assertThat(Snapshot.accepts(List.of(array))).isTrue();
        long free = Pointer.maxBytes() - Pointer.totalBytes();
        int times = Math.toIntExact(free / (16 * 8 * Float.BYTES));
        // The bound, from a twentieth below to a twentieth above.
        assertThat(Snapshot.accepts(Collections.nCopies(times - times / 20, array)))
                .isTrue();
        assertThat(Snapshot.accepts(Collections.nCopies(times + times / 20, array)))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE"})
    void takesOnlyElementsThatLieOneAfterTheOther(DataType type) {
        INDArray matrix = Nd4j.ones(type, 3, 4);
        assertThat(Snapshot.accepts(List.of(matrix, matrix.getColumn(1)))).isFalse();
        assertThat(Snapshot.accepts(List.of(matrix, matrix.getScalar(1, 1)))).isTrue();
    }
}

package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Hashes decide which examples are withheld, in every process and version: their values stay. */
class ExampleHashesTest {

    /** One number after the other. */
    private static long plain(INDArray features, INDArray labels, int row) {
        long hash = 0;
        for (INDArray array : List.of(features, labels)) {
            for (int i = 0; i < array.columns(); i++) {
                hash = (hash ^ Float.floatToIntBits(array.getFloat(row, i) + 0f)) * 0x9E3779B97F4A7C15L;
                hash ^= hash >>> 29;
            }
        }
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        return hash ^ (hash >>> 31);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 8, 13})
    void severalAtATimeAreThoseOfOneAtATime(int count) {
        for (char order : new char[] {'c', 'f'}) {
            INDArray features = Nd4j.randn(DataType.FLOAT, count, 5).dup(order);
            INDArray labels = Nd4j.rand(DataType.FLOAT, count, 2)
                    .gt(0.5)
                    .castTo(DataType.FLOAT)
                    .dup(order);
            long[] hashes = ExampleHashes.of(count, List.of(features, labels));
            assertThat(hashes).hasSize(count);
            for (int n = 0; n < count; n++) {
                assertThat(hashes[n]).as("row %s of %s", n, count).isEqualTo(plain(features, labels, n));
            }
        }
    }
}

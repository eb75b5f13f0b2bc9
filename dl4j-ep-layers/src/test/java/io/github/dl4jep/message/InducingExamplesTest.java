package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.likelihood.Arrays2d;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class InducingExamplesTest {

    @ParameterizedTest
    @CsvSource({"257, 256", "2048, 256", "1000, 7", "5, 1"})
    void everyPieceOfTheBatchHasOne(int batch, int count) {
        int[] numbers = InducingExamples.of(batch, count).numbers(batch);
        assertThat(numbers).hasSize(count).isSorted().doesNotHaveDuplicates();
        for (int i = 0; i < count; i++) {
            assertThat(numbers[i]).isBetween(batch * i / count, batch * (i + 1) / count - 1);
        }
        assertThat(InducingExamples.of(batch, count).numbers(batch)).isEqualTo(numbers);
        assertThat(InducingExamples.of(batch, count).count(batch)).isEqualTo(count);
    }

    @Test
    void smallBatchesHaveAll() {
        for (int batch : new int[] {1, 255, 256}) {
            assertThat(InducingExamples.of(batch, 256)).isSameAs(InducingExamples.all());
        }
        assertThat(InducingExamples.all().numbers(4)).containsExactly(0, 1, 2, 3);
        assertThat(InducingExamples.all().count(4)).isEqualTo(4);
        assertThat(InducingExamples.of(257, 256).areAll()).isFalse();
    }

    /** Labels that repeat with the length of a piece would all be equal at equal places. */
    @Test
    void periodicAndSortedBatchesHaveEveryClass() {
        int[] numbers = InducingExamples.of(2560, 256).numbers(2560);
        assertThat(Arrays.stream(numbers).map(n -> n % 10).distinct().count()).isEqualTo(10);
        assertThat(Arrays.stream(numbers).map(n -> n / 256).distinct().count()).isEqualTo(10);
    }

    @Test
    void theirRowsAreThoseOfTheMatrix() {
        INDArray matrix = Arrays2d.uniform(new SplittableRandom(2), 30, 3, -1, 1);
        InducingExamples some = InducingExamples.of(30, 4);
        int[] numbers = some.numbers(30);
        for (INDArray each : new INDArray[] {
            matrix,
            matrix.dup('c'),
            matrix.castTo(DataType.FLOAT).dup('f'),
            matrix.castTo(DataType.FLOAT).dup('c'),
            matrix.castTo(DataType.FLOAT).dup('f').getColumns(0, 2)
        }) {
            INDArray rows = some.of(each);
            assertThat(rows.dataType()).isEqualTo(each.dataType());
            for (int i = 0; i < 4; i++) {
                assertThat(rows.getRow(i)).isEqualTo(each.getRow(numbers[i]));
            }
        }
        assertThat(InducingExamples.all().of(matrix)).isSameAs(matrix);
    }

    @Test
    void blocksKeepTheirs() {
        InducingExamples some = InducingExamples.ofRows(new int[] {1, 4, 7, 8});
        assertThat(some.block(4, 8).numbers(4)).containsExactly(0, 3);
        assertThat(some.block(5, 7).numbers(2)).containsExactly(0);
        assertThat(InducingExamples.all().block(2, 3)).isSameAs(InducingExamples.all());
    }

    @Test
    void whereNobodyAsksThereIsOneExampleAndNoneOfTheOthersIsLeftOut() {
        InducingExamples unasked = InducingExamples.unasked(10);
        assertThat(unasked.areAsked()).isFalse();
        assertThat(unasked.numbers(10)).isEqualTo(InducingExamples.of(10, 1).numbers(10));
        assertThat(InducingExamples.of(10, 1).areAsked()).isTrue();
        assertThat(InducingExamples.unasked(1).areAll()).isTrue();
    }
}

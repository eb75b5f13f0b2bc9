package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.message.BatchPart;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CheckedExamplesTest {

    private static final int BATCH = 100;

    private static CheckedExamples whole(long step) {
        return CheckedExamples.of(BatchPart.whole(step, BATCH, 1), true);
    }

    @Test
    void allOfASmallBatchAndWhereNotEveryStepIsChecked() {
        assertThat(CheckedExamples.of(BatchPart.whole(1, 63, 1), true).areAll()).isTrue();
        assertThat(CheckedExamples.of(BatchPart.whole(1, 5000, 1), false).areAll())
                .isTrue();
        assertThat(whole(1).areAll()).isFalse();
    }

    /** At least 32 of 100, others in other batches, so that every place of a batch has its turn. */
    @Test
    void othersInEveryBatch() {
        Set<Integer> seen = new HashSet<>();
        for (int step = 1; step < 40; step++) {
            assertThat(whole(step).own()).hasSizeBetween(32, 64);
            Arrays.stream(whole(step).own()).forEach(seen::add);
        }
        assertThat(seen).hasSize(BATCH);
    }

    @Test
    void partsCheckTheExamplesOfTheWholeBatch() {
        int[] parts = IntStream.of(0, 37)
                .flatMap(from -> {
                    BatchPart part = new BatchPart(5, BATCH, 8, from, from == 0 ? 37 : BATCH);
                    return Arrays.stream(CheckedExamples.of(part, true).own()).map(n -> n + from);
                })
                .toArray();
        assertThat(parts).isEqualTo(whole(5).own());
    }

    /** A part of one example that has no turn computes it, and nobody counts it. */
    @Test
    void othersStayWhereTheyWere() {
        INDArray before = Nd4j.randn(DataType.FLOAT, BATCH, 3).dup('f');
        INDArray after = Nd4j.randn(DataType.FLOAT, BATCH, 3).dup('f');
        CheckedExamples checked = whole(2);
        INDArray all = checked.scattered(Nd4j.pullRows(after, 1, checked.own(), 'f'));
        INDArray moved = checked.moved(all, before);
        Set<Integer> own = new HashSet<>();
        Arrays.stream(checked.own()).forEach(own::add);
        for (int n = 0; n < BATCH; n++) {
            assertThat(moved.getRow(n)).isEqualTo((own.contains(n) ? after : before).getRow(n));
            BatchPart one = new BatchPart(2, BATCH, 8, n, n + 1);
            assertThat(CheckedExamples.of(one, true).own()).containsExactly(0);
        }
    }
}

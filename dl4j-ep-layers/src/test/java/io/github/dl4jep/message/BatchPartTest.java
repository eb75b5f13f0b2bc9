package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BatchPartTest {

    private static List<BatchPart> parts(long step, long batch, int inducing, int count) {
        List<BatchPart> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(new BatchPart(step, batch, inducing, batch * i / count, batch * (i + 1) / count));
        }
        return parts;
    }

    @ParameterizedTest
    @CsvSource({"100, 10, 3", "100, 256, 4", "257, 256, 2", "7, 3, 7", "5, 2, 1"})
    void everyPartHasItsOwnExamplesAndAllInducingOnes(long batch, int inducing, int count) {
        long[] chosen = Arrays.stream(InducingExamples.of(batch, inducing).numbers((int) batch))
                .asLongStream()
                .toArray();
        for (BatchPart part : parts(1, batch, inducing, count)) {
            long[] rows = part.rows();
            assertThat(rows).isSorted().contains(chosen);
            assertThat(LongStream.of(rows).distinct().count()).isEqualTo(rows.length);
            for (int i = 0; i < part.ownCount(); i++) {
                assertThat(rows[part.ownFrom() + i]).isEqualTo(part.from() + i);
            }
            int[] local = InducingExamples.of(part).numbers(rows.length);
            assertThat(IntStream.of(local).mapToLong(i -> rows[i]))
                    .containsExactly(LongStream.of(chosen).boxed().toArray(Long[]::new));
            assertThat(InducingExamples.of(part).part()).isEqualTo(part);
        }
    }

    /** No map can be sent to where the equations are solved, not even of all of a batch. */
    @Test
    void howUnitsVaryTogetherIsKnownWhereEquationsAreSolvedOnly() {
        INDArray k = Nd4j.eye(4).castTo(DataType.FLOAT);
        for (BatchPart part : List.of(BatchPart.whole(1, 4, 256), new BatchPart(1, 4, 256, 0, 4))) {
            ExampleCovariance examples = ExampleCovariance.of(InducingExamples.of(part), k, new double[] {1, 1, 1, 1});
            assertThat(UnitCovariance.isKnownAfter(BatchCovariance.of(examples)))
                    .isEqualTo(!part.elsewhere());
        }
        assertThat(BatchPart.whole(1, 4, 256).elsewhere()).isFalse();
        assertThat(UnitCovariance.isKnownAfter(BatchCovariance.none())).isFalse();
    }

    /** What some of the parts ask together is what the whole batch asks, another part of it in every batch. */
    @Test
    void partsTogetherAskWhatTheWholeAsks() {
        Set<Long> firsts = new TreeSet<>();
        for (long step = 1; step < 60; step++) {
            BatchPart whole = BatchPart.whole(step, 100, 20);
            long[] expected = IntStream.of(whole.everyNth(8)).asLongStream().toArray();
            firsts.add(expected[0]);
            LongStream asked = LongStream.empty();
            for (BatchPart part : parts(step, 100, 20, 3)) {
                asked = LongStream.concat(asked, IntStream.of(part.everyNth(8)).mapToLong(i -> part.from() + i));
                assertThat(part.countOfEveryNth(8)).isEqualTo(expected.length);
            }
            assertThat(asked.toArray()).isEqualTo(expected);
        }
        assertThat(firsts).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"DOUBLE", "FLOAT"})
    void messagesOfAPartAreZeroAtTheRowsOfOthers(DataType type) {
        INDArray joint = Nd4j.rand(type, 10, 2).dup('f');
        BatchPart part = new BatchPart(1, 10, 5, 4, 6);
        BackwardMessage own = part.ofJoint(new BackwardMessage(joint, joint.mul(2)));
        BackwardMessage all = part.toAll(own);
        long[] rows = part.rows();
        assertThat(all.shift().rows()).isEqualTo(rows.length).isGreaterThan(2);
        for (int i = 0; i < rows.length; i++) {
            boolean isOwn = rows[i] == 4 || rows[i] == 5;
            INDArray expected = isOwn ? joint.getRow(rows[i]) : Nd4j.zeros(type, 2);
            assertThat(all.shift().getRow(i)).isEqualTo(expected);
            assertThat(all.curvature().getRow(i)).isEqualTo(expected.mul(2));
        }
        assertThat(part.own(all).shift()).isEqualTo(own.shift());
    }

    @Test
    void aRangeOutsideOfTheBatchIsRefused() {
        assertThatThrownBy(() -> new BatchPart(1, 10, 5, 4, 4))
                .hasMessage("a part of a batch has the examples from 4 to 4, allowed are one or more of 0 to 10");
        assertThatThrownBy(() -> new BatchPart(1, 10, 5, 4, 11))
                .hasMessage("a part of a batch has the examples from 4 to 11, allowed are one or more of 0 to 10");
    }
}

package io.github.dl4jep.cli.data.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HoldoutTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -5, Long.MAX_VALUE})
    void everyRowIsUsedOnce(long seed) {
        int[] classes = IntStream.range(0, 23).map(i -> i % 3).toArray();

        assertComplete(Holdout.random(23, 7, seed), 23, 7);
        assertComplete(Holdout.stratified(classes, 3, 7, seed), 23, 7);
    }

    @Test
    void stratifiedTakesEachClassInProportion() {
        // 12, 6 and 2 rows; a quarter of them is 3, 1.5 and 0.5: one of the last two is rounded up.
        int[] classes =
                IntStream.range(0, 20).map(i -> i < 12 ? 0 : i < 18 ? 1 : 2).toArray();

        Holdout holdout = Holdout.stratified(classes, 3, 5, 3);

        long first =
                Arrays.stream(holdout.test()).filter(row -> classes[row] == 0).count();
        long second =
                Arrays.stream(holdout.test()).filter(row -> classes[row] == 1).count();
        assertThat(first).isEqualTo(3);
        assertThat(second).isBetween(1L, 2L);
    }

    @Test
    void seedDecides() {
        assertThat(Holdout.random(50, 10, 1).test())
                .containsExactly(Holdout.random(50, 10, 1).test())
                .isNotEqualTo(Holdout.random(50, 10, 2).test());
    }

    private static void assertComplete(Holdout holdout, int rows, int testRows) {
        int[] all = IntStream.concat(Arrays.stream(holdout.train()), Arrays.stream(holdout.test()))
                .sorted()
                .toArray();
        assertThat(all).containsExactly(IntStream.range(0, rows).toArray());
        assertThat(holdout.test()).hasSize(testRows);
    }
}

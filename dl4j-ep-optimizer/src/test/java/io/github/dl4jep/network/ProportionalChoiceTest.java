package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProportionalChoiceTest {

    private static final double[] WEIGHTS = {0.5, 3, 0, 1, 0.1};

    /** All ordered pairs, enumerated. */
    @Test
    void theNextOneIsInProportionToTheWeightsThatAreLeft() {
        double[] logs = Arrays.stream(WEIGHTS).map(Math::log).toArray();
        SplittableRandom random = new SplittableRandom(1);
        int[][] pairs = new int[5][5];
        int draws = 100_000;
        for (int i = 0; i < draws; i++) {
            int[] pair = ProportionalChoice.draw(logs, 2, random);
            pairs[pair[0]][pair[1]]++;
        }

        double sum = Arrays.stream(WEIGHTS).sum();
        for (int first = 0; first < 5; first++) {
            for (int second = 0; second < 5; second++) {
                double expected =
                        first == second ? 0 : draws * WEIGHTS[first] / sum * WEIGHTS[second] / (sum - WEIGHTS[first]);
                assertThat((double) pairs[first][second])
                        .as("%s, then %s", first, second)
                        .isCloseTo(expected, within(4 * Math.sqrt(expected)));
            }
        }
    }

    @Test
    void aConstantInTheLogsChangesNothingAndWeightsOfZeroComeLast() {
        double[] logs = Arrays.stream(WEIGHTS).map(Math::log).toArray();
        int[] chosen = ProportionalChoice.draw(logs, 5, new SplittableRandom(2));

        assertThat(chosen).containsExactlyInAnyOrder(IntStream.range(0, 5).toArray());
        assertThat(chosen[4]).isEqualTo(2);
        double[] shifted = Arrays.stream(logs).map(log -> log - 700).toArray();
        assertThat(ProportionalChoice.draw(shifted, 5, new SplittableRandom(2))).containsExactly(chosen);
    }

    @Test
    void theLargestComeFirstAndOfEqualOnesTheEarlier() {
        assertThat(ProportionalChoice.largest(new double[] {1, 3, 2, 3, -1}, 4)).containsExactly(1, 3, 2, 0);
    }
}

package io.github.dl4jep.cli.data.split;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random orders that depend on nothing but their seed. */
public final class Permutation {
    private Permutation() {}

    /**
     * Returns the numbers from 0 to {@code size - 1} in a random order (Fisher and Yates).
     *
     * @param size how many numbers
     * @param seed the seed; the same seed gives the same order on every machine
     * @return a new array
     */
    public static int[] of(int size, long seed) {
        int[] order = IntStream.range(0, size).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }
}

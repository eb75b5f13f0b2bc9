package io.github.dl4jep.compact;

import java.util.Arrays;

/**
 * How many bits a unit's row of a bit matrix shares with each row of spikes: the hot loop of the reader.
 *
 * <p>The loop runs over rows, with the weights of one unit in registers. In this shape, separate arrays and four words a pass,
 * HotSpot's C2 of Java 17 makes vector code of it ({@code VPOPCNTD}, where the processor has it); with eight words, or with
 * one array and offsets, it does not.
 */
final class SpikeCounts {

    /** Words of the weights that one pass over the rows takes together. */
    static final int WORDS_PER_PASS = 4;

    private SpikeCounts() {}

    /**
     * Counts the common bits of one unit and every row.
     *
     * @param bits the unit's weights are a row of it
     * @param unit which row
     * @param spikes of as many units as the matrix has inputs
     * @param counts [rows]; overwritten
     */
    static void of(BitMatrix bits, int unit, SpikeBlock spikes, int[] counts) {
        Arrays.fill(counts, 0);
        int last = spikes.wordCount() - 1;
        for (int k = 0; k < bits.stride(); k += WORDS_PER_PASS) {
            // Words behind the last one are zero in the matrix, so any word of spikes will do.
            add(
                    counts,
                    spikes.word(k),
                    spikes.word(Math.min(k + 1, last)),
                    spikes.word(Math.min(k + 2, last)),
                    spikes.word(Math.min(k + 3, last)),
                    bits.word(unit, k),
                    bits.word(unit, k + 1),
                    bits.word(unit, k + 2),
                    bits.word(unit, k + 3));
        }
    }

    private static void add(
            int[] counts, int[] x0, int[] x1, int[] x2, int[] x3, int bits0, int bits1, int bits2, int bits3) {
        for (int row = 0; row < counts.length; row++) {
            counts[row] += Integer.bitCount(bits0 & x0[row])
                    + Integer.bitCount(bits1 & x1[row])
                    + Integer.bitCount(bits2 & x2[row])
                    + Integer.bitCount(bits3 & x3[row]);
        }
    }
}

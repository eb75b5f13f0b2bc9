package io.github.dl4jep.compact.kernel;

import java.util.Arrays;

/**
 * How many bits a unit's row of a bit matrix shares with each row of spikes: the hot loop of the reader.
 *
 * <p>The loop runs over rows, with the weights of one unit in registers. In this shape, separate arrays and four words a pass,
 * HotSpot's C2 of Java 17 makes vector code of it ({@code VPOPCNTD}, where the processor has it); with eight words, or with
 * one array and offsets, it does not.
 */
public final class SpikeCounts {

    /** Words of the weights that one pass over the rows takes together. */
    static final int WORDS_PER_PASS = 4;

    private final SpikeBlock spikes;

    /** Words without any spike, such as those of an image's border, take no time. */
    private final int[] active;

    /** For any units on these spikes. */
    public SpikeCounts(SpikeBlock spikes) {
        this.spikes = spikes;
        active = spikes.activeWords();
    }

    /**
     * Counts the common bits of one unit and every row.
     *
     * @param bits the unit's weights are a row of it; as many inputs as the spikes have units
     * @param unit which row
     * @param counts [rows]; overwritten
     */
    public void of(BitMatrix bits, int unit, int[] counts) {
        Arrays.fill(counts, 0);
        int[] word = new int[WORDS_PER_PASS];
        int[] weights = new int[WORDS_PER_PASS];
        for (int from = 0; from < active.length; from += WORDS_PER_PASS) {
            for (int i = 0; i < WORDS_PER_PASS; i++) {
                // Where no word is left, weights of 0 add nothing.
                boolean left = from + i < active.length;
                word[i] = active[left ? from + i : from];
                weights[i] = left ? bits.word(unit, word[i]) : 0;
            }
            add(
                    counts,
                    spikes.word(word[0]),
                    spikes.word(word[1]),
                    spikes.word(word[2]),
                    spikes.word(word[3]),
                    weights[0],
                    weights[1],
                    weights[2],
                    weights[3]);
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

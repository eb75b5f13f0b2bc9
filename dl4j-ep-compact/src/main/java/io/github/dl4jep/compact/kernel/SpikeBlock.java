package io.github.dl4jep.compact.kernel;

import java.util.Arrays;

/**
 * The spikes of some rows, one bit each, packed along the units: bit {@code i & 31} of {@code words[i >>> 5][row]} is that of
 * unit i. All rows of one word lie side by side, so that a loop over them runs in vector registers.
 */
public final class SpikeBlock {

    /** Rows at a time: a layer's spikes then stay in the caches near the core, and loops over rows are long enough. */
    public static final int MOST_ROWS = 1024;

    /** A float of value 1 as bits; bit 29 is the highest of them. */
    private static final int ONE = 0x3f800000;

    private static final int ONE_BIT = 29;

    private final int units;
    private final int rows;
    private final int[][] words;

    public SpikeBlock(int units, int rows) {
        this.units = units;
        this.rows = rows;
        words = new int[Words.count(units)][rows];
    }

    int units() {
        return units;
    }

    public int rows() {
        return rows;
    }

    /** The rows' bits of the units from 32 * index on; the array itself. */
    public int[] word(int index) {
        return words[index];
    }

    /** No spikes. */
    public void clear() {
        for (int[] word : words) {
            Arrays.fill(word, 0);
        }
    }

    public int wordCount() {
        return words.length;
    }

    boolean get(int row, int unit) {
        return ((words[unit >>> 5][row] >>> unit) & 1) != 0;
    }

    /**
     * Packs one row of features.
     *
     * @return whether all were 0 or 1; if not, the block is not filled
     */
    public boolean pack(int row, float[] features) {
        for (int k = 0; k < words.length; k++) {
            int from = k * Words.BITS;
            int to = Math.min(from + Words.BITS, units);
            int bits = 0;
            int others = 0;
            for (int i = from; i < to; i++) {
                int raw = Float.floatToRawIntBits(features[i]);
                int one = raw >>> ONE_BIT;
                // Only 0 and 1 are their three highest bits times the bits of 1.
                others |= raw ^ (one * ONE);
                bits |= one << i;
            }
            if (others != 0) {
                // Not only 0 and 1, or a -0, which counts as 0.
                if (!isZeroOrOne(features, from, to)) {
                    return false;
                }
                bits = ones(features, from, to);
            }
            words[k][row] = bits;
        }
        return true;
    }

    private static boolean isZeroOrOne(float[] features, int from, int to) {
        for (int i = from; i < to; i++) {
            if (features[i] != 0 && features[i] != 1) {
                return false;
            }
        }
        return true;
    }

    private static int ones(float[] features, int from, int to) {
        int bits = 0;
        for (int i = from; i < to; i++) {
            bits |= (features[i] == 1 ? 1 : 0) << i;
        }
        return bits;
    }

    /** Packs all rows; see {@link #pack(int, float[])}. */
    public boolean pack(FeatureBlock block) {
        for (int row = 0; row < rows; row++) {
            if (!pack(row, block.row(row))) {
                return false;
            }
        }
        return true;
    }

    /** Takes one row of bits, the lowest of each byte first; bits after the last unit do not count. */
    public void unpackBytes(int row, byte[] bytes) {
        int used = (units + 7) / 8;
        for (int i = 0; i < used; i++) {
            words[i >>> 2][row] |= (bytes[i] & 0xff) << (8 * i);
        }
        words[words.length - 1][row] &= Words.lastMask(units);
    }

    /** The words in which some row has a spike, in ascending order. */
    int[] activeWords() {
        int[] active = new int[words.length];
        int count = 0;
        for (int k = 0; k < words.length; k++) {
            int any = 0;
            for (int bits : words[k]) {
                any |= bits;
            }
            if (any != 0) {
                active[count++] = k;
            }
        }
        return Arrays.copyOf(active, count);
    }

    /** Number of spikes of each row. */
    public int[] spikesPerRow() {
        int[] counts = new int[rows];
        for (int[] word : words) {
            for (int row = 0; row < rows; row++) {
                counts[row] += Integer.bitCount(word[row]);
            }
        }
        return counts;
    }
}

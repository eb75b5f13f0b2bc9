package io.github.dl4jep.compact;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One bit for each pair of unit and input, packed along the inputs.
 *
 * <p>Bit {@code i & 31} of word {@code i >>> 5} of a unit belongs to input i. Every unit has a multiple of {@link
 * SpikeCounts#WORDS_PER_PASS} words; the bits behind the last input are 0.
 */
final class BitMatrix {

    private final int inputs;
    private final int units;
    private final int stride;
    private final int[] words;

    BitMatrix(int inputs, int units) {
        this.inputs = inputs;
        this.units = units;
        stride = stride(inputs);
        words = new int[Math.multiplyExact(stride, units)];
    }

    /** Words of one unit, also those that fill up a pass. */
    static int stride(int inputs) {
        int used = Words.count(inputs);
        return (used + SpikeCounts.WORDS_PER_PASS - 1) / SpikeCounts.WORDS_PER_PASS * SpikeCounts.WORDS_PER_PASS;
    }

    int inputs() {
        return inputs;
    }

    int units() {
        return units;
    }

    int stride() {
        return stride;
    }

    boolean get(int input, int unit) {
        return ((words[unit * stride + (input >>> 5)] >>> input) & 1) != 0;
    }

    void set(int input, int unit) {
        words[unit * stride + (input >>> 5)] |= 1 << input;
    }

    int word(int unit, int index) {
        return words[unit * stride + index];
    }

    void setWord(int unit, int index, int bits) {
        words[unit * stride + index] = bits;
    }

    /** Whether no unit has a bit in both matrices. */
    boolean isDisjointFrom(BitMatrix other) {
        for (int i = 0; i < words.length; i++) {
            if ((words[i] & other.words[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BitMatrix that && inputs == that.inputs && Arrays.equals(words, that.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }
}

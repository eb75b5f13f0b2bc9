package io.github.dl4jep.compact.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One bit for each pair of unit and input, packed along the inputs.
 *
 * <p>Bit {@code i & 31} of word {@code i >>> 5} of a unit belongs to input i. The bits after the last
 * input are 0.
 */
public final class BitMatrix {

    private final int inputs;
    private final int units;
    private final int stride;
    private final int[] words;

    public BitMatrix(int inputs, int units) {
        this.inputs = inputs;
        this.units = units;
        stride = Words.count(inputs);
        words = new int[Math.multiplyExact(stride, units)];
    }

    public int inputs() {
        return inputs;
    }

    public int units() {
        return units;
    }

    public boolean get(int input, int unit) {
        return ((words[unit * stride + (input >>> 5)] >>> input) & 1) != 0;
    }

    public void set(int input, int unit) {
        words[unit * stride + (input >>> 5)] |= 1 << input;
    }

    public int word(int unit, int index) {
        return words[unit * stride + index];
    }

    public void setWord(int unit, int index, int bits) {
        words[unit * stride + index] = bits;
    }

    /** Whether no unit has a bit in both matrices. */
    public boolean isDisjointFrom(BitMatrix other) {
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

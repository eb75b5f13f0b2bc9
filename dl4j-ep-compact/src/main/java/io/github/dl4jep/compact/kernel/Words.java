package io.github.dl4jep.compact.kernel;

/** How many words of 32 bits hold a number of bits. */
public final class Words {

    /** Bits of one word. */
    public static final int BITS = 32;

    private Words() {}

    public static int count(int bits) {
        return (bits + BITS - 1) >>> 5;
    }

    /** The bits of the last word that are in use. */
    public static int lastMask(int bits) {
        return -1 >>> -bits;
    }
}

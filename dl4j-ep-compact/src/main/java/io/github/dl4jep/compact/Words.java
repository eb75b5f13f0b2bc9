package io.github.dl4jep.compact;

/** How many words of 32 bits hold a number of bits. */
final class Words {

    /** Bits of one word. */
    static final int BITS = 32;

    private Words() {}

    static int count(int bits) {
        return (bits + BITS - 1) >>> 5;
    }

    /** The bits of the last word that are in use. */
    static int lastMask(int bits) {
        return -1 >>> -bits;
    }
}

package io.github.dl4jep.samediff;

import java.util.Arrays;

/** Where an array of images has its channels. Arrays of rank 2 are channels first by convention. */
enum ImageLayout {
    /** [minibatch, channels, height, width]. */
    CHANNELS_FIRST,
    /** [minibatch, height, width, channels]. */
    CHANNELS_LAST;

    private static final long[] TO_LAST = {0, 2, 3, 1};
    private static final long[] TO_FIRST = {0, 3, 1, 2};

    /** The permutation that makes an array channels first. */
    static int[] toChannelsFirst() {
        return new int[] {0, 3, 1, 2};
    }

    /** The permutation that makes an array channels last. */
    static int[] toChannelsLast() {
        return new int[] {0, 2, 3, 1};
    }

    static boolean isToLast(long[] permutation) {
        return Arrays.equals(permutation, TO_LAST);
    }

    static boolean isToFirst(long[] permutation) {
        return Arrays.equals(permutation, TO_FIRST);
    }

    ImageLayout other() {
        return this == CHANNELS_FIRST ? CHANNELS_LAST : CHANNELS_FIRST;
    }

    int channelAxis() {
        return this == CHANNELS_FIRST ? 1 : 3;
    }

    long channels(long[] shape) {
        return shape[shape.length == 2 ? 1 : channelAxis()];
    }

    long height(long[] shape) {
        return shape[this == CHANNELS_FIRST ? 2 : 1];
    }

    long width(long[] shape) {
        return shape[this == CHANNELS_FIRST ? 3 : 2];
    }
}

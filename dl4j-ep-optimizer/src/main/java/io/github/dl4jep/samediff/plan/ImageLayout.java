package io.github.dl4jep.samediff.plan;

import java.util.Arrays;

/** Where an array of images has its channels. Arrays of rank 2 are channels first by convention. */
public enum ImageLayout {
    /** [minibatch, channels, height, width]. */
    CHANNELS_FIRST,
    /** [minibatch, height, width, channels]. */
    CHANNELS_LAST;

    private static final long[] TO_LAST = {0, 2, 3, 1};
    private static final long[] TO_FIRST = {0, 3, 1, 2};

    /** The permutation that makes an array channels first. */
    public static int[] toChannelsFirst() {
        return new int[] {0, 3, 1, 2};
    }

    /** The permutation that makes an array channels last. */
    public static int[] toChannelsLast() {
        return new int[] {0, 2, 3, 1};
    }

    public static boolean isToLast(long[] permutation) {
        return Arrays.equals(permutation, TO_LAST);
    }

    public static boolean isToFirst(long[] permutation) {
        return Arrays.equals(permutation, TO_FIRST);
    }

    public ImageLayout other() {
        return this == CHANNELS_FIRST ? CHANNELS_LAST : CHANNELS_FIRST;
    }

    public int channelAxis() {
        return this == CHANNELS_FIRST ? 1 : 3;
    }

    public long channels(long[] shape) {
        return shape[shape.length == 2 ? 1 : channelAxis()];
    }

    public long height(long[] shape) {
        return shape[this == CHANNELS_FIRST ? 2 : 1];
    }

    public long width(long[] shape) {
        return shape[this == CHANNELS_FIRST ? 3 : 2];
    }
}

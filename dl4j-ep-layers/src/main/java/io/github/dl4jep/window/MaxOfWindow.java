package io.github.dl4jep.window;

import io.github.dl4jep.unit.Unit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The largest of the elements that enter one after the other, for all examples of a batch at once; the first of equal ones. Loops over
 * examples have one index and no branch, since which element is larger cannot be predicted.
 */
final class MaxOfWindow {

    /** Makes the key that decides, as {@link Unit#order}. */
    @FunctionalInterface
    interface Order {
        void keys(float[] mean, float[] variance, float[] key);
    }

    private final @Nullable Order order;
    private final float[][] in;
    private final float[] mean;
    private final float[] variance;
    private final float[] key;
    private final float[] largest;
    private final int[] winners;
    private boolean empty = true;

    /**
     * Contests among the elements of arrays.
     *
     * @param order makes the key of the first two arrays; null for the first array itself
     * @param in arrays of one length, in which the examples of a batch are neighbours
     * @param batch number of examples
     */
    MaxOfWindow(@Nullable Order order, float[][] in, int batch) {
        this.order = order;
        this.in = in;
        this.mean = new float[batch];
        this.variance = new float[batch];
        this.key = new float[batch];
        this.largest = new float[batch];
        this.winners = new int[batch];
    }

    /** Forgets who entered. */
    void begin() {
        empty = true;
        Arrays.fill(winners, -1);
    }

    /** Lets an element enter for every example: those from an index on. */
    void enter(int from) {
        makeKey(from);
        if (empty) {
            System.arraycopy(key, 0, largest, 0, key.length);
            Arrays.setAll(winners, i -> from + i);
            empty = false;
        } else {
            challenge(key, largest, winners, from);
        }
    }

    private void makeKey(int from) {
        if (order == null) {
            System.arraycopy(in[0], from, key, 0, key.length);
            return;
        }
        System.arraycopy(in[0], from, mean, 0, mean.length);
        System.arraycopy(in[1], from, variance, 0, variance.length);
        order.keys(mean, variance, key);
    }

    private static void challenge(float[] key, float[] largest, int[] winners, int from) {
        for (int i = 0; i < key.length; i++) {
            int challenger = from + i;
            winners[i] = key[i] > largest[i] ? challenger : winners[i];
        }
        for (int i = 0; i < key.length; i++) {
            largest[i] = Math.max(largest[i], key[i]);
        }
    }

    /** Index of the largest element for every example, -1 if none has entered. */
    int[] winners() {
        return winners;
    }

    /** Whether the key of an element is NaN; then the winners are not to be used. */
    boolean hasNaN() {
        int count = 0;
        for (float value : largest) {
            count += Float.isNaN(value) ? 1 : 0;
        }
        return count > 0 && !empty;
    }
}

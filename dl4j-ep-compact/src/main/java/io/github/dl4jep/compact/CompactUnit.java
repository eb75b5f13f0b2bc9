package io.github.dl4jep.compact;

import org.jspecify.annotations.Nullable;

/**
 * What a layer makes of its potentials.
 *
 * <p>Quality: Preview.
 */
public enum CompactUnit {
    /** A spike: 1 if the potential is at least 0, else 0. The unit of all hidden layers. */
    HEAVISIDE(1),
    /** The potential itself. For output layers. */
    IDENTITY(2),
    /** Class probabilities that sum to 1. For output layers. */
    SOFTMAX(3),
    /** A probability for each output. For output layers. */
    SIGMOID(4);

    private final int code;

    CompactUnit(int code) {
        this.code = code;
    }

    /** The byte that stands for it in the file. */
    int code() {
        return code;
    }

    static @Nullable CompactUnit ofCode(int code) {
        for (CompactUnit unit : values()) {
            if (unit.code == code) {
                return unit;
            }
        }
        return null;
    }

    /** Replaces the potentials of one row by activations. */
    void activate(double[] row) {
        switch (this) {
            case SOFTMAX -> softmax(row);
            case SIGMOID -> {
                for (int j = 0; j < row.length; j++) {
                    row[j] = 1 / (1 + Math.exp(-row[j]));
                }
            }
            case HEAVISIDE -> {
                for (int j = 0; j < row.length; j++) {
                    row[j] = row[j] >= 0 ? 1 : 0;
                }
            }
            case IDENTITY -> {}
        }
    }

    private static void softmax(double[] row) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double potential : row) {
            largest = Math.max(largest, potential);
        }
        double sum = 0;
        for (int j = 0; j < row.length; j++) {
            row[j] = Math.exp(row[j] - largest);
            sum += row[j];
        }
        for (int j = 0; j < row.length; j++) {
            row[j] /= sum;
        }
    }
}

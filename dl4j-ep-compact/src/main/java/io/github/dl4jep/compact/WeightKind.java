package io.github.dl4jep.compact;

import org.jspecify.annotations.Nullable;

/**
 * What the weights of a layer can be.
 *
 * <p>Quality: Preview.
 */
public enum WeightKind {
    /** Each weight is -c or +c; one bit. */
    BINARY(1),
    /** Each weight is -c, 0 or +c; two bits. */
    TERNARY(2),
    /** Each weight is a number of 32 bits. Only in the output layer. */
    FLOAT(3);

    private final int code;

    WeightKind(int code) {
        this.code = code;
    }

    /** The byte that stands for it in the file. */
    int code() {
        return code;
    }

    static @Nullable WeightKind ofCode(int code) {
        for (WeightKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}

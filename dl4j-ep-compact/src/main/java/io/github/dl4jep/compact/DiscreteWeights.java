package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.BitMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Signs and scales.
 *
 * @param plus bit set: the weight is +c
 * @param minus bit set: the weight is -c; null for binary weights, where it is the opposite of {@code plus}
 * @param scales c, [1] or [outputs]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
public record DiscreteWeights(BitMatrix plus, @Nullable BitMatrix minus, double[] scales) implements Weights {

    static DiscreteWeights of(byte[][] signs, double[] scales) {
        int outputs = signs[0].length;
        BitMatrix plus = new BitMatrix(signs.length, outputs);
        BitMatrix minus = new BitMatrix(signs.length, outputs);
        boolean ternary = false;
        for (int i = 0; i < signs.length; i++) {
            LayerChecks.rowLength(signs[i].length, i, outputs);
            for (int j = 0; j < outputs; j++) {
                switch (signs[i][j]) {
                    case 1 -> plus.set(i, j);
                    case -1 -> minus.set(i, j);
                    case 0 -> ternary = true;
                    default ->
                        throw new IllegalArgumentException("Sign of the weight from input " + i + " to output " + j
                                + " is " + signs[i][j] + ", allowed are -1, 0 and 1");
                }
            }
        }
        return new DiscreteWeights(plus, ternary ? minus : null, scales);
    }

    @Override
    public WeightKind kind() {
        return minus == null ? WeightKind.BINARY : WeightKind.TERNARY;
    }

    double scale(int output) {
        return scales[scales.length == 1 ? 0 : output];
    }

    @Override
    public double get(int input, int output) {
        if (plus.get(input, output)) {
            return scale(output);
        }
        return minus == null || minus.get(input, output) ? -scale(output) : 0;
    }
}

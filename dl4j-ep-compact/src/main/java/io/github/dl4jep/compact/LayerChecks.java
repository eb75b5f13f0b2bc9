package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.Words;
import org.jspecify.annotations.Nullable;

/** What a layer must fulfil, whether it comes from a program or from a file. */
final class LayerChecks {

    /** No sum of so many weights leaves the range of double precision. */
    private static final double LARGEST = 1e100;

    static final String SCALES = "positive numbers up to " + LARGEST;
    static final String BIASES = "numbers from -" + LARGEST + " to " + LARGEST;

    private LayerChecks() {}

    static boolean isScale(double value) {
        return value > 0 && value <= LARGEST;
    }

    static boolean isBias(double value) {
        return Math.abs(value) <= LARGEST;
    }

    static void dimensions(long inputs, long outputs) {
        dimension("inputs", inputs);
        dimension("outputs", outputs);
    }

    private static void dimension(String name, long value) {
        if (value < 1 || value > CompactLayer.MOST) {
            throw new IllegalArgumentException(
                    "Number of " + name + " is " + value + ", allowed are 1 to " + CompactLayer.MOST);
        }
    }

    static void discreteSize(int inputs, int outputs) {
        long words = (long) Words.count(inputs) * outputs;
        if (words > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("A layer of " + inputs + " inputs and " + outputs + " outputs needs "
                    + words + " words of 32 bits, allowed are " + (Integer.MAX_VALUE - 8));
        }
    }

    static void continuousSize(int inputs, int outputs) {
        long count = (long) inputs * outputs;
        if (count > CompactLayer.MOST) {
            throw new IllegalArgumentException(
                    "Number of continuous weights is " + count + ", allowed are up to " + CompactLayer.MOST);
        }
    }

    static void rowLength(int length, int input, int outputs) {
        if (length != outputs) {
            throw new IllegalArgumentException("Input " + input + " has " + length + " weights, input 0 has " + outputs
                    + "; each needs one weight per output");
        }
    }

    static void scales(double[] scales, int outputs) {
        if (scales.length != 1 && scales.length != outputs) {
            throw new IllegalArgumentException(
                    "Number of scales is " + scales.length + ", allowed are 1 or one per output, " + outputs);
        }
        for (int j = 0; j < scales.length; j++) {
            if (!isScale(scales[j])) {
                throw new IllegalArgumentException("Scale " + j + " is " + scales[j] + ", allowed are " + SCALES);
            }
        }
    }

    static void bias(double @Nullable [] bias, int outputs) {
        if (bias == null) {
            return;
        }
        if (bias.length != outputs) {
            throw new IllegalArgumentException("Length of the bias is " + bias.length + ", needed is " + outputs);
        }
        for (int j = 0; j < outputs; j++) {
            if (!isBias(bias[j])) {
                throw new IllegalArgumentException(
                        "Bias of output " + j + " is " + bias[j] + ", allowed are " + BIASES);
            }
        }
    }

    /** Whether the weights and the unit fit the place of a layer in its network. */
    static @Nullable String misplaced(WeightKind kind, CompactUnit unit, boolean isLast) {
        if (isLast) {
            return unit == CompactUnit.HEAVISIDE
                    ? "the output layer has the unit HEAVISIDE, allowed are IDENTITY, SOFTMAX and SIGMOID"
                    : null;
        }
        if (unit != CompactUnit.HEAVISIDE) {
            return "a hidden layer has the unit " + unit + ", allowed is HEAVISIDE";
        }
        return kind == WeightKind.FLOAT
                ? "a hidden layer has weights of the kind FLOAT, allowed are BINARY and TERNARY"
                : null;
    }
}

package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.BitMatrix;
import io.github.dl4jep.compact.kernel.Words;
import java.nio.ByteBuffer;

/** Takes the layers out of a file's payload, one after the other. Every value is checked, although the checksum was right. */
final class LayerPayload {

    private static final String REMEDY =
            "The program that wrote the file is at fault: write it again with CompactNetwork.write";

    private final ByteBuffer bytes;
    private final long offset;

    /** The payload, and where it begins in the file. */
    LayerPayload(ByteBuffer bytes, long offset) {
        this.bytes = bytes;
        this.offset = offset;
    }

    CompactLayer next(LayerHeader layer) throws CompactFormatException {
        double[] scales = layer.kind() == WeightKind.FLOAT ? new double[0] : scales(layer);
        double[] bias = layer.hasBias() ? bias(layer) : null;
        Weights weights = switch (layer.kind()) {
            case BINARY -> new DiscreteWeights(bits(layer), null, scales);
            case TERNARY -> ternary(layer, scales);
            case FLOAT -> continuous(layer);
        };
        return new CompactLayer(layer.unit(), layer.inputs(), layer.outputs(), weights, bias);
    }

    private double[] scales(LayerHeader layer) throws CompactFormatException {
        int start = bytes.position();
        double[] scales = numbers(layer.hasScalePerOutput() ? layer.outputs() : 1);
        for (int j = 0; j < scales.length; j++) {
            if (!LayerChecks.isScale(scales[j])) {
                throw error(
                        layer,
                        start + 8L * j,
                        "scale " + j + " is " + scales[j] + ", allowed are " + LayerChecks.SCALES);
            }
        }
        return scales;
    }

    private double[] bias(LayerHeader layer) throws CompactFormatException {
        int start = bytes.position();
        double[] bias = numbers(layer.outputs());
        for (int j = 0; j < bias.length; j++) {
            if (!LayerChecks.isBias(bias[j])) {
                throw error(
                        layer, start + 8L * j, "bias " + j + " is " + bias[j] + ", allowed are " + LayerChecks.BIASES);
            }
        }
        return bias;
    }

    private double[] numbers(int count) {
        double[] numbers = new double[count];
        for (int j = 0; j < count; j++) {
            numbers[j] = bytes.getDouble();
        }
        return numbers;
    }

    private DiscreteWeights ternary(LayerHeader layer, double[] scales) throws CompactFormatException {
        BitMatrix plus = bits(layer);
        int start = bytes.position();
        BitMatrix minus = bits(layer);
        if (!plus.isDisjointFrom(minus)) {
            throw error(layer, start, "a weight is marked as +c and as -c");
        }
        return new DiscreteWeights(plus, minus, scales);
    }

    private BitMatrix bits(LayerHeader layer) throws CompactFormatException {
        BitMatrix bits = new BitMatrix(layer.inputs(), layer.outputs());
        int rowBytes = CompactLayout.rowBytes(layer.inputs());
        int lastWord = Words.count(layer.inputs()) - 1;
        int unused = ~Words.lastMask(layer.inputs());
        for (int unit = 0; unit < layer.outputs(); unit++) {
            int start = bytes.position();
            for (int i = 0; i < rowBytes; i++) {
                int word = bits.word(unit, i >>> 2) | (bytes.get() & 0xff) << (8 * i);
                bits.setWord(unit, i >>> 2, word);
            }
            if ((bits.word(unit, lastWord) & unused) != 0) {
                throw error(
                        layer, start + rowBytes - 1L, "unit " + unit + " has bits behind its last input, allowed is 0");
            }
        }
        return bits;
    }

    private ContinuousWeights continuous(LayerHeader layer) throws CompactFormatException {
        float[] values = new float[layer.inputs() * layer.outputs()];
        for (int i = 0; i < values.length; i++) {
            int start = bytes.position();
            values[i] = bytes.getFloat();
            if (!Float.isFinite(values[i])) {
                throw error(layer, start, "a weight is " + values[i] + ", allowed are finite numbers");
            }
        }
        return new ContinuousWeights(layer.inputs(), values);
    }

    private CompactFormatException error(LayerHeader layer, long position, String what) {
        return new CompactFormatException(offset + position, "layer " + layer.index() + ": " + what, REMEDY);
    }
}

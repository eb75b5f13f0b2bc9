package io.github.dl4jep.compact;

/** Numbers of the format; {@code docs/compact-format.md} describes it. All integers and reals are big-endian. */
final class CompactLayout {

    /** "EPCN". */
    static final int MAGIC = 0x4550434e;

    static final int VERSION = 1;

    /** Magic, version, number of layers, length of the file. */
    static final int HEADER_BYTES = 16;

    /** Kind, unit, flags, reserved, inputs, outputs. */
    static final int LAYER_BYTES = 12;

    static final int CHECKSUM_BYTES = 4;

    static final int MOST_LAYERS = 1024;

    static final int FLAG_BIAS = 1;
    static final int FLAG_SCALE_PER_OUTPUT = 2;

    private CompactLayout() {}

    /** Bytes of a unit's bits. */
    static int rowBytes(int inputs) {
        return (inputs + 7) / 8;
    }

    /** Bytes of a layer's scales, bias and weights. */
    static long payloadBytes(WeightKind kind, boolean bias, boolean scalePerOutput, int inputs, int outputs) {
        long biasBytes = bias ? 8L * outputs : 0;
        long scaleBytes = scalePerOutput ? 8L * outputs : 8;
        return biasBytes
                + switch (kind) {
                    case BINARY -> scaleBytes + (long) outputs * rowBytes(inputs);
                    case TERNARY -> scaleBytes + 2L * outputs * rowBytes(inputs);
                    case FLOAT -> 4L * outputs * inputs;
                };
    }

    static long payloadBytes(CompactLayer layer) {
        boolean perOutput = layer.weights() instanceof DiscreteWeights weights && weights.scales().length > 1;
        return payloadBytes(layer.kind(), layer.hasBias(), perOutput, layer.inputs(), layer.outputs());
    }
}

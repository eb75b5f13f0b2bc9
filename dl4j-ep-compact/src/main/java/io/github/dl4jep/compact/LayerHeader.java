package io.github.dl4jep.compact;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One row of a file's table of layers, checked.
 *
 * @param index of the layer, from 0
 * @param offset of the row in the file
 */
record LayerHeader(int index, int offset, WeightKind kind, CompactUnit unit, int flags, int inputs, int outputs) {

    private static final String DAMAGED = "The file is damaged: fetch or write it again";

    /** Checks the first bytes of a file. */
    static int layerCount(ByteBuffer header) throws CompactFormatException {
        int magic = header.getInt(0);
        if (magic != CompactLayout.MAGIC) {
            throw new CompactFormatException(
                    0,
                    String.format(
                            Locale.ROOT,
                            "the first four bytes are %08x, a compact network begins with %08x (EPCN)",
                            magic,
                            CompactLayout.MAGIC),
                    "Give a file that CompactNetwork.write has written");
        }
        int version = Short.toUnsignedInt(header.getShort(4));
        if (version != CompactLayout.VERSION) {
            throw new CompactFormatException(
                    4,
                    "the version of the format is " + version + ", this reader knows " + CompactLayout.VERSION,
                    "Use the release that wrote the file, or write it again with this one");
        }
        int layers = Short.toUnsignedInt(header.getShort(6));
        if (layers < 1 || layers > CompactLayout.MOST_LAYERS) {
            throw new CompactFormatException(
                    6,
                    "the number of layers is " + layers + ", allowed are 1 to " + CompactLayout.MOST_LAYERS,
                    DAMAGED);
        }
        return layers;
    }

    static List<LayerHeader> layers(ByteBuffer table, int count) throws CompactFormatException {
        List<LayerHeader> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LayerHeader layer = layer(table, i);
            String misplaced = LayerChecks.misplaced(layer.kind, layer.unit, i == count - 1);
            if (misplaced != null) {
                throw layer.error(0, misplaced);
            }
            if (i > 0 && layers.get(i - 1).outputs != layer.inputs) {
                throw layer.error(
                        4,
                        "it has " + layer.inputs + " inputs, the layer before it " + layers.get(i - 1).outputs
                                + " outputs");
            }
            layers.add(layer);
        }
        return layers;
    }

    private static LayerHeader layer(ByteBuffer table, int index) throws CompactFormatException {
        int at = index * CompactLayout.LAYER_BYTES;
        int offset = CompactLayout.HEADER_BYTES + at;
        WeightKind kind = WeightKind.ofCode(table.get(at));
        if (kind == null) {
            throw error(index, offset, "the kind of weights is " + table.get(at) + ", allowed are 1, 2 and 3");
        }
        CompactUnit unit = CompactUnit.ofCode(table.get(at + 1));
        if (unit == null) {
            throw error(index, offset + 1, "the unit is " + table.get(at + 1) + ", allowed are 1, 2, 3 and 4");
        }
        int flags = Byte.toUnsignedInt(table.get(at + 2));
        int allowed = CompactLayout.FLAG_BIAS | (kind == WeightKind.FLOAT ? 0 : CompactLayout.FLAG_SCALE_PER_OUTPUT);
        if ((flags & ~allowed) != 0) {
            throw error(index, offset + 2, "the flags are " + flags + ", allowed are 0 to " + allowed);
        }
        if (table.get(at + 3) != 0) {
            throw error(index, offset + 3, "the reserved byte is " + table.get(at + 3) + ", allowed is 0");
        }
        LayerHeader layer =
                new LayerHeader(index, offset, kind, unit, flags, table.getInt(at + 4), table.getInt(at + 8));
        layer.checkSize();
        return layer;
    }

    private void checkSize() throws CompactFormatException {
        try {
            LayerChecks.dimensions(inputs, outputs);
            if (kind == WeightKind.FLOAT) {
                LayerChecks.continuousSize(inputs, outputs);
            } else {
                LayerChecks.discreteSize(inputs, outputs);
            }
        } catch (IllegalArgumentException e) {
            throw error(4, String.valueOf(e.getMessage()));
        }
    }

    boolean hasBias() {
        return (flags & CompactLayout.FLAG_BIAS) != 0;
    }

    boolean hasScalePerOutput() {
        return (flags & CompactLayout.FLAG_SCALE_PER_OUTPUT) != 0;
    }

    long payloadBytes() {
        return CompactLayout.payloadBytes(kind, hasBias(), hasScalePerOutput(), inputs, outputs);
    }

    private CompactFormatException error(int field, String what) {
        return error(index, offset + field, what);
    }

    private static CompactFormatException error(int index, int offset, String what) {
        return new CompactFormatException(offset, "layer " + index + ": " + what, DAMAGED);
    }
}

package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.BitMatrix;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;

/** Writes the format that {@link CompactLayout} numbers. */
final class CompactWriter {

    private final DataOutputStream out;

    private CompactWriter(DataOutputStream out) {
        this.out = out;
    }

    static void write(CompactNetwork network, OutputStream target) throws IOException {
        CRC32 checksum = new CRC32();
        OutputStream buffered = new BufferedOutputStream(target, 1 << 16);
        DataOutputStream out = new DataOutputStream(new CheckedOutputStream(buffered, checksum));
        CompactWriter writer = new CompactWriter(out);
        writer.header(network.layers(), network.fileBytes());
        for (CompactLayer layer : network.layers()) {
            writer.payload(layer);
        }
        out.writeInt((int) checksum.getValue());
        out.flush();
    }

    private void header(List<CompactLayer> layers, long fileBytes) throws IOException {
        out.writeInt(CompactLayout.MAGIC);
        out.writeShort(CompactLayout.VERSION);
        out.writeShort(layers.size());
        out.writeLong(fileBytes);
        for (CompactLayer layer : layers) {
            out.writeByte(layer.kind().code());
            out.writeByte(layer.unit().code());
            out.writeByte(flags(layer));
            out.writeByte(0);
            out.writeInt(layer.inputs());
            out.writeInt(layer.outputs());
        }
    }

    private static int flags(CompactLayer layer) {
        boolean perOutput = layer.weights() instanceof DiscreteWeights weights && weights.scales().length > 1;
        return (layer.hasBias() ? CompactLayout.FLAG_BIAS : 0) | (perOutput ? CompactLayout.FLAG_SCALE_PER_OUTPUT : 0);
    }

    private void payload(CompactLayer layer) throws IOException {
        Weights weights = layer.weights();
        if (weights instanceof DiscreteWeights discrete) {
            for (double scale : discrete.scales()) {
                out.writeDouble(scale);
            }
        }
        if (layer.hasBias()) {
            for (int j = 0; j < layer.outputs(); j++) {
                out.writeDouble(layer.bias(j));
            }
        }
        if (weights instanceof DiscreteWeights discrete) {
            bits(discrete.plus());
            if (discrete.minus() != null) {
                bits(discrete.minus());
            }
        } else if (weights instanceof ContinuousWeights continuous) {
            for (float weight : continuous.values()) {
                out.writeFloat(weight);
            }
        }
    }

    private void bits(BitMatrix bits) throws IOException {
        byte[] row = new byte[CompactLayout.rowBytes(bits.inputs())];
        for (int unit = 0; unit < bits.units(); unit++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (byte) (bits.word(unit, i >>> 2) >>> (8 * i));
            }
            out.write(row);
        }
    }
}

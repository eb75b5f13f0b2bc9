package io.github.dl4jep.compact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Reads the format that {@link CompactLayout} numbers. Before the checksum is verified, nothing is allocated but the bytes that
 * are really there; after it, every value is checked.
 */
final class CompactReader {

    private static final String DAMAGED = "The file is damaged: fetch or write it again";

    private final InputStream in;
    private final CRC32 checksum = new CRC32();

    private CompactReader(InputStream in) {
        this.in = in;
    }

    static CompactNetwork read(InputStream in) throws IOException {
        return new CompactReader(in).read();
    }

    private CompactNetwork read() throws IOException {
        ByteBuffer header = next(0, CompactLayout.HEADER_BYTES, "the header");
        int layerCount = LayerHeader.layerCount(header);
        long fileBytes = header.getLong(8);
        int tableBytes = layerCount * CompactLayout.LAYER_BYTES;
        ByteBuffer table = next(CompactLayout.HEADER_BYTES, tableBytes, "the table of layers");
        List<LayerHeader> layers = LayerHeader.layers(table, layerCount);
        long payloadBytes = payloadBytes(layers, fileBytes);
        ByteBuffer payload = next(CompactLayout.HEADER_BYTES + tableBytes, payloadBytes, "the weights");
        verifyChecksum(fileBytes);
        List<CompactLayer> read = new ArrayList<>();
        LayerPayload source = new LayerPayload(payload, CompactLayout.HEADER_BYTES + tableBytes);
        for (LayerHeader layer : layers) {
            read.add(source.next(layer));
        }
        return CompactNetwork.of(read);
    }

    private static long payloadBytes(List<LayerHeader> layers, long fileBytes) throws CompactFormatException {
        long payload = 0;
        for (LayerHeader layer : layers) {
            payload += layer.payloadBytes();
        }
        long expected = CompactLayout.HEADER_BYTES
                + (long) layers.size() * CompactLayout.LAYER_BYTES
                + payload
                + CompactLayout.CHECKSUM_BYTES;
        if (fileBytes != expected) {
            throw new CompactFormatException(
                    8, "the length is stated as " + fileBytes + ", the table of layers makes it " + expected, DAMAGED);
        }
        if (payload > Integer.MAX_VALUE - 8) {
            throw new CompactFormatException(
                    8,
                    "the weights take " + payload + " bytes, allowed are up to " + (Integer.MAX_VALUE - 8),
                    "This reader holds them in one array: use smaller layers");
        }
        return payload;
    }

    /** Grows with what the stream really delivers, so that a wrong length cannot exhaust the memory. */
    private ByteBuffer next(long offset, long length, String what) throws IOException {
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new CompactFormatException(
                    offset + bytes.length,
                    "the file ends inside " + what + " (" + length + " bytes from byte " + offset + " on)",
                    "The file is cut off: fetch or write it again");
        }
        checksum.update(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private void verifyChecksum(long fileBytes) throws IOException {
        int computed = (int) checksum.getValue();
        long offset = fileBytes - CompactLayout.CHECKSUM_BYTES;
        int stored = next(offset, CompactLayout.CHECKSUM_BYTES, "the checksum").getInt();
        if (stored != computed) {
            throw new CompactFormatException(
                    offset,
                    String.format(Locale.ROOT, "the checksum is %08x, the content has %08x", stored, computed),
                    DAMAGED);
        }
        if (in.read() >= 0) {
            throw new CompactFormatException(
                    fileBytes, "more bytes follow, although the length is stated as " + fileBytes, DAMAGED);
        }
    }
}

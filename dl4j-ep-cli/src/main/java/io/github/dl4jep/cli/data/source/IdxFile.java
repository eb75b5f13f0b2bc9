package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.table.TextFiles;
import io.github.dl4jep.cli.failure.UserException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * One IDX file of bytes, gzipped, as MNIST is published, or not: a big-endian magic number (0, 0, type 8 for bytes, number of
 * dimensions), the dimensions, then the bytes in row-major order.
 *
 * <p>Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", section "file formats".
 *
 * @param path where it was read
 * @param dimensions the sizes; the first is the number of items
 * @param bytes the values, unsigned
 */
@SuppressWarnings("ArrayRecordComponent") // a block of bytes that is never compared
record IdxFile(Path path, int[] dimensions, byte[] bytes) {
    private static final int BYTE_TYPE = 0x0800;

    /**
     * Reads and checks a file.
     *
     * @param path the file
     * @param rank the number of dimensions it must have: 3 for images, 1 for labels
     * @return its content
     * @throws UserException if it cannot be read, is no such file, or holds fewer or more bytes than its header says
     */
    static IdxFile read(Path path, int rank) {
        if (Files.isDirectory(path)) {
            throw new UserException("Cannot read " + path.toAbsolutePath() + ": it is a folder, not an IDX file.");
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(open(path)))) {
            checkMagic(path, in.readInt(), rank);
            int[] dimensions = new int[rank];
            for (int i = 0; i < rank; i++) {
                dimensions[i] = in.readInt();
            }
            int size = size(path, dimensions);
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size) {
                throw new UserException(path.toAbsolutePath() + " holds " + bytes.length
                        + " values, but its header promises " + Arrays.toString(dimensions) + " = " + size + ".");
            }
            if (in.read() >= 0) {
                throw new UserException(path.toAbsolutePath() + " holds more values than the "
                        + Arrays.toString(dimensions) + " = " + size + " its header promises.");
            }
            return new IdxFile(path, dimensions, bytes);
        } catch (EOFException e) {
            throw new UserException(path.toAbsolutePath() + " is cut off: it ends before it should.", e);
        } catch (IOException e) {
            throw new UserException("Cannot read " + path.toAbsolutePath() + ": " + TextFiles.describe(e) + ".", e);
        }
    }

    private static InputStream open(Path path) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(new BufferedInputStream(Files.newInputStream(path)), 2);
        try {
            byte[] start = bytes.readNBytes(2);
            bytes.unread(start);
            boolean zipped =
                    start.length < 2 || ((start[0] & 0xFF) | ((start[1] & 0xFF) << 8)) == GZIPInputStream.GZIP_MAGIC;
            return zipped ? new GZIPInputStream(bytes) : bytes;
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private static void checkMagic(Path path, int magic, int rank) {
        int expected = BYTE_TYPE + rank;
        if (magic != expected) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "%s starts with the magic number 0x%08x, but an IDX file of bytes with %d dimension(s) starts with"
                            + " 0x%08x.",
                    path.toAbsolutePath(),
                    magic,
                    rank,
                    expected));
        }
    }

    private static int size(Path path, int[] dimensions) {
        double size = Arrays.stream(dimensions).asDoubleStream().reduce(1, (a, b) -> a * b);
        boolean positive = Arrays.stream(dimensions).allMatch(d -> d > 0);
        if (!positive || size > Integer.MAX_VALUE - 8) {
            throw new UserException(path.toAbsolutePath() + " has the impossible dimensions "
                    + Arrays.toString(dimensions) + " in its header.");
        }
        return (int) size;
    }

    /** Returns the number of items. */
    int count() {
        return dimensions[0];
    }
}

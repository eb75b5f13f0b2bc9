package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The small entries of a model file, with their checksums compared, which Java's {@link ZipFile} does not do.
 *
 * @param file the file
 */
record ZipEntries(Path file) {
    /** A network of a million columns has less. */
    private static final long LONGEST = 200_000_000;

    /** The entries of a file. */
    static ZipEntries of(Path file) {
        return new ZipEntries(file);
    }

    /**
     * Reads an entry.
     *
     * @param name its name
     * @return its bytes, or null if there is no such entry
     * @throws IOException if the file cannot be read
     * @throws UserException if the entry is damaged
     */
    byte @Nullable [] read(String name) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                return null;
            }
            CRC32 checksum = new CRC32();
            try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
                boolean small = entry.getSize() >= 0 && entry.getSize() <= LONGEST;
                byte[] bytes = small ? in.readNBytes((int) entry.getSize()) : new byte[0];
                if (!small
                        || bytes.length != entry.getSize()
                        || in.read() >= 0
                        || checksum.getValue() != entry.getCrc()) {
                    throw damaged(name, null);
                }
                return bytes;
            } catch (IOException e) {
                throw damaged(name, e);
            }
        }
    }

    private UserException damaged(String name, @Nullable IOException cause) {
        String sentence = "The model file " + file + " is damaged: its entry " + name
                + " is not what its length and checksum say.";
        return cause == null ? new UserException(sentence) : new UserException(sentence, cause);
    }
}

package io.github.dl4jep.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are there as a whole or not at all, also when the machine stops in between: they are written beside their place, forced
 * to the disk, and moved.
 */
public final class WholeFile {

    /** Ends the name of a file that is being written. */
    public static final String UNFINISHED = ".tmp";

    private static final Logger LOG = LoggerFactory.getLogger(WholeFile.class);

    private WholeFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes the content.
         *
         * @param out where to; not to be closed
         * @throws IOException if it cannot be written
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file; another one of its name is replaced in the end.
     *
     * @param file the file
     * @param content what it holds
     * @throws IOException if it cannot be written; the file is then what it was before
     */
    public static void write(Path file, Content content) throws IOException {
        // Not createTempFile: its files are for their owner only.
        Path temporary = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + UNFINISHED);
        try {
            writeThrough(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void writeThrough(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /** Forces the new name to the disk, too, where folders can be opened. */
    private static void forceFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("The folder {} cannot be forced to the disk.", folder, e);
        }
    }
}

package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.failure.UserException;
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
public final class AtomicFile {
    /** Ends the name of a file that is being written. */
    public static final String UNFINISHED = ".tmp";

    private static final Logger LOG = LoggerFactory.getLogger(AtomicFile.class);

    private AtomicFile() {}

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
     * Checks that files can be written to a place, so that no work is lost for want of it; creates the folder if need be.
     *
     * @param option the option that names the file, for messages
     * @param file the file
     * @return the file, absolute
     * @throws UserException if it cannot be written
     */
    public static Path prepare(String option, Path file) {
        Path target = file.toAbsolutePath().normalize();
        Path folder = target.getParent();
        if (folder == null || Files.isDirectory(target)) {
            throw new UserException("Cannot write to " + option + " " + target + ": it is a folder, not a file.");
        }
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, "dl4j-ep", UNFINISHED));
        } catch (IOException e) {
            throw cannotWrite(option + " " + target, e);
        }
        return target;
    }

    /**
     * Writes a file; another one of its name is replaced in the end.
     *
     * @param file the file, absolute
     * @param content what it holds
     * @throws UserException if it cannot be written; the file is then what it was before
     */
    public static void write(Path file, Content content) {
        // Not createTempFile: its files are for their owner only.
        Path temporary = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + UNFINISHED);
        try {
            try {
                writeThrough(temporary, content);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
                forceFolder(file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw cannotWrite(file.toString(), e);
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

    private static UserException cannotWrite(String where, IOException e) {
        return new UserException(
                "Cannot write to " + where + ": " + e.getClass().getSimpleName() + ", " + UserException.reason(e) + ".",
                e);
    }
}

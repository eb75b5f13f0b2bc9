package io.github.dl4jep.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Files that are there as a whole or not at all, also when the machine stops in between: written beside their place, forced to the disk,
 * and moved. Symbolic links are followed; a file that is replaced passes its mode on, and owner and group where the system allows it.
 *
 * <p>Limits: a device or a pipe, and a file in a folder that takes no new files, can only be written in place; then an error may leave
 * a part. Other hard links to a file keep the old content.
 */
public final class WholeFile {

    /** Ends the name of a file that is being written; a number is before it. */
    public static final String UNFINISHED = ".tmp";

    private static final int MOST_LINKS = 40;
    private static final int BUFFER_BYTES = 1 << 16;
    /** Characters of the file's name in that of the unfinished file; names have limits. */
    private static final int NAME_LENGTH = 50;

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
     * Checks that a file can be written, so that no work is lost for want of a place; makes its folder if need be. What is there stays
     * as it is.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     */
    public static void requireWritable(Path file) throws IOException {
        Path target = target(file);
        requireReplaceable(target);
        if (!isWrittenInPlace(target)) {
            Path folder = folder(target);
            if (!Files.isDirectory(folder)) { // Java 17 refuses a link to a folder.
                Files.createDirectories(folder);
            }
            Files.delete(Files.createTempFile(folder, "dl4j-ep", UNFINISHED));
        }
    }

    /**
     * Whether the file is a device, a pipe or the like: what is written there cannot be read again.
     *
     * @param file the file
     * @return true if so; false where there is no file
     */
    public static boolean isStream(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    /**
     * Writes a file; another one of its name is replaced in the end.
     *
     * @param file the file
     * @param content what it holds
     * @throws IOException if it cannot be written; the file is then what it was before, unless it had to be written in place
     */
    public static void write(Path file, Content content) throws IOException {
        Path target = target(file);
        requireReplaceable(target);
        if (isWrittenInPlace(target)) {
            writeInPlace(target, content);
            return;
        }
        PosixFileAttributes before = attributes(target);
        String name = String.valueOf(target.getFileName());
        // Numbers of processes are the same in every container, and a name that can be guessed can be taken.
        Path unfinished = target.resolveSibling(name.substring(0, Math.min(NAME_LENGTH, name.length())) + "."
                + ThreadLocalRandom.current().nextLong(1L << 40) + UNFINISHED);
        try {
            writeNew(unfinished, before, content);
            takePlace(unfinished, target);
            forceFolder(target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** The place itself: symbolic links are followed, also one to a file that is not there yet. */
    private static Path target(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        // The links of open files in /proc lead to names that are none.
        for (int links = 0; !isStream(target) && Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw new FileSystemLoopException(file.toString());
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static Path folder(Path target) throws IOException {
        Path folder = target.getParent();
        if (folder == null) {
            throw new FileSystemException(target.toString(), null, "it is a folder, not a file");
        }
        return folder;
    }

    private static void requireReplaceable(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            throw new FileSystemException(target.toString(), null, "it is a folder, not a file");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new AccessDeniedException(target.toString(), null, "the file is there and may not be written");
        }
    }

    private static boolean isWrittenInPlace(Path target) throws IOException {
        return isStream(target) || (Files.exists(target) && !Files.isWritable(folder(target)));
    }

    private static void writeInPlace(Path target, Content content) throws IOException {
        boolean stream = isStream(target);
        Set<OpenOption> options = stream
                ? Set.of(StandardOpenOption.WRITE)
                : Set.of(StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        try (FileChannel channel = FileChannel.open(target, options)) {
            writeTo(channel, content, !stream);
        }
    }

    /** A file that replaces another one is for its owner only until it has the same mode. */
    private static void writeNew(Path file, @Nullable PosixFileAttributes before, Content content) throws IOException {
        FileAttribute<?>[] attributes = before == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                };
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, attributes)) {
            writeTo(channel, content, true);
        }
        if (before != null) {
            passOn(before, file);
        }
    }

    private static void writeTo(FileChannel channel, Content content, boolean force) throws IOException {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
        content.writeTo(out);
        out.flush();
        if (force) {
            channel.force(true);
        }
    }

    private static @Nullable PosixFileAttributes attributes(Path target) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(target, PosixFileAttributeView.class);
        return view == null || !Files.exists(target) ? null : view.readAttributes();
    }

    private static void passOn(PosixFileAttributes before, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        try {
            if (!now.group().equals(before.group())) {
                view.setGroup(before.group());
            }
            if (!now.owner().equals(before.owner())) {
                view.setOwner(before.owner());
            }
        } catch (FileSystemException e) {
            // Only the superuser may give files away; the mode counts.
        }
        view.setPermissions(before.permissions());
    }

    /** Where the file cannot be replaced, as one that a container has mounted, what is new is written into it. */
    private static void takePlace(Path unfinished, Path target) throws IOException {
        try {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isRegularFile(target)) {
                throw e;
            }
            writeInPlace(target, out -> Files.copy(unfinished, out));
        }
    }

    /** Forces the new name to the disk, too, where folders can be opened; Windows is none of these systems. */
    private static void forceFolder(Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(folder(target), StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // The file is whole all the same.
        }
    }
}

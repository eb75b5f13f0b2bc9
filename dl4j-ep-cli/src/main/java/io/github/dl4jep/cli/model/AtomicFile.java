package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.store.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@link WholeFile} with errors for the user of the command. */
public final class AtomicFile {
    private AtomicFile() {}

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
            Files.delete(Files.createTempFile(folder, "dl4j-ep", WholeFile.UNFINISHED));
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
    public static void write(Path file, WholeFile.Content content) {
        try {
            WholeFile.write(file, content);
        } catch (IOException e) {
            throw cannotWrite(file.toString(), e);
        }
    }

    static UserException cannotWrite(String where, IOException e) {
        return new UserException(
                "Cannot write to " + where + ": " + e.getClass().getSimpleName() + ", " + UserException.reason(e) + ".",
                e);
    }
}

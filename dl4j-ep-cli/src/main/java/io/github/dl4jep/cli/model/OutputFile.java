package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.file.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Files that the command writes, by {@link WholeFile}: what goes wrong is one sentence. */
public final class OutputFile {

    private static final Pattern KIND = Pattern.compile("^(csv|idx):");

    private OutputFile() {}

    /**
     * Checks that a file can be written, so that no work is lost for want of a place; creates its folder if need be.
     *
     * @param option the option that names the file, for messages
     * @param file the file
     * @return the file, absolute
     * @throws UserException if it cannot be written
     */
    public static Path prepare(String option, Path file) {
        // Not normalised: ".." after a symbolic link is not the folder before it.
        Path target = file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new UserException("Cannot write to " + option + " " + target + ": it is a folder, not a file.");
        }
        try {
            WholeFile.requireWritable(target);
        } catch (IOException e) {
            throw cannotWrite(option + " " + target, e);
        }
        return target;
    }

    /**
     * Checks that writing a file does not destroy what is read.
     *
     * @param option the option that names the file to write, for messages
     * @param target the file to write, absolute
     * @param inputOption the option that names what is read
     * @param input what is read: a file, perhaps after the name of its kind ("csv:"), or anything else
     * @throws UserException if both are one file
     */
    public static void requireOther(String option, Path target, String inputOption, String input) {
        String name = KIND.matcher(input).replaceFirst("");
        try {
            if (!name.isEmpty() && !WholeFile.isStream(target) && isSame(target, Path.of(name))) {
                throw new UserException("Cannot write to " + option + " " + target + ": it is the file of "
                        + inputOption + ", which would be lost; choose another file.");
            }
        } catch (InvalidPathException e) {
            // What is read is the name of a data set, or of none: no file.
            return;
        } catch (IOException e) {
            throw new UserException(
                    "Cannot compare " + option + " " + target + " with the file of " + inputOption + " ("
                            + UserException.reason(e) + ").",
                    e);
        }
    }

    private static boolean isSame(Path target, Path input) throws IOException {
        return Files.exists(target) && Files.exists(input) && Files.isSameFile(target, input);
    }

    /**
     * Writes a file.
     *
     * @param file the file, absolute
     * @param content what it holds
     * @throws UserException if it cannot be written
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

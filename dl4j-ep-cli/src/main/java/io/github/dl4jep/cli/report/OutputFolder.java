package io.github.dl4jep.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The folder a comparison is written to. */
public final class OutputFolder {
    private static final String FILE = "comparison.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path folder;

    private OutputFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Creates the folder and checks that files can be written there, so that no training is lost for want of a place.
     *
     * @param path the folder
     * @return the folder, ready
     * @throws UserException if it cannot be created or written to
     */
    public static OutputFolder prepare(Path path) {
        Path folder = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, FILE, ".tmp"));
        } catch (FileAlreadyExistsException e) {
            throw new UserException("Cannot write to --out " + folder + ": it is a file, not a folder.", e);
        } catch (IOException e) {
            throw new UserException("Cannot write to --out " + folder + ": " + reason(e) + ".", e);
        }
        return new OutputFolder(folder);
    }

    /**
     * Writes {@code comparison.json}.
     *
     * @param result the comparison
     * @return the file
     * @throws UserException if it cannot be written
     */
    public Path write(ComparisonResult result) {
        try {
            return write(FILE, JSON.writeValueAsBytes(result));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A comparison that cannot be written as JSON.", e);
        }
    }

    /**
     * Writes a file as a whole or not at all: into a temporary file that then takes its place.
     *
     * @param name its name in the folder
     * @param content its bytes
     * @return the file
     * @throws UserException if it cannot be written
     */
    public Path write(String name, byte[] content) {
        Path file = folder.resolve(name);
        try {
            // Not createTempFile: its files are for their owner only.
            Path temporary = folder.resolve(name + "." + ProcessHandle.current().pid() + ".tmp");
            try {
                Files.write(temporary, content);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
            return file;
        } catch (IOException e) {
            throw new UserException("Cannot write " + file + ": " + reason(e) + ".", e);
        }
    }

    private static String reason(IOException failure) {
        return failure.getClass().getSimpleName() + ", " + UserException.reason(failure);
    }
}

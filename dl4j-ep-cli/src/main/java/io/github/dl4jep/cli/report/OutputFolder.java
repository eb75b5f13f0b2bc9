package io.github.dl4jep.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.model.OutputFile;
import java.nio.file.Files;
import java.nio.file.Path;

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
        Path folder = path.toAbsolutePath();
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UserException("Cannot write to --out " + folder + ": it is a file, not a folder.");
        }
        OutputFile.prepare("--out", folder.resolve(FILE));
        OutputFile.prepare("--out", folder.resolve(ComparisonReport.PAGE));
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
        return writeJson(FILE, result);
    }

    /**
     * Writes a file of JSON.
     *
     * @param name its name in the folder
     * @param content what Jackson writes
     * @return the file
     * @throws UserException if it cannot be written
     */
    Path writeJson(String name, Object content) {
        try {
            return write(name, JSON.writeValueAsBytes(content));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A comparison that cannot be written as JSON.", e);
        }
    }

    /**
     * Writes a file as a whole or not at all.
     *
     * @param name its name in the folder
     * @param content its bytes
     * @return the file
     * @throws UserException if it cannot be written
     */
    public Path write(String name, byte[] content) {
        Path file = folder.resolve(name);
        OutputFile.write(file, out -> out.write(content));
        return file;
    }
}

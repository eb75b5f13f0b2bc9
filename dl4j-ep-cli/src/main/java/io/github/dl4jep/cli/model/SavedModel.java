package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.store.ModelFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A network and its file. DL4J's own entries are as its {@code ModelSerializer} writes them, so that {@code EpNetworks.load},
 * {@code MultiLayerNetwork.load} and {@code ModelSerializer.restoreNormalizerFromFile} read the file.
 *
 * @param network the network
 * @param card what the file says of it, or null for a file that a program wrote
 * @param normalizer the kind of DL4J's normalizer in the file, or null if there is none
 */
public record SavedModel(
        EpNetwork network,
        @Nullable ModelCard card,
        @Nullable String normalizer) {
    /**
     * Reads a file.
     *
     * @param file a model file or checkpoint
     * @return the model
     * @throws UserException if there is no such file, or it is no model file, or damaged
     */
    public static SavedModel read(Path file) {
        Path path = file.toAbsolutePath();
        if (!Files.isRegularFile(path)) {
            throw new UserException("There is no model file " + path
                    + (Files.isDirectory(path) ? ": it is a folder." : "; dl4j-ep train writes such files."));
        }
        try {
            EpNetwork network = EpNetworks.load(path.toFile());
            byte[] card = ModelFile.entry(path.toFile(), ModelCard.ENTRY);
            byte[] normalizer = ModelFile.entry(path.toFile(), ModelSerializer.NORMALIZER_BIN);
            return new SavedModel(
                    network,
                    card == null ? null : ModelCard.read(path.toString(), card),
                    normalizer == null ? null : Normalizers.kind(path, normalizer));
        } catch (IOException | DL4JInvalidConfigException e) {
            throw new UserException("Cannot use the model: " + oneLine(e) + ".", e);
        }
    }

    private static String oneLine(Exception failure) {
        String message = failure.getMessage();
        if (message == null) {
            return failure.getClass().getSimpleName();
        }
        String line = message.strip().replaceAll("\\s*\\R[\\s-]*", "; ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    /**
     * Writes a file as a whole or not at all.
     *
     * @param file the file, absolute
     * @param network the network
     * @param card what is to be said of it
     * @throws UserException if it cannot be written
     */
    public static void write(Path file, EpNetwork network, ModelCard card) {
        try {
            ModelFile.write(file, network, entries(card));
        } catch (IOException e) {
            throw OutputFile.cannotWrite(file.toString(), e);
        }
    }

    /**
     * What a file says of its network beside DL4J's own entries.
     *
     * @param card what is to be said
     * @return entries by name
     */
    public static Map<String, byte[]> entries(ModelCard card) {
        try {
            return Map.of(
                    ModelSerializer.NORMALIZER_BIN,
                    Normalizers.bytes(card.rows(), card.takesImages()),
                    ModelCard.ENTRY,
                    card.toJson());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}

package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;

/** Definitions in files, as {@code MultiLayerConfiguration.toJson()} writes them. */
final class DefinitionFile {
    private DefinitionFile() {}

    /**
     * Reads a definition.
     *
     * @param file the file
     * @return the definition
     * @throws UserException if there is no such file, or it holds no definition that DL4J can read
     */
    static MultiLayerConfiguration read(String file) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw new UserException("There is no network definition " + path.toAbsolutePath()
                    + ": --net takes mlp:UNITS,UNITS or a JSON file written by MultiLayerConfiguration.toJson().");
        }
        MultiLayerConfiguration configuration = parse(path);
        List<NeuralNetConfiguration> layers = configuration == null ? List.of() : configuration.getConfs();
        if (layers == null || layers.isEmpty() || layers.stream().anyMatch(layer -> layer.getLayer() == null)) {
            throw new UserException(path.toAbsolutePath() + " is no network definition: a layer is missing.");
        }
        return configuration;
    }

    private static MultiLayerConfiguration parse(Path path) {
        try {
            return MultiLayerConfiguration.fromJson(Files.readString(path, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException("Cannot read " + path.toAbsolutePath() + ": " + UserException.reason(e) + ".", e);
        } catch (RuntimeException e) {
            throw new UserException(
                    path.toAbsolutePath()
                            + " is not a network definition that MultiLayerConfiguration.fromJson can read" + " ("
                            + UserException.reason(e) + ").",
                    e);
        }
    }
}

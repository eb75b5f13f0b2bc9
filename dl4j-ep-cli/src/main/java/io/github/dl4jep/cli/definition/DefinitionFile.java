package io.github.dl4jep.cli.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;

/** Definitions in files, as {@code toJson()} of DL4J's two kinds of configuration writes them. */
final class DefinitionFile {
    private DefinitionFile() {}

    /**
     * Reads a definition.
     *
     * @param file the file
     * @return the definition
     * @throws UserException if there is no such file, or it holds no definition that DL4J can read
     */
    static Definition read(String file) {
        Path path = Path.of(file);
        if (SameDiffGraph.isNamed(file)) {
            return SameDiffGraph.read(path);
        }
        if (!Files.isRegularFile(path)) {
            throw new UserException("There is no network definition " + path.toAbsolutePath() + ": --net takes "
                    + Architectures.USAGE + ", or a JSON file written by MultiLayerConfiguration.toJson() or"
                    + " ComputationGraphConfiguration.toJson(), or a SameDiff graph in a .fb file.");
        }
        Definition definition = parse(path);
        if (definition == null
                || definition.layers().isEmpty()
                || definition.layers().stream().anyMatch(DefinitionFile::isEmpty)) {
            throw new UserException(path.toAbsolutePath() + " is no network definition: a layer is missing.");
        }
        return definition;
    }

    private static boolean isEmpty(Definition.Place place) {
        return place.conf().getLayer() == null;
    }

    private static @Nullable Definition parse(Path path) {
        String kind = "MultiLayerConfiguration";
        try {
            String json = Files.readString(path, StandardCharsets.UTF_8);
            if (isGraph(json)) {
                kind = "ComputationGraphConfiguration";
                return Definition.of(ComputationGraphConfiguration.fromJson(json));
            }
            MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(json);
            return configuration == null || configuration.getConfs() == null ? null : Definition.of(configuration);
        } catch (IOException e) {
            throw new UserException("Cannot read " + path.toAbsolutePath() + ": " + UserException.reason(e) + ".", e);
        } catch (RuntimeException e) {
            throw new UserException(
                    path.toAbsolutePath() + " is not a network definition that " + kind + ".fromJson can read ("
                            + (e instanceof NullPointerException ? "a part is missing" : UserException.reason(e))
                            + ").",
                    e);
        }
    }

    /** Only graphs have vertices. What is no JSON is left to DL4J's message. */
    private static boolean isGraph(String json) {
        try {
            return new ObjectMapper().readTree(json).has("vertices");
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}

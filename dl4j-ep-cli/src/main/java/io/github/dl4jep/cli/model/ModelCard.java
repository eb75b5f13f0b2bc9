package io.github.dl4jep.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model file says of its network beside DL4J's own entries, in {@value #ENTRY}.
 *
 * @param version the version of this entry, {@value #VERSION}
 * @param network the value of {@code --net} that it comes from
 * @param takesImages whether its input is {@code [rows, channels, height, width]}
 * @param rows the format of its rows
 * @param settings the options that its weights depend on, by name
 * @param dataFingerprint a checksum of the training rows
 * @param position how far training has come
 */
public record ModelCard(
        int version,
        String network,
        boolean takesImages,
        RowFormat rows,
        Map<String, String> settings,
        String dataFingerprint,
        Position position) {
    /** The name of the entry in the file. */
    public static final String ENTRY = "dl4j-ep.json";

    /** The version that is written. */
    public static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /**
     * The same network further on.
     *
     * @param next the position
     * @return the card
     */
    public ModelCard at(Position next) {
        return new ModelCard(version, network, takesImages, rows, settings, dataFingerprint, next);
    }

    /**
     * Writes the entry.
     *
     * @return its bytes
     */
    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The model card cannot be written.", e);
        }
    }

    /**
     * Reads the entry.
     *
     * @param file the name of the file, for messages
     * @param json the bytes
     * @return the card, checked
     * @throws UserException if it is something else
     */
    static ModelCard read(String file, byte[] json) {
        ModelCard card;
        try {
            card = JSON.readValue(json, ModelCard.class);
        } catch (IOException e) {
            throw new UserException(
                    file + " has an entry " + ENTRY + " that cannot be read: " + UserException.reason(e) + ".", e);
        }
        String problem = card == null ? "it is empty" : card.problem();
        if (problem != null) {
            throw new UserException(file + " has an entry " + ENTRY + " that cannot be used: " + problem + ".");
        }
        return card;
    }

    private @Nullable String problem() {
        if (version != VERSION) {
            return "its version is " + version + ", but this program reads version " + VERSION;
        }
        if (network == null || rows == null || settings == null || dataFingerprint == null || position == null) {
            return "a part is missing";
        }
        if (position.passes() < 0 || position.batch() < 0 || position.batches() < 0) {
            return "its position is " + position;
        }
        return rows.problem();
    }
}

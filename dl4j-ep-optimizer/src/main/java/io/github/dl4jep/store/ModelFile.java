package io.github.dl4jep.store;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * What a model file of DL4J holds, read with its checksums and checked before a network is made of it. DL4J's own reader believes the
 * lengths in the file, checks no number, and deserialises Java objects that it finds there; this one does none of that.
 *
 * @param file where it was read
 * @param configuration the JSON of the definition
 * @param graph whether it is the definition of a graph
 * @param parameters the flat vector of parameters, finite
 */
public record ModelFile(File file, String configuration, boolean graph, INDArray parameters) {

    private static final String CONFIGURATION = "configuration.json";
    private static final String PARAMETERS = "coefficients.bin";
    /** The definition of a network of a thousand layers has about 2 MB. */
    private static final long LONGEST_CONFIGURATION = 100_000_000;
    /** Java has no longer arrays. */
    private static final long LONGEST_PARAMETERS = Integer.MAX_VALUE - 8;

    /** Makes a network of a definition and its parameters. */
    public interface Restorer<M> {
        /**
         * Makes the network.
         *
         * @param configuration the JSON of the definition
         * @param parameters the flat vector of parameters
         * @return the network
         */
        M restore(String configuration, INDArray parameters);
    }

    /**
     * Reads and checks a file.
     *
     * @param file a model file
     * @return its content
     * @throws IOException if the file cannot be read, is damaged, or holds parameters that are not finite
     * @throws DL4JInvalidConfigException if it holds no network
     */
    public static ModelFile read(File file) throws IOException {
        try (ZipFile zip = new ZipFile(file)) {
            byte[] configuration = entry(file, zip, CONFIGURATION, LONGEST_CONFIGURATION);
            boolean graph = isGraph(file, configuration);
            byte[] parameters = entry(file, zip, PARAMETERS, LONGEST_PARAMETERS);
            return new ModelFile(
                    file,
                    new String(configuration, StandardCharsets.UTF_8),
                    graph,
                    ParameterVector.read(file, parameters));
        } catch (java.nio.file.NoSuchFileException | java.io.FileNotFoundException e) {
            throw e;
        } catch (java.io.EOFException e) {
            throw damaged(file, "it is cut off", e);
        } catch (java.util.zip.ZipException | IllegalArgumentException e) {
            throw damaged(file, "it is no zip file: " + e.getMessage(), e);
        }
    }

    /**
     * What to throw about a damaged file.
     *
     * @param file the file
     * @param reason what was found
     * @param cause what was noticed, or null
     * @return the exception
     */
    static IOException damaged(File file, String reason, @Nullable Throwable cause) {
        return new IOException(
                "The file " + file + " cannot be read as a model (" + reason
                        + "); allowed are files that network.save(file) wrote, whole and unchanged",
                cause);
    }

    private static byte[] entry(File file, ZipFile zip, String name, long longest) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new DL4JInvalidConfigException(
                    "The file " + file + " has no entry " + name + "; allowed are files that network.save(file) wrote");
        }
        if (entry.getSize() < 0 || entry.getSize() > longest) {
            throw damaged(file, name + " has " + entry.getSize() + " bytes, allowed: up to " + longest, null);
        }
        // Java checks no checksums when it reads from a ZipFile.
        CRC32 checksum = new CRC32();
        try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            if (bytes.length != entry.getSize() || in.read() >= 0 || checksum.getValue() != entry.getCrc()) {
                throw damaged(file, name + " is not what its length and checksum say", null);
            }
            return bytes;
        } catch (java.io.EOFException e) {
            throw damaged(file, name + " is cut off", e);
        }
    }

    private static boolean isGraph(File file, byte[] configuration) throws IOException {
        try {
            JsonNode root = new ObjectMapper().readTree(configuration);
            if (root == null || !root.isObject()) {
                throw damaged(file, CONFIGURATION + " holds no JSON object", null);
            }
            return root.has("vertices");
        } catch (JsonProcessingException e) {
            throw damaged(file, CONFIGURATION + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Checks the kind.
     *
     * @param wanted whether a graph is wanted
     * @return this
     * @throws DL4JInvalidConfigException if it holds the other kind
     */
    public ModelFile requireKind(boolean wanted) {
        if (graph != wanted) {
            throw new DL4JInvalidConfigException("The file " + file + " holds a "
                    + (wanted
                            ? "MultiLayerNetwork; use EpNetworks.load(file)"
                            : "graph; use EpNetworks.loadGraph(file)"));
        }
        return this;
    }

    /**
     * Makes the network.
     *
     * @param restorer makes it of definition and parameters
     * @param <M> its class
     * @return the network
     * @throws IOException if the definition cannot be read, or the parameters do not belong to it or are none of a posterior
     * @throws DL4JInvalidConfigException if it is no EP network
     */
    public <M extends Model> M restore(Restorer<M> restorer) throws IOException {
        M network;
        try {
            network = restorer.restore(configuration, parameters);
        } catch (DL4JInvalidConfigException e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(file, "definition and parameters do not make a network: " + reason(e), e);
        }
        String problem = ParameterValues.problem(
                network instanceof ComputationGraph vertices
                        ? vertices.getLayers()
                        : ((MultiLayerNetwork) network).getLayers());
        if (problem != null) {
            throw damaged(file, problem, null);
        }
        return network;
    }

    private static String reason(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElseThrow().strip();
    }
}

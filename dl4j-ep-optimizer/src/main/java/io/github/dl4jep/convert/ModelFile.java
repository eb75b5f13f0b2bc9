package io.github.dl4jep.convert;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Which kind of network a model file of DL4J holds. */
final class ModelFile {

    private static final String CONFIGURATION = "configuration.json";

    private ModelFile() {}

    /**
     * Checks the kind before DL4J reads the file.
     *
     * @param file a model file
     * @param graph whether a graph is wanted
     * @throws IOException if the file cannot be read
     * @throws DL4JInvalidConfigException if it holds the other kind, or no network
     */
    static void requireKind(File file, boolean graph) throws IOException {
        if (holdsGraph(file) != graph) {
            throw new DL4JInvalidConfigException("The file " + file + " holds a "
                    + (graph
                            ? "MultiLayerNetwork; use EpNetworks.load(file)"
                            : "graph; use EpNetworks.loadGraph(file)"));
        }
    }

    private static boolean holdsGraph(File file) throws IOException {
        try (ZipFile zip = new ZipFile(file)) {
            ZipEntry entry = zip.getEntry(CONFIGURATION);
            if (entry == null) {
                throw new DL4JInvalidConfigException("The file " + file + " has no entry " + CONFIGURATION
                        + "; allowed are files that network.save(file) wrote");
            }
            try (InputStream json = zip.getInputStream(entry)) {
                JsonNode root = new ObjectMapper().readTree(json);
                return root.has("vertices");
            }
        }
    }
}

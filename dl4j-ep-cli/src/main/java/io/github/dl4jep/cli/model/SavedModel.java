package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.EpModel;
import io.github.dl4jep.convert.EpNetworks;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network and its file. DL4J's own entries are as its {@code ModelSerializer} writes them, so that {@code EpNetworks.load},
 * {@code MultiLayerNetwork.load} and {@code ModelSerializer.restoreNormalizerFromFile} read the file.
 *
 * @param network the network
 * @param card what the file says of it, or null for a file that a program wrote
 * @param normalizer the kind of DL4J's normalizer in the file, or null if there is none
 */
public record SavedModel(
        EpModel network, @Nullable ModelCard card, @Nullable String normalizer) {
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
            EpModel network = EpModel.of(EpNetworks.loadModel(path.toFile()));
            ZipEntries entries = ZipEntries.of(path);
            byte[] card = entries.read(ModelCard.ENTRY);
            byte[] normalizer = entries.read(ModelSerializer.NORMALIZER_BIN);
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
    public static void write(Path file, EpModel network, ModelCard card) {
        OutputFile.write(file, out -> writeZip(out, network.network(), card));
    }

    private static void writeZip(OutputStream out, Model network, ModelCard card) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        // Numbers hardly shrink, and training waits.
        zip.setLevel(Deflater.BEST_SPEED);
        put(zip, ModelSerializer.CONFIGURATION_JSON, json(network).getBytes(StandardCharsets.UTF_8));
        zip.putNextEntry(new ZipEntry(ModelSerializer.COEFFICIENTS_BIN));
        DataOutputStream parameters = new DataOutputStream(zip);
        Nd4j.write(network.params(), parameters);
        parameters.flush();
        zip.closeEntry();
        put(zip, ModelSerializer.NORMALIZER_BIN, Normalizers.bytes(card.rows(), card.takesImages()));
        put(zip, ModelCard.ENTRY, card.toJson());
        zip.finish();
    }

    private static String json(Model network) {
        return network instanceof ComputationGraph graph
                ? graph.getConfiguration().toJson()
                : ((MultiLayerNetwork) network).getLayerWiseConfigurations().toJson();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }
}

package io.github.dl4jep.compact;

import io.github.dl4jep.file.WholeFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A network of spiking hidden layers with discrete weights, bit-packed: reads and writes the compact file, and runs it with
 * nothing but Java.
 *
 * <pre>{@code
 * CompactNetwork net = CompactNetwork.read(Path.of("digits.epcn"));
 * int[] digits = net.classify(pixels);
 * }</pre>
 *
 * <p>Inputs that are all 0 or 1 run as bits from the first layer on; real features are summed in double precision by the first
 * layer. Everything after it is exact: whole numbers against thresholds that were computed once. Large batches are fastest;
 * everything runs on the calling thread. Immutable, and safe for use by several threads.
 *
 * <p>Quality: Preview.
 */
public final class CompactNetwork {

    private final List<CompactLayer> layers;
    private final Inference inference;

    private CompactNetwork(List<CompactLayer> layers) {
        this.layers = layers;
        inference = new Inference(layers);
    }

    /**
     * A network of layers: hidden ones with discrete weights and {@link CompactUnit#HEAVISIDE}, the last one with another unit.
     *
     * @param layers first to last, at least one
     * @return the network
     * @throws IllegalArgumentException if a layer does not fit its place or its neighbour
     */
    public static CompactNetwork of(List<CompactLayer> layers) {
        if (layers.isEmpty() || layers.size() > CompactLayout.MOST_LAYERS) {
            throw new IllegalArgumentException(
                    "Number of layers is " + layers.size() + ", allowed are 1 to " + CompactLayout.MOST_LAYERS);
        }
        for (int i = 0; i < layers.size(); i++) {
            CompactLayer layer = layers.get(i);
            String misplaced = LayerChecks.misplaced(layer.kind(), layer.unit(), i == layers.size() - 1);
            if (misplaced != null) {
                throw new IllegalArgumentException("Layer " + i + ": " + misplaced);
            }
            if (i > 0 && layers.get(i - 1).outputs() != layer.inputs()) {
                throw new IllegalArgumentException(
                        "Layer " + i + " has " + layer.inputs() + " inputs, the layer before it "
                                + layers.get(i - 1).outputs() + " outputs; both must be the same");
            }
        }
        return new CompactNetwork(List.copyOf(layers));
    }

    /**
     * Reads a compact file.
     *
     * @param file what {@link #write(Path)} has written
     * @return the network
     * @throws CompactFormatException if the file is damaged, of another version or no compact file
     * @throws IOException if it cannot be read
     */
    public static CompactNetwork read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        }
    }

    /**
     * Reads a compact file from a stream, to its end.
     *
     * @param in the file's bytes; not closed
     * @return the network
     * @throws CompactFormatException if the file is damaged, of another version or no compact file
     * @throws IOException if it cannot be read
     */
    public static CompactNetwork read(InputStream in) throws IOException {
        return CompactReader.read(new BufferedInputStream(in, 1 << 16));
    }

    /**
     * Writes the compact file. Another file of this name is replaced when all is written, never before.
     *
     * @param file where to
     * @throws IOException if it cannot be written; then the old file is still there
     */
    public void write(Path file) throws IOException {
        WholeFile.write(file, this::write);
    }

    /**
     * Writes the bytes of the compact file.
     *
     * @param out where to; flushed, not closed
     * @throws IOException if they cannot be written
     */
    public void write(OutputStream out) throws IOException {
        CompactWriter.write(this, out);
    }

    /**
     * Length of the compact file.
     *
     * @return bytes
     */
    public long fileBytes() {
        long payload = layers.stream().mapToLong(CompactLayout::payloadBytes).sum();
        return CompactLayout.HEADER_BYTES
                + (long) layers.size() * CompactLayout.LAYER_BYTES
                + payload
                + CompactLayout.CHECKSUM_BYTES;
    }

    /**
     * The layers.
     *
     * @return first to last, unmodifiable
     */
    public List<CompactLayer> layers() {
        return layers;
    }

    /**
     * Length of an input.
     *
     * @return number of features
     */
    public int inputs() {
        return layers.get(0).inputs();
    }

    /**
     * Length of an output.
     *
     * @return number of outputs or classes
     */
    public int outputs() {
        return last().outputs();
    }

    /**
     * The output with the largest potential, for each row; the first of equal ones.
     *
     * @param features [rows][inputs], finite
     * @return [rows], each from 0 to outputs - 1
     * @throws IllegalArgumentException if a row has another length or a feature is not finite
     */
    public int[] classify(float[][] features) {
        checkRows(features);
        int[] classes = new int[features.length];
        inference.run(features, (from, potentials) -> Outputs.classes(potentials, from, classes));
        return classes;
    }

    /**
     * The output with the largest potential, for each row; the first of equal ones.
     *
     * @param inputs spikes
     * @return [rows], each from 0 to outputs - 1
     * @throws IllegalArgumentException if the rows have another length
     */
    public int[] classify(PackedSpikes inputs) {
        checkInputs(inputs);
        int[] classes = new int[inputs.rows()];
        inference.run(inputs, (from, potentials) -> Outputs.classes(potentials, from, classes));
        return classes;
    }

    /**
     * What goes into the output unit.
     *
     * @param features [rows][inputs], finite
     * @return [rows][outputs]
     * @throws IllegalArgumentException if a row has another length or a feature is not finite
     */
    public double[][] potentials(float[][] features) {
        checkRows(features);
        double[][] rows = new double[features.length][outputs()];
        inference.run(features, (from, potentials) -> Outputs.rows(potentials, from, rows));
        return rows;
    }

    /**
     * What goes into the output unit.
     *
     * @param inputs spikes
     * @return [rows][outputs]
     * @throws IllegalArgumentException if the rows have another length
     */
    public double[][] potentials(PackedSpikes inputs) {
        checkInputs(inputs);
        double[][] rows = new double[inputs.rows()][outputs()];
        inference.run(inputs, (from, potentials) -> Outputs.rows(potentials, from, rows));
        return rows;
    }

    /**
     * Activations of the output unit, such as class probabilities.
     *
     * @param features [rows][inputs], finite
     * @return [rows][outputs]
     * @throws IllegalArgumentException if a row has another length or a feature is not finite
     */
    public double[][] output(float[][] features) {
        return activated(potentials(features));
    }

    /**
     * Activations of the output unit, such as class probabilities.
     *
     * @param inputs spikes
     * @return [rows][outputs]
     * @throws IllegalArgumentException if the rows have another length
     */
    public double[][] output(PackedSpikes inputs) {
        return activated(potentials(inputs));
    }

    private double[][] activated(double[][] rows) {
        for (double[] row : rows) {
            last().unit().activate(row);
        }
        return rows;
    }

    private CompactLayer last() {
        return layers.get(layers.size() - 1);
    }

    private void checkRows(float[][] features) {
        for (int row = 0; row < features.length; row++) {
            PackedSpikes.requireLength(features[row].length, row, inputs());
        }
    }

    private void checkInputs(PackedSpikes spikes) {
        if (spikes.inputs() != inputs()) {
            throw new IllegalArgumentException(
                    "Packed inputs have " + spikes.inputs() + " features each, needed are " + inputs());
        }
    }

    /** One line for each layer, and the length of the file. */
    @Override
    public String toString() {
        return IntStream.range(0, layers.size())
                .mapToObj(i -> "layer " + i + ": " + layers.get(i) + '\n')
                .collect(Collectors.joining("", "", fileBytes() + " bytes"));
    }
}

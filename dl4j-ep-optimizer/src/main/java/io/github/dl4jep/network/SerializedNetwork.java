package io.github.dl4jep.network;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;

/**
 * A network as Java serialisation writes it: its file. DL4J's own form skips the constructors, so that listeners and timers are
 * null after reading.
 */
final class SerializedNetwork implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The model file. */
    private final byte[] file;
    /** Whether the file holds a graph. */
    private final boolean graph;

    private SerializedNetwork(byte[] file, boolean graph) {
        this.file = file;
        this.graph = graph;
    }

    static SerializedNetwork of(EpNetwork network) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ModelSerializer.writeModel(network, file, false);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new SerializedNetwork(file.toByteArray(), network instanceof EpComputationGraph);
    }

    private Object readResolve() {
        try {
            return graph ? readGraph() : readLayers();
        } catch (IOException e) {
            throw new UncheckedIOException("the serialised network cannot be read", e);
        }
    }

    private EpMultiLayerNetwork readLayers() throws IOException {
        MultiLayerNetwork plain = ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(file), false);
        EpMultiLayerNetwork network = new EpMultiLayerNetwork(plain.getLayerWiseConfigurations());
        network.init(plain.params(), false);
        return network;
    }

    private EpComputationGraph readGraph() throws IOException {
        ComputationGraph plain = ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file), false);
        EpComputationGraph network = new EpComputationGraph(plain.getConfiguration());
        network.init(plain.params(), false);
        return network;
    }
}

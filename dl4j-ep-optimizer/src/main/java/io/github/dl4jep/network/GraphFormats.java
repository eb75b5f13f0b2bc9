package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.DataFormats;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/**
 * Where the arrays of each vertex of a DL4J graph have their channels. Only some layers say it; the others, and the vertices that
 * are no layers, keep the order of what they read, and a network's input has the order of the first layer that says it.
 */
final class GraphFormats {

    private final ComputationGraphConfiguration conf;
    private final Map<String, ExampleFormat> formats = new HashMap<>();
    /** What {@link #readAs} answered: behind branches that meet again it is asked once for every path. */
    private final Map<String, ExampleFormat> read = new HashMap<>();

    private GraphFormats(ComputationGraphConfiguration conf) {
        this.conf = conf;
    }

    /**
     * The format of every activation.
     *
     * @param conf a definition of EP layers
     * @param names names of all vertices, inputs before what reads them
     * @return format by name of vertex or network input
     */
    static Map<String, ExampleFormat> of(ComputationGraphConfiguration conf, List<String> names) {
        GraphFormats graph = new GraphFormats(conf);
        for (String input : conf.getNetworkInputs()) {
            graph.formats.put(input, graph.readAs(input));
        }
        for (String name : names) {
            graph.formats.put(name, graph.written(name));
        }
        return graph.formats;
    }

    /** Channels last if the first reader that knows says so. */
    private ExampleFormat readAs(String name) {
        ExampleFormat known = read.get(name);
        if (known == null) {
            known = ofReaders(name);
            read.put(name, known);
        }
        return known;
    }

    private ExampleFormat ofReaders(String name) {
        for (String reader : GraphConfigurations.readers(conf, name)) {
            InputPreProcessor preProcessor = preProcessor(reader);
            Layer layer = GraphConfigurations.layer(conf, reader);
            ExampleFormat format = preProcessor != null
                    ? DataFormats.of(preProcessor)
                    : layer != null && DataFormats.of(layer) == ExampleFormat.CHANNELS_LAST
                            ? ExampleFormat.CHANNELS_LAST
                            : readAs(reader);
            if (format == ExampleFormat.CHANNELS_LAST) {
                return format;
            }
        }
        return ExampleFormat.CHANNELS_FIRST;
    }

    private ExampleFormat written(String name) {
        Layer layer = GraphConfigurations.layer(conf, name);
        if (layer != null && DataFormats.of(layer) == ExampleFormat.CHANNELS_LAST) {
            return ExampleFormat.CHANNELS_LAST;
        }
        boolean starts = preProcessor(name) != null || layer instanceof EpDenseLayer || layer instanceof EpOutputLayer;
        return starts
                ? ExampleFormat.CHANNELS_FIRST
                : formats.getOrDefault(GraphConfigurations.inputs(conf, name).get(0), ExampleFormat.CHANNELS_FIRST);
    }

    private @Nullable InputPreProcessor preProcessor(String name) {
        GraphVertex vertex = conf.getVertices().get(name);
        if (vertex instanceof LayerVertex layer) {
            return layer.getPreProcessor();
        }
        return vertex instanceof PreprocessorVertex stage ? stage.getPreProcessor() : null;
    }
}

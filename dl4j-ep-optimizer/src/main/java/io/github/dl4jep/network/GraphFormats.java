package io.github.dl4jep.network;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.FormatSearch;
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
 * A DL4J graph, as {@link FormatSearch} asks for it.
 *
 * @param conf a definition of EP layers
 */
record GraphFormats(ComputationGraphConfiguration conf) implements FormatSearch.Network<String> {

    /**
     * Where the arrays of each vertex of a graph have their channels.
     *
     * @param conf a definition of EP layers
     * @param names names of all vertices, inputs before what reads them
     * @return format by name of vertex or network input
     */
    static Map<String, ExampleFormat> of(ComputationGraphConfiguration conf, List<String> names) {
        return FormatSearch.of(new GraphFormats(conf), conf.getNetworkInputs(), names);
    }

    @Override
    public @Nullable InputPreProcessor preProcessor(String name) {
        GraphVertex vertex = conf.getVertices().get(name);
        if (vertex instanceof LayerVertex layer) {
            return layer.getPreProcessor();
        }
        return vertex instanceof PreprocessorVertex stage ? stage.getPreProcessor() : null;
    }

    @Override
    public @Nullable Layer layer(String name) {
        return GraphConfigurations.layer(conf, name);
    }

    @Override
    public List<String> inputs(String name) {
        return GraphConfigurations.inputs(conf, name);
    }

    @Override
    public List<String> readers(String name) {
        return GraphConfigurations.readers(conf, name);
    }
}

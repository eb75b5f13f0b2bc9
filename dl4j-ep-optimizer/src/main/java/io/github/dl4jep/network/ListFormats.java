package io.github.dl4jep.network;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.FormatSearch;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/**
 * A list of layers, as {@link FormatSearch} asks for it: places are indices.
 *
 * @param conf a definition of EP layers
 */
record ListFormats(MultiLayerConfiguration conf) implements FormatSearch.Network<Integer> {

    /** The place of the features. */
    static final int INPUT = -1;

    /**
     * Where the arrays at a place have their channels.
     *
     * @param conf a definition of EP layers
     * @param place index of a layer, or {@link #INPUT}
     * @return the format of its activation, or of the features
     */
    static ExampleFormat of(MultiLayerConfiguration conf, int place) {
        List<Integer> layers =
                IntStream.range(0, conf.getConfs().size()).boxed().toList();
        return Objects.requireNonNull(
                FormatSearch.of(new ListFormats(conf), List.of(INPUT), layers).get(place));
    }

    @Override
    public @Nullable InputPreProcessor preProcessor(Integer index) {
        return conf.getInputPreProcess(index);
    }

    @Override
    public Layer layer(Integer index) {
        return conf.getConf(index).getLayer();
    }

    @Override
    public List<Integer> inputs(Integer index) {
        return List.of(index - 1);
    }

    @Override
    public List<Integer> readers(Integer index) {
        return index + 1 < conf.getConfs().size() ? List.of(index + 1) : List.of();
    }
}

package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.vertex.EmbeddingMap;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A row of the weights for each index.
 *
 * @param <L> the layer type
 */
public final class EmbeddingType<L extends FeedForwardLayer> extends WeightedType<L> {

    private final Predicate<L> bias;
    private final Function<L, ExampleFormat> format;
    private final boolean ofSequences;

    private EmbeddingType(Class<L> type, boolean ofSequences, Predicate<L> bias, Function<L, ExampleFormat> format) {
        super(type);
        this.ofSequences = ofSequences;
        this.bias = bias;
        this.format = format;
    }

    /**
     * The types.
     *
     * @return an index for each example, and one at each step
     */
    public static List<EmbeddingType<?>> all() {
        return List.of(
                new EmbeddingType<>(
                        EmbeddingLayer.class, false, EmbeddingLayer::hasBias, l -> ExampleFormat.CHANNELS_FIRST),
                new EmbeddingType<>(
                        EmbeddingSequenceLayer.class,
                        true,
                        EmbeddingSequenceLayer::hasBias,
                        l -> DataFormats.of(l.getOutputFormat())));
    }

    @Override
    protected PosteriorParamInitializer parameters(L layer, EpWeightedLayer conf) {
        // A unit sees one weight at a time.
        return layout(conf, conf.gain(), 1, conf.getNIn(), 1, conf.getNOut(), bias.test(layer));
    }

    @Override
    protected LinearMap map(
            L layer, EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return new EmbeddingMap(
                new LayerWeights(place, parameters(layer, conf), parameters),
                Math.toIntExact(conf.getNIn()),
                ofSequences);
    }

    @Override
    public ExampleFormat format(L layer) {
        return format.apply(layer);
    }

    @Override
    public boolean takesIndices() {
        return ofSequences;
    }

    @Override
    protected boolean hasBias(L layer) {
        return bias.test(layer);
    }
}

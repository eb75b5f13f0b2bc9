package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.vertex.ChainedMap;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.OneHotMap;
import io.github.dl4jep.vertex.Windows;
import io.github.dl4jep.weight.PriorScale;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which DL4J layers with weights, besides dense layers and plain convolutions, have moments: one registration line each. */
public final class LinearMaps {

    private static final Map<Class<? extends FeedForwardLayer>, Kind<? extends FeedForwardLayer>> REGISTRY =
            new LinkedHashMap<>();

    static {
        register(EmbeddingLayer.class, new Embedding());
        register(ElementWiseMultiplicationLayer.class, new ElementWise());
        register(SeparableConvolution2D.class, new Separable());
    }

    /**
     * Everything that differs between such layers.
     *
     * @param <L> the DL4J layer type
     */
    interface Kind<L extends FeedForwardLayer> {

        /** The layout of the parameters. */
        ParamInitializer parameters(L layer, EpWeightedLayer conf);

        /** The map for the layer's current parameters. */
        LinearMap map(
                L layer, EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters);

        /** Whether there is a bias. */
        boolean hasBias(L layer);
    }

    private LinearMaps() {}

    private static <L extends FeedForwardLayer> void register(Class<L> type, Kind<L> kind) {
        REGISTRY.put(type, kind);
    }

    /**
     * Whether a layer's type is registered.
     *
     * @param layer a DL4J layer
     * @return true if it has a map
     */
    public static boolean supports(FeedForwardLayer layer) {
        return REGISTRY.containsKey(layer.getClass());
    }

    @SuppressWarnings("unchecked") // register ties kind and class together
    private static <L extends FeedForwardLayer> Kind<L> kind(L layer) {
        Kind<L> kind = (Kind<L>) REGISTRY.get(layer.getClass());
        if (kind == null) {
            throw new UnsupportedOperationException(
                    "there are no moments for the type " + layer.getClass().getSimpleName());
        }
        return kind;
    }

    /**
     * The layout of a layer's parameters.
     *
     * @param conf the EP layer
     * @return the layout
     */
    public static ParamInitializer parameters(EpWeightedLayer conf) {
        return kind(conf.getOriginal()).parameters(conf.getOriginal(), conf);
    }

    public static LinearMap map(
            EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return kind(conf.getOriginal()).map(conf.getOriginal(), conf, place, parameters);
    }

    public static boolean hasBias(EpWeightedLayer conf) {
        return kind(conf.getOriginal()).hasBias(conf.getOriginal());
    }

    private static PosteriorParamInitializer layout(
            EpWeightedLayer conf, double gain, int groups, long rows, long fanIn, long units, boolean bias) {
        PriorScale scale = new PriorScale(Math.max(1, fanIn), gain);
        return new PosteriorParamInitializer(conf.getWeightPrior(), scale, groups, rows, units, bias, noLikelihood());
    }

    private static io.github.dl4jep.likelihood.@Nullable Likelihood noLikelihood() {
        return null;
    }

    /** A row of the weights for each index. */
    private static final class Embedding implements Kind<EmbeddingLayer> {

        @Override
        public PosteriorParamInitializer parameters(EmbeddingLayer layer, EpWeightedLayer conf) {
            // A unit sees one weight at a time.
            return layout(conf, conf.gain(), 1, conf.getNIn(), 1, conf.getNOut(), layer.hasBias());
        }

        @Override
        public LinearMap map(
                EmbeddingLayer layer,
                EpWeightedLayer conf,
                Supplier<String> place,
                Supplier<Map<String, INDArray>> parameters) {
            LinearVertex rows =
                    new LinearVertex(conf.getNIn(), new LayerWeights(place, parameters(layer, conf), parameters));
            return new OneHotMap(rows, Math.toIntExact(conf.getNIn()), place);
        }

        @Override
        public boolean hasBias(EmbeddingLayer layer) {
            return layer.hasBias();
        }
    }

    /** A weight for each column. */
    private static final class ElementWise implements Kind<ElementWiseMultiplicationLayer> {

        private static int columns(EpWeightedLayer conf) {
            return Math.max(1, Math.toIntExact(conf.getNIn()));
        }

        @Override
        public PosteriorParamInitializer parameters(ElementWiseMultiplicationLayer layer, EpWeightedLayer conf) {
            return layout(conf, conf.gain(), columns(conf), 1, 1, conf.getNOut(), true);
        }

        @Override
        public LinearMap map(
                ElementWiseMultiplicationLayer layer,
                EpWeightedLayer conf,
                Supplier<String> place,
                Supplier<Map<String, INDArray>> parameters) {
            return new LinearVertex(
                    conf.getNIn(),
                    null,
                    new WeightGroups(columns(conf)),
                    new LayerWeights(place, parameters(layer, conf), parameters));
        }

        @Override
        public boolean hasBias(ElementWiseMultiplicationLayer layer) {
            return true;
        }
    }

    /** A depthwise convolution without bias, then one of kernel size 1. */
    private static final class Separable implements Kind<SeparableConvolution2D> {

        /** No unit follows the first array. */
        private static final double GAIN_BETWEEN = 1;

        private static PosteriorParamInitializer depthwise(SeparableConvolution2D layer, EpWeightedLayer conf) {
            long kernel = ConvolutionWindows.kernelPositions(layer, 2);
            long units = conf.getNIn() * layer.getDepthMultiplier();
            return layout(conf, GAIN_BETWEEN, channels(conf), kernel, kernel, units, false);
        }

        private static PosteriorParamInitializer pointwise(SeparableConvolution2D layer, EpWeightedLayer conf) {
            long channels = conf.getNIn() * layer.getDepthMultiplier();
            return layout(conf, conf.gain(), 1, channels, channels, conf.getNOut(), layer.hasBias());
        }

        private static int channels(EpWeightedLayer conf) {
            return Math.max(1, Math.toIntExact(conf.getNIn()));
        }

        @Override
        public ChainedParamInitializer parameters(SeparableConvolution2D layer, EpWeightedLayer conf) {
            return new ChainedParamInitializer(depthwise(layer, conf), pointwise(layer, conf));
        }

        @Override
        public LinearMap map(
                SeparableConvolution2D layer,
                EpWeightedLayer conf,
                Supplier<String> place,
                Supplier<Map<String, INDArray>> parameters) {
            LinearMap first = new LinearVertex(
                    conf.getNIn(),
                    ConvolutionWindows.windows(layer, 2),
                    new WeightGroups(channels(conf)),
                    new LayerWeights(
                            place,
                            ChainedParamInitializer.FIRST_PREFIX,
                            depthwise(layer, conf),
                            () -> ChainedParamInitializer.first(parameters.get())));
            LinearMap second = new LinearVertex(
                    conf.getNIn() * layer.getDepthMultiplier(),
                    Windows.ofOne(2),
                    WeightGroups.NONE,
                    new LayerWeights(place, pointwise(layer, conf), parameters));
            return new ChainedMap(first, second);
        }

        @Override
        public boolean hasBias(SeparableConvolution2D layer) {
            return layer.hasBias();
        }
    }
}

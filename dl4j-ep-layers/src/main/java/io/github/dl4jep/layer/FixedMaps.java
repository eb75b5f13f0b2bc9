package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.ExampleShape;
import io.github.dl4jep.factor.FixedMap;
import io.github.dl4jep.factor.MaxPooling;
import io.github.dl4jep.factor.WindowGeometry;
import io.github.dl4jep.factor.WindowSum;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** Which DL4J layers without weights have moments: one registration line each. */
public final class FixedMaps {

    /**
     * Makes the map of a layer for inputs of one shape.
     *
     * @param <L> the DL4J layer type
     */
    @FunctionalInterface
    interface Factory<L extends Layer> {

        /**
         * Makes the map.
         *
         * @param layer the DL4J layer
         * @param shape shape of its input
         * @param place the layer's name and index, for messages
         * @return the map
         * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the layer does not take this shape
         * @throws UnsupportedOperationException if a setting of the layer has no moments
         */
        FixedMap map(L layer, ExampleShape shape, String place);
    }

    private static final Map<Class<? extends Layer>, Factory<? extends Layer>> REGISTRY = new LinkedHashMap<>();

    static {
        register(SubsamplingLayer.class, FixedMaps::subsampling);
    }

    private FixedMaps() {}

    private static <L extends Layer> void register(Class<L> type, Factory<L> factory) {
        REGISTRY.put(type, factory);
    }

    /**
     * Whether a layer's type is registered.
     *
     * @param layer a DL4J layer
     * @return true if it has a map
     */
    public static boolean supports(Layer layer) {
        return REGISTRY.containsKey(layer.getClass());
    }

    @SuppressWarnings("unchecked") // register ties factory and class together
    static <L extends Layer> FixedMap of(L layer, ExampleShape shape, String place) {
        Factory<L> factory = (Factory<L>) REGISTRY.get(layer.getClass());
        if (factory == null) {
            throw new UnsupportedOperationException(
                    "there are no moments for the type " + layer.getClass().getSimpleName());
        }
        return factory.map(layer, shape, place);
    }

    private static FixedMap subsampling(SubsamplingLayer layer, ExampleShape shape, String place) {
        WindowGeometry geometry = new Windows(
                        layer.getKernelSize(),
                        layer.getStride(),
                        layer.getPadding(),
                        layer.getDilation(),
                        layer.getConvolutionMode())
                .on(shape, place);
        return switch (layer.getPoolingType()) {
            case MAX -> new MaxPooling(geometry);
            case AVG -> WindowSum.average(geometry, layer.isAvgPoolIncludePadInDivisor());
            case SUM -> WindowSum.sum(geometry);
            case PNORM -> throw new UnsupportedOperationException("p-norm pooling has no moments");
        };
    }
}

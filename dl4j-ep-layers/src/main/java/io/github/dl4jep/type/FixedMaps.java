package io.github.dl4jep.type;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.window.MaxPoolingKind;
import io.github.dl4jep.window.ResponseNormalization;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.jspecify.annotations.Nullable;

/** Which DL4J layers without weights have moments: one registration line each. */
public final class FixedMaps {

    /**
     * What a map is made for.
     *
     * @param shape shape of the input
     * @param maxPooling how maxima are taken
     * @param behind the unit that is applied behind a maximum of its pre-activations; null where activations come in
     * @param place the layer's name and index, for messages
     */
    public record Context(
            ExampleShape shape,
            MaxPoolingKind maxPooling,
            @Nullable Unit behind,
            String place) {}

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
         * @param site what it is for
         * @return the map
         * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the layer does not take this shape
         */
        FixedMap map(L layer, Context site);
    }

    private static final Map<Class<? extends Layer>, Factory<? extends Layer>> REGISTRY = new LinkedHashMap<>();

    static {
        register(SubsamplingLayer.class, PoolingMaps::subsampling);
        register(Subsampling1DLayer.class, PoolingMaps::subsampling1d);
        register(Subsampling3DLayer.class, PoolingMaps::subsampling3d);
        register(GlobalPoolingLayer.class, PoolingMaps::global);
        register(ZeroPadding1DLayer.class, (layer, site) -> PaddingAndCropping.padded(layer.getPadding(), site));
        register(ZeroPaddingLayer.class, (layer, site) -> PaddingAndCropping.padded(layer.getPadding(), site));
        register(ZeroPadding3DLayer.class, (layer, site) -> PaddingAndCropping.padded(layer.getPadding(), site));
        register(Cropping1D.class, (layer, site) -> PaddingAndCropping.cropped(layer.getCropping(), site));
        register(Cropping2D.class, (layer, site) -> PaddingAndCropping.cropped(layer.getCropping(), site));
        register(Cropping3D.class, (layer, site) -> PaddingAndCropping.cropped(layer.getCropping(), site));
        register(Upsampling1D.class, (layer, site) -> PaddingAndCropping.upsampled(layer.getSize(), 1, site));
        register(Upsampling2D.class, (layer, site) -> PaddingAndCropping.upsampled(layer.getSize(), 2, site));
        register(Upsampling3D.class, (layer, site) -> PaddingAndCropping.upsampled(layer.getSize(), 3, site));
        register(RepeatVector.class, PaddingAndCropping::repeated);
        register(SpaceToDepthLayer.class, PaddingAndCropping::spaceToDepth);
        register(LocalResponseNormalization.class, FixedMaps::responseNormalization);
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

    /**
     * The registered types.
     *
     * @return classes of DL4J layers
     */
    public static java.util.Set<Class<? extends Layer>> types() {
        return java.util.Collections.unmodifiableSet(REGISTRY.keySet());
    }

    /**
     * Whether a layer's activations are the largest elements of windows.
     *
     * @param layer a DL4J layer
     * @return true for max pooling of all kinds
     */
    public static boolean isMaximum(Layer layer) {
        return PoolingMaps.typeOf(layer) == PoolingType.MAX;
    }

    @SuppressWarnings("unchecked") // register ties factory and class together
    public static <L extends Layer> FixedMap of(L layer, Context site) {
        Factory<L> factory = (Factory<L>) REGISTRY.get(layer.getClass());
        if (factory == null) {
            throw new UnsupportedOperationException(
                    "there are no moments for the type " + layer.getClass().getSimpleName());
        }
        return factory.map(layer, site);
    }

    private static FixedMap responseNormalization(LocalResponseNormalization layer, Context site) {
        PaddingAndCropping.requireRank(site, 2);
        return new ResponseNormalization(
                site.shape(), layer.getK(), (int) layer.getN() / 2, layer.getAlpha(), layer.getBeta());
    }
}

package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleFormat;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.jspecify.annotations.Nullable;

/**
 * A layer type without weights: a map of moments that depends on the shape of the input.
 *
 * @param <L> the layer type
 */
public class FixedType<L extends Layer> extends LayerType<L> {

    private final FixedMaps.Factory<L> map;
    private final Function<L, @Nullable ExampleFormat> format;

    /**
     * A layer type without weights that does not say where its channels are.
     *
     * @param type the DL4J layer class
     * @param map makes the map for inputs of one shape
     */
    public FixedType(Class<L> type, FixedMaps.Factory<L> map) {
        this(type, map, layer -> null);
    }

    /**
     * A layer type without weights.
     *
     * @param type the DL4J layer class
     * @param map makes the map for inputs of one shape
     * @param format where a layer has its channels; null where it does not say so
     */
    public FixedType(Class<L> type, FixedMaps.Factory<L> map, Function<L, @Nullable ExampleFormat> format) {
        super(type);
        this.map = map;
        this.format = format;
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        return new EpFixedLayer(layer.clone(), place.maxPooling());
    }

    @Override
    public @Nullable ExampleFormat format(L layer) {
        return format.apply(layer);
    }

    @Override
    public boolean isMaximum(L layer) {
        return PoolingMaps.typeOf(layer) == PoolingType.MAX;
    }

    /**
     * Makes the map.
     *
     * @param layer a layer of this type
     * @param context what it is for
     * @return the map
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the layer does not take this shape
     */
    FixedMap map(L layer, FixedMaps.Context context) {
        return map.map(layer, context);
    }
}

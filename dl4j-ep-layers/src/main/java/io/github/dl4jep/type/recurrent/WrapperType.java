package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.conf.EpWrapperLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.vertex.Vertex;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/**
 * A layer around another.
 *
 * @param <L> the layer type
 */
public abstract class WrapperType<L extends BaseWrapperLayer> extends LayerType<L> {

    WrapperType(Class<L> type) {
        super(type);
    }

    /** What the wrapper makes of the vertex of the layer in it. */
    abstract Vertex around(L wrapper, Vertex inside, Supplier<String> place);

    /** The same wrapper around another layer. */
    abstract L with(L wrapper, Layer inside);

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        return new EpWrapperLayer((BaseWrapperLayer) layer.clone(), place.convert(layer.getUnderlying()));
    }

    @Override
    public @Nullable ExampleFormat format(L layer) {
        return LayerTypes.format(layer.getUnderlying());
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    @Override
    public Layer stock(L layer, org.deeplearning4j.nn.api.Layer runtime) {
        throw new UnsupportedOperationException("the stock layer of a wrapper is made of the layer in it");
    }

    private static <L extends BaseWrapperLayer> WrapperType<L> of(L wrapper) {
        if (LayerTypes.find(wrapper) instanceof WrapperType<L> type) {
            return type;
        }
        throw new UnsupportedOperationException(
                "there are no moments for the type " + wrapper.getClass().getSimpleName());
    }

    /**
     * The vertex of a wrapper.
     *
     * @param wrapper the DL4J layer
     * @param inside vertex of the layer in it
     * @param place the layer's name and index, for messages
     * @return the vertex
     */
    public static Vertex vertex(BaseWrapperLayer wrapper, Vertex inside, Supplier<String> place) {
        return of(wrapper).around(wrapper, inside, place);
    }

    /**
     * The stock layer of a wrapper.
     *
     * @param wrapper the DL4J layer
     * @param inside stock layer of the layer in it
     * @return a new layer
     */
    public static Layer stockAround(BaseWrapperLayer wrapper, Layer inside) {
        return of(wrapper).with(wrapper, inside);
    }
}

package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpOutputConf;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A layer that freezes another one. What it says of channels and scale is said by that one: {@link LayerTypes} asks it.
 *
 * @param <L> the layer type
 */
final class FrozenType<L extends Layer> extends LayerType<L> {

    private final Function<L, Layer> wrapped;
    private final boolean withBackprop;

    FrozenType(Class<L> type, Function<L, Layer> wrapped, boolean withBackprop) {
        super(type);
        this.wrapped = wrapped;
        this.withBackprop = withBackprop;
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        Layer inside = wrapped.apply(layer);
        Layer converted = place.convert(inside);
        if (converted instanceof EpOutputConf) {
            throw new UnsupportedOperationException("it freezes the output layer "
                    + inside.getClass().getSimpleName() + ", but labels must be learned from");
        }
        return new EpFrozenLayer(converted, withBackprop);
    }
}

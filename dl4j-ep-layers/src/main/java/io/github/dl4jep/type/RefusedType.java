package io.github.dl4jep.type;

import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A layer type that does not convert, for a reason.
 *
 * @param <L> the layer type
 */
public final class RefusedType<L extends Layer> extends LayerType<L> {

    private final String reason;

    /**
     * A type that is refused.
     *
     * @param type the DL4J layer class
     * @param reason why it does not convert
     */
    public RefusedType(Class<L> type, String reason) {
        super(type);
        this.reason = reason;
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        throw new UnsupportedOperationException(
                "there is no EP layer for the type " + type().getSimpleName() + ": " + reason);
    }
}

package io.github.dl4jep.convert;

import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * Makes an EP layer of a DL4J layer.
 *
 * @param <L> the DL4J layer type
 */
@FunctionalInterface
interface LayerConverter<L extends Layer> {

    /**
     * Converts one layer.
     *
     * @param layer the DL4J layer, not changed
     * @param context options, neighbours, and where to say what is left out
     * @return the EP layer
     * @throws UnsupportedOperationException if this layer cannot be converted; the message says why and what to do
     */
    Layer convert(L layer, ConversionContext context);
}

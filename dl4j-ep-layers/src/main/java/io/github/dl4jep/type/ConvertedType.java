package io.github.dl4jep.type;

import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * An EP layer type that says more than the DL4J layer that it holds, or holds none. It converts to itself.
 *
 * @param <L> the EP layer type
 */
abstract class ConvertedType<L extends Layer> extends LayerType<L> {

    ConvertedType(Class<L> type) {
        super(type);
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        return layer.clone();
    }

    /** A stock layer with the name and sizes of an EP layer. */
    static Layer shaped(FeedForwardLayer stock, FeedForwardLayer from) {
        stock.setLayerName(from.getLayerName());
        stock.setNIn(from.getNIn());
        stock.setNOut(from.getNOut());
        stock.setIUpdater(new NoOp());
        stock.setWeightInitFn(new WeightInitXavier());
        stock.setBiasInit(0);
        return stock;
    }

    /** The other direction: what an EP layer takes over. */
    static void copyShape(FeedForwardLayer from, FeedForwardLayer to) {
        to.setLayerName(from.getLayerName());
        to.setNIn(from.getNIn());
        to.setNOut(from.getNOut());
        to.setTimeDistributedFormat(from.getTimeDistributedFormat());
    }
}

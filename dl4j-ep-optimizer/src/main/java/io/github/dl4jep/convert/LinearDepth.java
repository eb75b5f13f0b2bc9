package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpLossLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;

/** How many linear maps with uncertain weights a layer is: what counts for the depth of a network. */
final class LinearDepth {

    private LinearDepth() {}

    /** 2 for a separable convolution, 1 for other layers with weights, 0 for all others. */
    static int count(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return count(frozen.getLayer());
        }
        if (layer instanceof FrozenLayerWithBackprop frozen) {
            return count(frozen.getUnderlying());
        }
        boolean onlyAdjusts = layer instanceof BatchNormalization
                || layer instanceof EpBatchNormalization
                || layer instanceof LossLayer
                || layer instanceof EpLossLayer
                || layer instanceof CnnLossLayer
                || layer instanceof Cnn3DLossLayer
                || layer instanceof RnnLossLayer;
        if (onlyAdjusts || !(layer instanceof FeedForwardLayer)) {
            return 0;
        }
        return layer instanceof SeparableConvolution2D ? 2 : 1;
    }
}

package io.github.dl4jep.layer;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.distribution.ExampleFormat;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.jspecify.annotations.Nullable;

/** How a DL4J layer's configuration says where the channels are. */
public final class DataFormats {

    private DataFormats() {}

    /**
     * The format of a layer's arrays.
     *
     * @param layer a DL4J layer, or the EP layer that it became
     * @return channels last where the layer says so
     */
    public static ExampleFormat of(Layer layer) {
        if (layer instanceof EpConvolutionLayer convolution) {
            return of(convolution.getOriginal());
        }
        if (layer instanceof EpFixedLayer fixed) {
            return of(fixed.getOriginal());
        }
        if (layer instanceof EpBatchNormalization normalization) {
            return of(normalization.getOriginal().getCnn2DFormat());
        }
        if (layer instanceof ConvolutionLayer convolution) {
            return of(convolution.getCnn2dDataFormat());
        }
        if (layer instanceof SubsamplingLayer subsampling) {
            return of(subsampling.getCnn2dDataFormat());
        }
        return ExampleFormat.CHANNELS_FIRST;
    }

    /**
     * The format of the arrays that a preprocessor takes.
     *
     * @param preProcessor a DL4J preprocessor
     * @return channels last where it says so
     */
    public static ExampleFormat of(InputPreProcessor preProcessor) {
        if (preProcessor instanceof CnnToFeedForwardPreProcessor flattening) {
            return of(flattening.getFormat());
        }
        return preProcessor instanceof Cnn3DToFeedForwardPreProcessor flattening && !flattening.isNCDHW()
                ? ExampleFormat.CHANNELS_LAST
                : ExampleFormat.CHANNELS_FIRST;
    }

    static ExampleFormat of(@Nullable CNN2DFormat format) {
        return format == CNN2DFormat.NHWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }
}

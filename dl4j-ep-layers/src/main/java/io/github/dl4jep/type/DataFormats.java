package io.github.dl4jep.type;

import io.github.dl4jep.message.ExampleFormat;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/** How DL4J's configurations say where the channels are. */
public final class DataFormats {

    private DataFormats() {}

    /**
     * The format of a layer's arrays.
     *
     * @param layer a DL4J layer, or the EP layer that it became
     * @return channels last where the layer says so
     */
    public static ExampleFormat of(Layer layer) {
        ExampleFormat own = LayerTypes.format(layer);
        return own == null ? ExampleFormat.CHANNELS_FIRST : own;
    }

    /**
     * The format of the arrays that a preprocessor takes.
     *
     * @param preProcessor a DL4J preprocessor
     * @return channels last where it says so
     */
    public static ExampleFormat of(InputPreProcessor preProcessor) {
        return PreProcessors.format(preProcessor);
    }

    /**
     * The format of images.
     *
     * @param format DL4J's name for it, or null for channels first
     * @return the format
     */
    public static ExampleFormat of(@Nullable CNN2DFormat format) {
        return format == CNN2DFormat.NHWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }

    /**
     * The format of sequences.
     *
     * @param format DL4J's name for it, or null for channels first
     * @return the format
     */
    public static ExampleFormat of(@Nullable RNNFormat format) {
        return format == RNNFormat.NWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }

    /**
     * The format of volumes.
     *
     * @param format DL4J's name for it, or null for channels first
     * @return the format
     */
    public static ExampleFormat of(Convolution3D.@Nullable DataFormat format) {
        return format == Convolution3D.DataFormat.NDHWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }

    /** Channels are the dimension that is not pooled. */
    static @Nullable ExampleFormat ofGlobalPooling(GlobalPoolingLayer layer) {
        int[] pooled = layer.getPoolingDimensions();
        return pooled == null || pooled.length == 0
                ? null
                : pooled[0] == 1 ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }
}

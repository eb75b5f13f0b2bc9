package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.message.ExampleFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.jspecify.annotations.Nullable;

/** How a DL4J layer's configuration says where the channels are: one registration line for each type that says so. */
public final class DataFormats {

    private static final Map<Class<? extends Layer>, Function<? super Layer, @Nullable ExampleFormat>> REGISTRY =
            new LinkedHashMap<>();

    static {
        register(ConvolutionLayer.class, layer -> of(layer.getCnn2dDataFormat()));
        register(Convolution1DLayer.class, layer -> of(layer.getRnnDataFormat()));
        register(Convolution3D.class, layer -> of(layer.getDataFormat()));
        register(Deconvolution2D.class, layer -> of(layer.getCnn2dDataFormat()));
        register(Deconvolution3D.class, layer -> of(layer.getDataFormat()));
        register(DepthwiseConvolution2D.class, layer -> of(layer.getCnn2dDataFormat()));
        register(SeparableConvolution2D.class, layer -> of(layer.getCnn2dDataFormat()));
        register(SubsamplingLayer.class, layer -> of(layer.getCnn2dDataFormat()));
        register(Subsampling1DLayer.class, layer -> of(layer.getCnn2dDataFormat()));
        register(Subsampling3DLayer.class, layer -> of(layer.getDataFormat()));
        register(GlobalPoolingLayer.class, DataFormats::ofGlobalPooling);
        register(ZeroPaddingLayer.class, layer -> of(layer.getDataFormat()));
        register(Cropping2D.class, layer -> of(layer.getDataFormat()));
        register(Upsampling2D.class, layer -> of(layer.getFormat()));
        register(Upsampling3D.class, layer -> of(layer.getDataFormat()));
        register(RepeatVector.class, layer -> of(layer.getDataFormat()));
        register(SpaceToDepthLayer.class, layer -> of(layer.getDataFormat()));
        register(LocalResponseNormalization.class, layer -> of(layer.getDataFormat()));
        register(CnnLossLayer.class, layer -> of(layer.getFormat()));
        register(Cnn3DLossLayer.class, layer -> of(layer.getDataFormat()));
        register(RnnLossLayer.class, layer -> of(layer.getRnnDataFormat()));
        register(RnnOutputLayer.class, layer -> of(layer.getRnnDataFormat()));
        register(EpConvolutionLayer.class, layer -> own(layer.getOriginal()));
        register(EpWeightedLayer.class, layer -> own(layer.getOriginal()));
        register(EpLossLayer.class, layer -> ownOrNull(layer.getOriginal()));
        register(EpOutputLayer.class, layer -> ownOrNull(layer.getOriginal()));
        register(BatchNormalization.class, layer -> of(layer.getCnn2DFormat()));
        register(EpBatchNormalization.class, layer -> own(layer.getOriginal()));
        register(EpFixedLayer.class, layer -> own(layer.getOriginal()));
    }

    private DataFormats() {}

    @SuppressWarnings("unchecked") // the key is the class of what the function takes
    private static <L extends Layer> void register(Class<L> type, Function<L, @Nullable ExampleFormat> format) {
        REGISTRY.put(type, layer -> format.apply((L) layer));
    }

    /**
     * The format of a layer's arrays.
     *
     * @param layer a DL4J layer, or the EP layer that it became
     * @return channels last where the layer says so
     */
    public static ExampleFormat of(Layer layer) {
        ExampleFormat own = own(layer);
        return own == null ? ExampleFormat.CHANNELS_FIRST : own;
    }

    /**
     * The format of the arrays at a layer of a chain. A layer that does not say it, such as one that only applies an activation,
     * has that of the nearest layer before it that does, else of the nearest behind it.
     *
     * @param layers all layers, in order
     * @param index index of a layer
     * @return the format
     */
    public static ExampleFormat of(List<? extends Layer> layers, int index) {
        for (int i = index; i >= 0; i--) {
            ExampleFormat own = own(layers.get(i));
            if (own != null) {
                return own;
            }
        }
        for (int i = index + 1; i < layers.size(); i++) {
            ExampleFormat own = own(layers.get(i));
            if (own != null) {
                return own;
            }
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

    /** Null where the type says nothing about it. */
    private static @Nullable ExampleFormat own(Layer layer) {
        Function<? super Layer, @Nullable ExampleFormat> format = REGISTRY.get(layer.getClass());
        return format == null ? null : format.apply(layer);
    }

    private static @Nullable ExampleFormat ownOrNull(@Nullable Layer layer) {
        return layer == null ? null : own(layer);
    }

    static ExampleFormat of(@Nullable CNN2DFormat format) {
        return format == CNN2DFormat.NHWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }

    private static ExampleFormat of(@Nullable RNNFormat format) {
        return format == RNNFormat.NWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }

    private static ExampleFormat of(Convolution3D.@Nullable DataFormat format) {
        return format == Convolution3D.DataFormat.NDHWC ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }

    /** Channels are the dimension that is not pooled. */
    private static @Nullable ExampleFormat ofGlobalPooling(GlobalPoolingLayer layer) {
        int[] pooled = layer.getPoolingDimensions();
        return pooled == null || pooled.length == 0
                ? null
                : pooled[0] == 1 ? ExampleFormat.CHANNELS_LAST : ExampleFormat.CHANNELS_FIRST;
    }
}

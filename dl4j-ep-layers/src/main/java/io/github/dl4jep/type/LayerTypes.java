package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.linear.ConvolutionType;
import io.github.dl4jep.type.linear.ConvolutionWindows;
import io.github.dl4jep.type.linear.KernelArrangement;
import io.github.dl4jep.type.linear.LinearTypes;
import io.github.dl4jep.type.recurrent.SequenceTypes;
import io.github.dl4jep.type.samediff.LinearisedType;
import io.github.dl4jep.type.samediff.SameDiffFunction;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The DL4J layer types that EP knows, those included that it refuses for a reason: one registration line each. What is asked of a
 * layer here is asked of the DL4J layer that it means, whether it is frozen, converted or neither.
 */
public final class LayerTypes {

    /** Networks may be read in one thread while a type is added in another. */
    private static final Map<Class<? extends Layer>, LayerType<? extends Layer>> REGISTRY = new ConcurrentHashMap<>();

    static {
        register(new DenseType());
        register(new DenseType.Converted());
        register(new DenseType.Encoder());
        register(new OutputType<>(OutputLayer.class));
        register(new OutputType<>(CenterLossOutputLayer.class));
        register(new OutputType<>(RnnOutputLayer.class, 1, l -> DataFormats.of(l.getRnnDataFormat())));
        register(new OutputType.Converted());
        register(new LossType<>(LossLayer.class, 0, LossLayer::getLossFn, l -> null));
        register(new LossType<>(
                RnnLossLayer.class, 1, RnnLossLayer::getLossFn, l -> DataFormats.of(l.getRnnDataFormat())));
        register(new LossType<>(CnnLossLayer.class, 2, CnnLossLayer::getLossFn, l -> DataFormats.of(l.getFormat())));
        register(new LossType<>(
                Cnn3DLossLayer.class, 3, Cnn3DLossLayer::getLossFn, l -> DataFormats.of(l.getDataFormat())));
        register(new LossType.Converted());
        register(new ObjectType());
        register(new ActivationType());
        register(new ActivationType.Dropout());
        register(new ActivationType.Converted());
        register(ConvolutionType.ofAllChannels(
                ConvolutionLayer.class, 2, l -> DataFormats.of(l.getCnn2dDataFormat()), KernelArrangement::unitsFirst));
        register(ConvolutionType.ofAllChannels(
                Convolution1DLayer.class,
                1,
                l -> DataFormats.of(l.getRnnDataFormat()),
                KernelArrangement::convolution1d));
        register(ConvolutionType.ofAllChannels(
                Convolution3D.class, 3, l -> DataFormats.of(l.getDataFormat()), KernelArrangement::unitsFirst));
        register(new ConvolutionType<>(
                Deconvolution2D.class,
                ConvolutionWindows::transposed,
                l -> DataFormats.of(l.getCnn2dDataFormat()),
                KernelArrangement::deconvolution2d));
        register(new ConvolutionType<>(
                Deconvolution3D.class,
                ConvolutionWindows::transposed,
                l -> DataFormats.of(l.getDataFormat()),
                KernelArrangement::deconvolution3d));
        register(new ConvolutionType<>(
                DepthwiseConvolution2D.class,
                ConvolutionWindows::depthwise,
                l -> DataFormats.of(l.getCnn2dDataFormat()),
                KernelArrangement::same));
        LinearTypes.all().forEach(LayerTypes::register);
        register(new BatchNormalizationType());
        FixedTypes.all().forEach(LayerTypes::register);
        SequenceTypes.all().forEach(LayerTypes::register);
        register(new FrozenType<>(FrozenLayer.class, FrozenLayer::getLayer, false));
        register(new FrozenType<>(FrozenLayerWithBackprop.class, FrozenLayerWithBackprop::getUnderlying, true));
        register(new FixedType<>(SameDiffLambdaLayer.class, SameDiffFunction::linearised));
        register(new LinearisedType());
        RefusedTypes.all().forEach(LayerTypes::register);
    }

    private LayerTypes() {}

    /**
     * Adds a layer type, or replaces what is known of it: before a network with such a layer is made or loaded.
     *
     * @param type what it means
     */
    public static void register(LayerType<? extends Layer> type) {
        REGISTRY.put(type.type(), type);
    }

    /**
     * All types.
     *
     * @return in no order
     */
    public static Collection<LayerType<? extends Layer>> all() {
        return Collections.unmodifiableCollection(REGISTRY.values());
    }

    /**
     * Whether a layer's class has a type of its own, which the user's SameDiff layers have not.
     *
     * @param layer a layer
     * @return true if its very class was registered
     */
    public static boolean isRegistered(Layer layer) {
        return REGISTRY.containsKey(layer.getClass());
    }

    /**
     * What is known of a layer's class; of subclasses only those of SameDiff layers are of its type.
     *
     * @param <L> the class
     * @param layer a layer
     * @return its type, or null if it is unknown
     */
    @SuppressWarnings("unchecked") // the key is the class of what the type is about
    public static <L extends Layer> @Nullable LayerType<L> find(L layer) {
        LayerType<?> own = REGISTRY.get(layer.getClass());
        // Each layer of the user is a class of its own.
        if (own == null && layer instanceof SameDiffLambdaLayer) {
            own = REGISTRY.get(SameDiffLambdaLayer.class);
        } else if (own == null && layer instanceof SameDiffLayer) {
            own = REGISTRY.get(SameDiffLayer.class);
        }
        return (LayerType<L>) own;
    }

    /** Without what freezes it; and the DL4J layer in it, unless the EP layer has a type. */
    private static Layer described(Layer layer) {
        Layer unfrozen = EpConf.unfrozen(layer);
        return REGISTRY.containsKey(unfrozen.getClass()) ? unfrozen : EpConf.definition(unfrozen);
    }

    /**
     * Converts a layer. What is converted already stays what it is.
     *
     * @param layer a DL4J layer or an EP layer, not changed
     * @param place its place
     * @return the EP layer
     * @throws UnsupportedOperationException if it does not convert; the message says why
     */
    public static Layer convert(Layer layer, ConversionPlace place) {
        if (layer instanceof EpConf) {
            return layer.clone();
        }
        LayerType<Layer> type = find(layer);
        if (type == null) {
            throw new UnsupportedOperationException(
                    "there is no EP layer for the type " + layer.getClass().getSimpleName());
        }
        return type.convert(layer, place);
    }

    /**
     * Where a layer has its channels.
     *
     * @param layer a DL4J layer or an EP layer
     * @return null where it does not say so
     */
    public static @Nullable ExampleFormat format(Layer layer) {
        Layer described = described(layer);
        LayerType<Layer> type = find(described);
        return type == null ? null : type.format(described);
    }

    /**
     * Whether a layer's activation has positions where its input has.
     *
     * @param layer a DL4J layer or an EP layer
     * @return false if positions become columns
     */
    public static boolean keepsPositions(Layer layer) {
        Layer described = described(layer);
        LayerType<Layer> type = find(described);
        return type == null || type.keepsPositions(described);
    }

    /**
     * Whether the columns of a layer's input are steps, with an index at each.
     *
     * @param layer a DL4J layer or an EP layer
     * @return true for embeddings of sequences
     */
    public static boolean takesIndices(Layer layer) {
        LayerType<Layer> type = find(described(layer));
        return type != null && type.takesIndices();
    }

    /**
     * How many products with uncertain weights follow each other in a layer.
     *
     * @param layer a DL4J layer or an EP layer
     * @return 0 for a layer without weights, or of an unknown type
     */
    public static int linearMaps(Layer layer) {
        LayerType<Layer> type = find(described(layer));
        return type == null ? 0 : type.linearMaps();
    }

    /**
     * Whether the scale of a layer's activations is that of its input.
     *
     * @param layer a DL4J layer or an EP layer
     * @return false for weights, pooling, normalization
     */
    public static boolean keepsScale(Layer layer) {
        LayerType<Layer> type = find(described(layer));
        return type != null && type.keepsScale();
    }

    /**
     * Whether a layer's activations are the largest elements of windows.
     *
     * @param layer a DL4J layer or an EP layer
     * @return true for max pooling
     */
    public static boolean isMaximum(Layer layer) {
        Layer described = described(layer);
        LayerType<Layer> type = find(described);
        return type != null && type.isMaximum(described);
    }

    /**
     * Whether a layer's weights can be those of a softmax and of its teacher, where a loss layer follows directly.
     *
     * @param layer a DL4J layer
     * @param labels a loss layer of DL4J's
     * @return true where each label has one row of the layer's activation
     */
    public static boolean canBeReadout(Layer layer, Layer labels) {
        LayerType<Layer> type = find(layer);
        return type != null && type.canBeReadout(layer, labelDimensions(labels));
    }

    /**
     * The dimensions of a layer's labels that are positions or steps.
     *
     * @param original a DL4J layer
     * @return 0 where an example has one row of labels, and for layers without labels
     */
    public static int labelDimensions(Layer original) {
        LayerType<Layer> type = find(original);
        return type == null ? 0 : type.labelDimensions();
    }

    /**
     * The DL4J layer that stands for an EP layer in a stock network.
     *
     * @param runtime the initialised EP layer, not frozen
     * @return a new layer
     * @throws UnsupportedOperationException if there is none
     */
    public static Layer stock(org.deeplearning4j.nn.api.Layer runtime) {
        Layer layer = described(runtime.conf().getLayer());
        LayerType<Layer> type = find(layer);
        if (type == null) {
            throw new UnsupportedOperationException("Layer " + runtime.getIndex() + " is a "
                    + layer.getClass().getSimpleName() + ", for which there is no stock DL4J layer");
        }
        return type.stock(layer, runtime);
    }

    /**
     * Puts values into a layer of a stock network.
     *
     * @param to an initialised DL4J layer that has parameters
     * @param values arrays by the names of the posteriors
     */
    public static void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        LayerType<Layer> type = find(EpConf.unfrozen(to.conf().getLayer()));
        if (type != null) {
            type.setStock(to, values);
        }
    }

    /**
     * The values of a layer of a stock network.
     *
     * @param from an initialised DL4J layer, not frozen
     * @param shapes shapes of EP's arrays, by the names of the posteriors
     * @return new arrays by the names of the posteriors, and what else the layer has learned; empty for an unknown type
     * @throws IllegalArgumentException if an array of the layer has another size
     */
    public static Map<String, INDArray> stockValues(org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes) {
        LayerType<Layer> type = find(from.conf().getLayer());
        return type == null ? Map.of() : type.stockValues(from, shapes);
    }
}

package io.github.dl4jep.convert;

import io.github.dl4jep.activation.SpikingActivation;
import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.likelihood.Likelihoods;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.unit.Units;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Which DL4J layer types convert: one registration line each. */
final class LayerConverters {

    private static final Map<Class<? extends Layer>, LayerConverter<? extends Layer>> REGISTRY = new LinkedHashMap<>();

    static {
        register(DenseLayer.class, LayerConverters::dense);
        register(OutputLayer.class, LayerConverters::output);
        register(LossLayer.class, LayerConverters::loss);
        register(ActivationLayer.class, LayerConverters::activation);
        register(DropoutLayer.class, LayerConverters::dropout);
        register(ConvolutionLayer.class, LayerConverters::convolution);
        register(Convolution1DLayer.class, LayerConverters::convolution);
        register(Convolution3D.class, LayerConverters::convolution);
        register(Deconvolution2D.class, LayerConverters::convolution);
        register(Deconvolution3D.class, LayerConverters::convolution);
        register(DepthwiseConvolution2D.class, LayerConverters::convolution);
        register(SeparableConvolution2D.class, LayerConverters::weighted);
        register(EmbeddingLayer.class, LayerConverters::weighted);
        register(ElementWiseMultiplicationLayer.class, LayerConverters::weighted);
        FixedMaps.types().forEach(type -> register(type, LayerConverters::fixed));
        register(RnnOutputLayer.class, LayerConverters::outputAtPositions);
        register(CenterLossOutputLayer.class, LayerConverters::centerLoss);
        register(RnnLossLayer.class, (layer, context) -> lossAtPositions(layer, layer.getLossFn(), context));
        register(CnnLossLayer.class, (layer, context) -> lossAtPositions(layer, layer.getLossFn(), context));
        register(Cnn3DLossLayer.class, (layer, context) -> lossAtPositions(layer, layer.getLossFn(), context));
        register(FrozenLayer.class, (layer, context) -> frozen(layer.getLayer(), false, context));
        register(FrozenLayerWithBackprop.class, (layer, context) -> frozen(layer.getUnderlying(), true, context));
        register(EpFrozenLayer.class, (layer, context) -> layer.clone());
        register(EpWeightedLayer.class, (layer, context) -> layer.clone());
        register(BatchNormalization.class, LayerConverters::batchNormalization);
        register(EpBatchNormalization.class, (layer, context) -> layer.clone());
        register(EpConvolutionLayer.class, (layer, context) -> layer.clone());
        register(EpFixedLayer.class, (layer, context) -> layer.clone());
        register(EpDenseLayer.class, (layer, context) -> layer.clone());
        register(EpOutputLayer.class, (layer, context) -> layer.clone());
        register(EpLossLayer.class, (layer, context) -> layer.clone());
        register(EpActivationLayer.class, (layer, context) -> layer.clone());
    }

    private LayerConverters() {}

    private static <L extends Layer> void register(Class<L> type, LayerConverter<? super L> converter) {
        REGISTRY.put(type, converter);
    }

    /**
     * Converts a layer.
     *
     * @param context the layer's place
     * @return the EP layer
     * @throws UnsupportedOperationException if it does not convert; the message says why
     */
    static Layer convert(ConversionContext context) {
        return convert(context.layer(), context);
    }

    @SuppressWarnings("unchecked") // register ties converter and class together
    private static <L extends Layer> Layer convert(L layer, ConversionContext context) {
        LayerConverter<L> converter = (LayerConverter<L>) REGISTRY.get(layer.getClass());
        if (converter == null) {
            throw new UnsupportedOperationException(RefusedLayers.reason(layer));
        }
        return converter.convert(layer, context);
    }

    private static Layer dense(DenseLayer layer, ConversionContext context) {
        if (layer.hasLayerNorm()) {
            throw new UnsupportedOperationException("layer normalization has no moments here; set hasLayerNorm(false)");
        }
        if (context.isLast() && MissingOutput.isReplaceable(layer)) {
            throw new UnsupportedOperationException(MissingOutput.REPLACEABLE);
        }
        context.dropGradientSettings(layer);
        EpOptions options = context.options();
        // With the activation of the loss it is the output layer, in two parts.
        boolean isOutput = ActivationBeforeLoss.belongsToLoss(context.node());
        IActivation activation =
                isOutput ? withoutActivation(context) : options.activationOf(context.name(), layer.getActivationFn());
        EpDenseLayer converted = new EpDenseLayer.Builder()
                .hasBias(layer.hasBias())
                .weightPrior(
                        isOutput
                                ? options.outputWeightPriorOf(context.name(), context.depth())
                                : options.weightPriorOf(context.name(), context.depth()))
                .priorGain(gain(activation, context))
                .activation(activation)
                .build();
        copyShape(layer, converted);
        Units.of(activation);
        return converted;
    }

    private static Layer convolution(ConvolutionLayer layer, ConversionContext context) {
        IActivation activation = hiddenActivation(layer, context);
        ConvolutionLayer original = layer.clone();
        original.setActivationFn(activation);
        return new EpConvolutionLayer(
                original, context.options().weightPriorOf(context.name(), context.depth()), gain(activation, context));
    }

    /** A layer with weights that is no plain convolution. */
    private static Layer weighted(FeedForwardLayer layer, ConversionContext context) {
        IActivation activation = hiddenActivation(layer, context);
        FeedForwardLayer original = (FeedForwardLayer) layer.clone();
        original.setActivationFn(activation);
        return new EpWeightedLayer(
                original, context.options().weightPriorOf(context.name(), context.depth()), gain(activation, context));
    }

    /** The activation of a layer with weights, whose settings for gradients are left out. */
    private static IActivation hiddenActivation(FeedForwardLayer layer, ConversionContext context) {
        context.dropGradientSettings(layer);
        IActivation activation = context.options().activationOf(context.name(), layer.getActivationFn());
        Units.of(activation);
        return activation;
    }

    private static double gain(IActivation activation, ConversionContext context) {
        return Units.of(context.activationBehind(activation)).priorGain() * MaximaBefore.gain(context.node());
    }

    private static Layer batchNormalization(BatchNormalization layer, ConversionContext context) {
        context.dropGradientSettings(layer);
        return new EpBatchNormalization(layer.clone());
    }

    /** A layer without weights. */
    private static Layer fixed(Layer layer, ConversionContext context) {
        return new EpFixedLayer(layer.clone(), context.options().maxPooling());
    }

    private static EpOutputLayer output(BaseOutputLayer layer, ConversionContext context) {
        EpOptions options = context.options();
        requireLikelihood(layer.getLossFn(), layer.getActivationFn(), context);
        context.dropGradientSettings(layer);
        EpOutputLayer converted = new EpOutputLayer.Builder(layer.getLossFn())
                .hasBias(layer.hasBias())
                .activation(layer.getActivationFn())
                .weightPrior(options.outputWeightPriorOf(context.name(), context.depth()))
                .priorGain(MaximaBefore.gain(context.node()))
                .likelihood(options.likelihood())
                .schedule(options.schedule())
                .passCounter(options.passCounter())
                .build();
        copyShape(layer, converted);
        return converted;
    }

    private static Layer outputAtPositions(RnnOutputLayer layer, ConversionContext context) {
        EpOutputLayer converted = output(layer, context);
        converted.setOriginal((FeedForwardLayer) layer.clone());
        return converted;
    }

    private static Layer centerLoss(CenterLossOutputLayer layer, ConversionContext context) {
        context.dropped("the center loss", "only the labels' likelihood is learned from; there are no class centers");
        return output(layer, context);
    }

    private static Layer lossAtPositions(FeedForwardLayer layer, ILossFunction loss, ConversionContext context) {
        EpOptions options = context.options();
        requireLikelihood(loss, layer.getActivationFn(), context);
        long outputs = layer.getNOut() > 0 ? layer.getNOut() : context.outputsBefore();
        return new EpLossLayer(layer, loss, outputs, options.likelihood(), options.schedule(), options.passCounter());
    }

    private static Layer frozen(Layer wrapped, boolean withBackprop, ConversionContext context) {
        Layer converted = convert(context.around(wrapped));
        if (converted instanceof EpOutputConf) {
            throw new UnsupportedOperationException("it freezes the output layer "
                    + wrapped.getClass().getSimpleName() + ", but labels must be learned from");
        }
        return new EpFrozenLayer(converted, withBackprop);
    }

    private static Layer loss(LossLayer original, ConversionContext context) {
        LossLayer layer = ActivationBeforeLoss.withActivation(original, context.node());
        EpOptions options = context.options();
        requireLikelihood(layer.getLossFn(), layer.getActivationFn(), context);
        long outputs = layer.getNOut() > 0 ? layer.getNOut() : context.outputsBefore();
        return new EpLossLayer(layer, outputs, options.likelihood(), options.schedule(), options.passCounter());
    }

    /** An output's activation belongs to its loss: together they select the likelihood, unless the options name one. */
    private static void requireLikelihood(ILossFunction loss, IActivation activation, ConversionContext context) {
        refuseReplacedActivation(context);
        if (activation instanceof SpikingActivation) {
            throw new UnsupportedOperationException(
                    "the spiking unit " + activation + " is in the output layer, but labels"
                            + " are compared with potentials, not with spikes; use softmax, sigmoid or identity there, and spiking"
                            + " units in hidden layers");
        }
        if (context.options().likelihood() == null) {
            Likelihoods.of(loss, activation);
        }
    }

    private static void refuseReplacedActivation(ConversionContext context) {
        if (context.options().replacesActivationOf(context.name())) {
            throw new UnsupportedOperationException(
                    "an option replaces its activation, but an output's activation belongs to"
                            + " its loss; choose EpOptions.likelihood(...) instead");
        }
    }

    /** What is left of a layer's activation where the loss layer behind it has that. */
    private static IActivation withoutActivation(ConversionContext context) {
        refuseReplacedActivation(context);
        return new ActivationIdentity();
    }

    private static Layer activation(ActivationLayer layer, ConversionContext context) {
        if (context.node().readers().isEmpty() && MissingOutput.isReplaceable(layer)) {
            throw new UnsupportedOperationException(MissingOutput.REPLACEABLE);
        }
        if (ActivationBeforeLoss.belongsToLoss(context.node())) {
            return new EpActivationLayer(layer.getLayerName(), withoutActivation(context));
        }
        IActivation activation = context.options().activationOf(context.name(), layer.getActivationFn());
        Units.of(activation);
        return new EpActivationLayer(layer.getLayerName(), activation);
    }

    private static Layer dropout(DropoutLayer layer, ConversionContext context) {
        context.dropped("dropout", "weight uncertainty regularises instead; the layer becomes the identity");
        return new EpActivationLayer(layer.getLayerName(), new ActivationIdentity());
    }

    private static void copyShape(FeedForwardLayer from, FeedForwardLayer to) {
        to.setLayerName(from.getLayerName());
        to.setNIn(from.getNIn());
        to.setNOut(from.getNOut());
        to.setTimeDistributedFormat(from.getTimeDistributedFormat());
    }
}

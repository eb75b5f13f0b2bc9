package io.github.dl4jep.stock;

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
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.runtime.FrozenRuntime;
import io.github.dl4jep.weight.WeightPosterior;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The plain DL4J layer of each EP layer: the original type, and one value of its posterior for each weight. */
final class StockLayers {

    private StockLayers() {}

    /** The plain layer's configuration, for an initialised EP layer. */
    static Layer plain(org.deeplearning4j.nn.api.Layer runtime) {
        Layer layer = runtime.conf().getLayer();
        if (runtime instanceof FrozenRuntime frozen) {
            return frozen(frozen);
        }
        if (layer instanceof EpDenseLayer dense) {
            return shaped(
                    new DenseLayer.Builder()
                            .hasBias(dense.isHasBias())
                            .activation(dense.getActivationFn())
                            .build(),
                    dense);
        }
        if (layer instanceof EpConvolutionLayer convolution) {
            ConvolutionLayer plain = convolution.getOriginal().clone();
            plain.setIUpdater(new NoOp());
            return plain;
        }
        if (layer instanceof EpWeightedLayer weighted) {
            FeedForwardLayer plain = (FeedForwardLayer) weighted.getOriginal().clone();
            plain.setIUpdater(new NoOp());
            return plain;
        }
        if (layer instanceof EpBatchNormalization normalization) {
            BatchNormalization plain = normalization.getOriginal().clone();
            plain.setIUpdater(new NoOp());
            return plain;
        }
        if (layer instanceof EpFixedLayer fixed) {
            return fixed.getOriginal().clone();
        }
        if (layer instanceof EpOutputLayer output && output.getOriginal() instanceof RnnOutputLayer sequences) {
            return outputAtPositions(output, sequences.getRnnDataFormat());
        }
        if (layer instanceof EpOutputLayer output) {
            // What the likelihood adds to the potentials needs a place, also where the EP layer has no bias.
            return output(output, output.hasBias() || hasOffset(pointScale(runtime)));
        }
        if (layer instanceof EpActivationLayer activation) {
            ActivationLayer plain = new ActivationLayer(activation.getActivationFn());
            plain.setLayerName(activation.getLayerName());
            return plain;
        }
        if (layer instanceof EpLossLayer loss) {
            Likelihood.PointScale scale = pointScale(runtime);
            if (loss.getOriginal() != null) {
                return lossAtPositions(loss, loss.getOriginal(), scale);
            }
            if (scales(scale)) {
                // A loss layer cannot scale; an output layer with diagonal weights can.
                return output(loss, hasOffset(scale));
            }
            LossLayer plain = new LossLayer.Builder(loss.getLossFn())
                    .activation(loss.getActivationFn())
                    .build();
            plain.setLayerName(loss.getLayerName());
            plain.setIUpdater(new NoOp());
            return plain;
        }
        throw new DL4JInvalidConfigException("Layer " + runtime.getIndex() + " is a "
                + layer.getClass().getSimpleName() + ", for which there is no plain DL4J layer");
    }

    private static Layer frozen(FrozenRuntime frozen) {
        EpFrozenLayer layer = frozen.frozenConf();
        Layer plain = plain(frozen.getUnderlying());
        Layer wrapper = layer.isWithBackprop() ? new FrozenLayerWithBackprop(plain) : new FrozenLayer(plain);
        wrapper.setLayerName(layer.getLayerName());
        return wrapper;
    }

    /** A loss layer cannot scale. In sequences a layer with diagonal weights can; for images the layer before does. */
    private static Layer lossAtPositions(EpLossLayer loss, FeedForwardLayer original, Likelihood.PointScale scale) {
        if (original instanceof RnnLossLayer sequences && scales(scale)) {
            return outputAtPositions(loss, sequences.getRnnDataFormat());
        }
        FeedForwardLayer plain = (FeedForwardLayer) original.clone();
        plain.setIUpdater(new NoOp());
        return plain;
    }

    /** With a bias in any case: DL4J's layer does not work without. */
    private static Layer outputAtPositions(BaseOutputLayer from, @Nullable RNNFormat format) {
        return shaped(
                new RnnOutputLayer.Builder(from.getLossFn())
                        .activation(from.getActivationFn())
                        .dataFormat(format)
                        .build(),
                from);
    }

    /** Whether a layer's scale must go into the weights of the layer before it. */
    static boolean leavesScaleToTheLayerBefore(org.deeplearning4j.nn.api.Layer runtime) {
        return runtime.conf().getLayer() instanceof EpLossLayer loss
                && loss.getOriginal() != null
                && !(loss.getOriginal() instanceof RnnLossLayer)
                && scales(pointScale(runtime));
    }

    private static boolean scales(Likelihood.PointScale scale) {
        return hasOffset(scale) || !scale.factor().eq(1).all();
    }

    private static Layer output(BaseOutputLayer from, boolean hasBias) {
        return shaped(
                new OutputLayer.Builder(from.getLossFn())
                        .hasBias(hasBias)
                        .activation(from.getActivationFn())
                        .build(),
                from);
    }

    private static Likelihood.PointScale pointScale(org.deeplearning4j.nn.api.Layer runtime) {
        EpOutputConf conf = (EpOutputConf) runtime.conf().getLayer();
        return conf.effectiveLikelihood().pointScale(runtime.paramTable());
    }

    private static boolean hasOffset(Likelihood.PointScale scale) {
        return scale.offset().neq(0).any();
    }

    private static Layer shaped(FeedForwardLayer plain, FeedForwardLayer from) {
        plain.setLayerName(from.getLayerName());
        plain.setNIn(from.getNIn());
        plain.setNOut(from.getNOut());
        plain.setIUpdater(new NoOp());
        plain.setWeightInitFn(new org.deeplearning4j.nn.weights.WeightInitXavier());
        plain.setBiasInit(0);
        return plain;
    }

    /** Puts the chosen value of every weight of an EP layer into the plain layer. */
    static void setWeights(
            org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to, StockChoice choice) {
        boolean isOutput = from.conf().getLayer() instanceof EpOutputConf;
        setWeights(from, to, choice, isOutput ? pointScale(from) : null);
    }

    /** The same for the layer before a loss layer that cannot scale. */
    static void setScaledWeights(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            StockChoice choice,
            org.deeplearning4j.nn.api.Layer output) {
        Likelihood.PointScale scale = pointScale(output);
        boolean linear = from.conf().getLayer() instanceof FeedForwardLayer layer
                && layer.getActivationFn() instanceof ActivationIdentity
                && layer.initializer() instanceof PosteriorParamInitializer;
        boolean hasPlace = to.paramTable().containsKey(DefaultParamInitializer.BIAS_KEY) || !hasOffset(scale);
        if (!linear || !hasPlace) {
            throw new DL4JInvalidConfigException("Layer " + output.getIndex() + " is a loss layer, whose likelihood"
                    + " scales its input, but layer " + from.getIndex() + " before it is a "
                    + from.conf().getLayer().getClass().getSimpleName()
                    + ", into whose weights the scale cannot go; use a layer with weights, bias and the activation"
                    + " identity there");
        }
        setWeights(from, to, choice, scale);
    }

    private static void setWeights(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            StockChoice choice,
            Likelihood.@Nullable PointScale scale) {
        if (from.conf().getLayer().initializer() instanceof PosteriorParamInitializer layout) {
            StockWeights chosen = choice.weights(layout, from.paramTable());
            setWeights(to, chosen.weights(), chosen.bias(), scale);
        } else if (from.conf().getLayer().initializer() instanceof ChainedParamInitializer layout) {
            setSeparable(from, to, layout, choice);
        } else if (from.conf().getLayer().initializer() instanceof NormalizationParamInitializer layout) {
            setNormalization(from, to, layout, choice);
        } else if (from.conf().getLayer() instanceof EpLossLayer loss && to.numParams() > 0) {
            DataType type = to.getParam(DefaultParamInitializer.WEIGHT_KEY).dataType();
            setWeights(to, Nd4j.eye(loss.getNOut()).castTo(type), null, scale);
        }
    }

    private static void setWeights(
            org.deeplearning4j.nn.api.Layer to,
            INDArray weight,
            @Nullable INDArray fromBias,
            Likelihood.@Nullable PointScale scale) {
        INDArray bias = fromBias;
        if (scale != null) {
            DataType type = weight.dataType();
            INDArray factor = scale.factor().castTo(type).broadcast(1, weight.columns());
            INDArray offset = scale.offset().castTo(type).broadcast(1, weight.columns());
            weight.muliRowVector(factor);
            bias = bias == null ? offset : bias.muli(factor).addi(offset);
        }
        long[] shape = to.getParam(DefaultParamInitializer.WEIGHT_KEY).shape();
        to.setParam(
                DefaultParamInitializer.WEIGHT_KEY,
                StockKernels.arranged(to.conf().getLayer(), weight, shape));
        setBias(to, bias);
    }

    private static void setSeparable(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            ChainedParamInitializer layout,
            StockChoice choice) {
        String depthwise = SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY;
        String pointwise = SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY;
        StockWeights first = choice.weights(layout.first(), ChainedParamInitializer.first(from.paramTable()));
        StockWeights second = choice.weights(layout.second(), from.paramTable());
        to.setParam(
                depthwise,
                StockKernels.separableDepthwise(
                        first.weights(), to.getParam(depthwise).shape()));
        to.setParam(
                pointwise,
                StockKernels.separablePointwise(
                        second.weights(), to.getParam(pointwise).shape()));
        setBias(to, second.bias());
    }

    private static void setNormalization(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            NormalizationParamInitializer layout,
            StockChoice choice) {
        WeightPosterior scale = layout.scale(from.paramTable());
        WeightPosterior shift = layout.shift(from.paramTable());
        if (scale != null && shift != null) {
            setRow(to, BatchNormalizationParamInitializer.GAMMA, choice.value(scale));
            setRow(to, BatchNormalizationParamInitializer.BETA, choice.value(shift));
        }
        setRow(to, BatchNormalizationParamInitializer.GLOBAL_MEAN, from.getParam(NormalizationParamInitializer.MEAN));
        INDArray variance = from.getParam(NormalizationParamInitializer.VARIANCE);
        if (to.paramTable().containsKey(BatchNormalizationParamInitializer.GLOBAL_LOG_STD)) {
            INDArray logDeviation = Transforms.log(variance, 10, true).muli(0.5);
            setRow(to, BatchNormalizationParamInitializer.GLOBAL_LOG_STD, logDeviation);
        } else {
            setRow(to, BatchNormalizationParamInitializer.GLOBAL_VAR, variance);
        }
    }

    private static void setRow(org.deeplearning4j.nn.api.Layer to, String name, INDArray value) {
        to.setParam(name, value.reshape(to.getParam(name).shape()));
    }

    private static void setBias(org.deeplearning4j.nn.api.Layer to, @Nullable INDArray bias) {
        INDArray target = to.paramTable().get(DefaultParamInitializer.BIAS_KEY);
        if (bias != null && target != null) {
            to.setParam(DefaultParamInitializer.BIAS_KEY, bias.reshape(target.shape()));
        }
    }
}

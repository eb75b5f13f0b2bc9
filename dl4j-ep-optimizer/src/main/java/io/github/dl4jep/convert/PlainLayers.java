package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.PlainWeights;
import io.github.dl4jep.params.PosteriorParamInitializer;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The plain DL4J layer of each EP layer: the original type, and one value of its posterior for each weight. */
final class PlainLayers {

    private PlainLayers() {}

    /** The plain layer's configuration, for an initialised EP layer. */
    static Layer plain(org.deeplearning4j.nn.api.Layer runtime) {
        Layer layer = runtime.conf().getLayer();
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
        if (layer instanceof EpFixedLayer fixed) {
            return fixed.getOriginal().clone();
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
            if (hasOffset(scale) || !scale.factor().eq(1).all()) {
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
            org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to, PlainNetwork.Choice choice) {
        if (from.conf().getLayer().initializer() instanceof PosteriorParamInitializer layout) {
            PlainWeights chosen = choice.of(layout, from.paramTable());
            setWeights(from, to, chosen.weights(), chosen.bias());
        } else if (from.conf().getLayer() instanceof EpLossLayer loss && to.numParams() > 0) {
            DataType type = to.getParam(DefaultParamInitializer.WEIGHT_KEY).dataType();
            setWeights(from, to, Nd4j.eye(loss.getNOut()).castTo(type), null);
        }
    }

    private static void setWeights(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            INDArray weight,
            @Nullable INDArray fromBias) {
        INDArray bias = fromBias;
        if (from.conf().getLayer() instanceof EpOutputConf) {
            Likelihood.PointScale scale = pointScale(from);
            DataType type = weight.dataType();
            INDArray factor = scale.factor().castTo(type).broadcast(1, weight.columns());
            INDArray offset = scale.offset().castTo(type).broadcast(1, weight.columns());
            weight.muliRowVector(factor);
            bias = bias == null ? offset : bias.muli(factor).addi(offset);
        }
        long[] shape = to.getParam(DefaultParamInitializer.WEIGHT_KEY).shape();
        to.setParam(
                DefaultParamInitializer.WEIGHT_KEY,
                shape.length == 2 ? weight : weight.transpose().dup('c').reshape('c', shape));
        INDArray target = to.paramTable().get(DefaultParamInitializer.BIAS_KEY);
        if (bias != null && target != null) {
            to.setParam(DefaultParamInitializer.BIAS_KEY, bias.reshape(target.shape()));
        }
    }
}

package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.params.PlainWeights;
import io.github.dl4jep.params.PosteriorParamInitializer;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * The plain DL4J network of an EP network: original layer types, and for each weight one value of its posterior. Draws nothing
 * from ND4J's generator but what that choice draws.
 */
final class PlainNetwork {

    private PlainNetwork() {}

    /** Chooses a value for every weight of a layer from its posterior. */
    @FunctionalInterface
    interface Choice {
        PlainWeights of(PosteriorParamInitializer layout, Map<String, INDArray> parameters);
    }

    /** The network whose weights are chosen from their posteriors: the modes, or a draw. */
    static MultiLayerNetwork of(EpMultiLayerNetwork network, Choice choice) {
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
        for (int i = 0; i < network.getnLayers(); i++) {
            conf.getConf(i).setLayer(plain(network.getLayer(i), i));
            conf.getConf(i).clearVariables();
        }
        MultiLayerNetwork plain = new MultiLayerNetwork(conf);
        initialise(plain);
        for (int i = 0; i < network.getnLayers(); i++) {
            setWeights(network.getLayer(i), plain.getLayer(i), choice);
        }
        return plain;
    }

    /** Without random weights, which would set the seed of ND4J's generator. */
    private static void initialise(MultiLayerNetwork plain) {
        MultiLayerConfiguration conf = plain.getLayerWiseConfigurations();
        long parameters = 0;
        for (NeuralNetConfiguration layer : conf.getConfs()) {
            parameters += layer.getLayer().initializer().numParams(layer);
        }
        if (parameters == 0) {
            plain.init();
        } else {
            plain.init(Nd4j.zeros(conf.getDataType(), 1, parameters), false);
        }
    }

    private static Layer plain(org.deeplearning4j.nn.api.Layer runtime, int index) {
        Layer layer = runtime.conf().getLayer();
        if (layer instanceof EpDenseLayer dense) {
            return shaped(
                    new DenseLayer.Builder()
                            .hasBias(dense.isHasBias())
                            .activation(dense.getActivationFn())
                            .build(),
                    dense);
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
        throw new DL4JInvalidConfigException("Layer " + index + " is a "
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

    private static void setWeights(
            org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to, Choice choice) {
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
        to.setParam(DefaultParamInitializer.WEIGHT_KEY, weight);
        INDArray target = to.paramTable().get(DefaultParamInitializer.BIAS_KEY);
        if (bias != null && target != null) {
            to.setParam(DefaultParamInitializer.BIAS_KEY, bias.reshape(target.shape()));
        }
    }
}

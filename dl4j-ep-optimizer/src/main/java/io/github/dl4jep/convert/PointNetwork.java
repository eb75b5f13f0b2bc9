package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.distribution.WeightPosterior;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.params.PosteriorParamInitializer;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/** The plain DL4J network of an EP network: posterior means (or modes) as weights. */
final class PointNetwork {

    private PointNetwork() {}

    static MultiLayerNetwork of(EpMultiLayerNetwork network) {
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
        for (int i = 0; i < network.getnLayers(); i++) {
            conf.getConf(i).setLayer(plain(network.getLayer(i).conf().getLayer(), i));
            conf.getConf(i).clearVariables();
        }
        MultiLayerNetwork point = new MultiLayerNetwork(conf);
        point.init();
        for (int i = 0; i < network.getnLayers(); i++) {
            copyWeights(network.getLayer(i), point.getLayer(i));
        }
        return point;
    }

    private static Layer plain(Layer layer, int index) {
        if (layer instanceof EpDenseLayer dense) {
            return shaped(
                    new DenseLayer.Builder()
                            .hasBias(dense.isHasBias())
                            .activation(dense.getActivationFn())
                            .build(),
                    dense);
        }
        if (layer instanceof EpOutputLayer output) {
            return shaped(
                    new OutputLayer.Builder(output.getLossFn())
                            .hasBias(output.hasBias())
                            .activation(output.getActivationFn())
                            .build(),
                    output);
        }
        if (layer instanceof EpActivationLayer activation) {
            ActivationLayer plain = new ActivationLayer(activation.getActivationFn());
            plain.setLayerName(activation.getLayerName());
            return plain;
        }
        if (layer instanceof EpLossLayer loss) {
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

    private static Layer shaped(FeedForwardLayer plain, FeedForwardLayer from) {
        plain.setLayerName(from.getLayerName());
        plain.setNIn(from.getNIn());
        plain.setNOut(from.getNOut());
        plain.setIUpdater(new NoOp());
        plain.setWeightInitFn(new org.deeplearning4j.nn.weights.WeightInitXavier());
        plain.setBiasInit(0);
        return plain;
    }

    private static void copyWeights(org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to) {
        if (!(from.conf().getLayer().initializer() instanceof PosteriorParamInitializer layout)) {
            return;
        }
        Map<String, INDArray> parameters = from.paramTable();
        INDArray weight = layout.weights(parameters).mode();
        WeightPosterior biasPosterior = layout.bias(parameters);
        INDArray bias = biasPosterior == null ? null : biasPosterior.mode();
        if (from.conf().getLayer() instanceof EpOutputLayer output) {
            Likelihood.PointScale scale = output.effectiveLikelihood().pointScale(parameters);
            INDArray factor = scale.factor().castTo(weight.dataType()).broadcast(1, weight.columns());
            weight.muliRowVector(factor);
            if (bias != null) {
                bias.muli(factor).addi(scale.offset().castTo(weight.dataType()).broadcast(1, weight.columns()));
            }
        }
        to.setParam(DefaultParamInitializer.WEIGHT_KEY, weight);
        if (bias != null) {
            to.setParam(
                    DefaultParamInitializer.BIAS_KEY,
                    bias.reshape(to.getParam(DefaultParamInitializer.BIAS_KEY).shape()));
        }
    }
}

package io.github.dl4jep.samediff.writeback;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.WeightBinding;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The posterior means in the VARIABLEs of a SameDiff graph: the point network of {@code toPointNetwork}. The last layer
 * has the scale of its likelihood in it, so that a softmax of the graph is calibrated and a regression is in the targets' units.
 */
public final class PosteriorMeans {

    private PosteriorMeans() {}

    /** Writes the means, in place. */
    public static void write(SameDiff sd, EpComputationGraph network, GraphReading reading) {
        for (Layer layer : network.getLayers()) {
            Map<String, INDArray> values = values(layer);
            for (WeightBinding binding :
                    reading.bindings(layer.conf().getLayer().getLayerName())) {
                INDArray variable = sd.getVariable(binding.variable()).getArr();
                INDArray value = Objects.requireNonNull(values.get(binding.prefix()), binding.variable());
                variable.assign(binding.arrangement().toVariable(value, variable.shape()));
            }
        }
    }

    /** The plain value of each group of parameters, by prefix. */
    private static Map<String, INDArray> values(Layer layer) {
        Map<String, INDArray> parameters = layer.paramTable();
        ParamInitializer initializer = layer.conf().getLayer().initializer();
        Map<String, INDArray> values = new LinkedHashMap<>();
        if (initializer instanceof PosteriorParamInitializer layout) {
            StockWeights plain = layout.point(parameters);
            scale(layer, plain);
            values.put("W", plain.weights());
            if (plain.bias() != null) {
                values.put("b", plain.bias());
            }
        } else if (initializer instanceof NormalizationParamInitializer layout) {
            putMode(values, NormalizationParamInitializer.SCALE_PREFIX, layout.scale(parameters));
            putMode(values, NormalizationParamInitializer.SHIFT_PREFIX, layout.shift(parameters));
            values.put(NormalizationParamInitializer.MEAN, layer.getParam(NormalizationParamInitializer.MEAN));
            values.put(NormalizationParamInitializer.VARIANCE, layer.getParam(NormalizationParamInitializer.VARIANCE));
        }
        return values;
    }

    private static void putMode(Map<String, INDArray> values, String prefix, @Nullable WeightPosterior posterior) {
        if (posterior != null) {
            values.put(prefix, posterior.mode());
        }
    }

    /** Of an output layer; an offset always finds a bias, since the losses that have one need it. */
    private static void scale(Layer layer, StockWeights plain) {
        if (layer.conf().getLayer() instanceof EpOutputConf conf) {
            Likelihood.PointScale scale = conf.effectiveLikelihood().pointScale(layer.paramTable());
            INDArray weights = plain.weights();
            long[] row = {1, weights.columns()};
            INDArray factor = scale.factor().castTo(weights.dataType()).broadcast(row);
            weights.muliRowVector(factor);
            if (plain.bias() != null) {
                plain.bias()
                        .muli(factor)
                        .addi(scale.offset().castTo(weights.dataType()).broadcast(row));
            }
        }
    }
}

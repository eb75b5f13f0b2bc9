package io.github.dl4jep.prune;

import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.PrunedPrior;
import io.github.dl4jep.weight.WeightMoments;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One array of weights of a network whose priors are all pruned.
 *
 * @param layout where its posterior is
 * @param parameters the parameters that the layout reads
 */
record WeightArray(PosteriorParamInitializer layout, Map<String, INDArray> parameters) {

    /** The arrays of a layer: none, one, or two for a separable convolution. */
    static List<WeightArray> of(Layer layer) {
        Map<String, INDArray> parameters = layer.paramTable();
        if (layer.conf().getLayer().initializer() instanceof PosteriorParamInitializer layout) {
            return List.of(new WeightArray(layout, parameters));
        }
        if (layer.conf().getLayer().initializer() instanceof ChainedParamInitializer chain) {
            return List.of(
                    new WeightArray(chain.first(), ChainedParamInitializer.first(parameters)),
                    new WeightArray(chain.second(), parameters));
        }
        return List.of();
    }

    /** 1 for weights that are kept, 0 for others; a view. */
    INDArray kept() {
        return Parameters.get(parameters, PosteriorParamInitializer.WEIGHT_PREFIX + PrunedPrior.KEPT);
    }

    /**
     * Mean squared over variance of every weight, in c-order, as predictions see them; -1 for a weight that is zero for certain.
     */
    float[] signalToNoise() {
        WeightMoments moments = layout.weights(parameters).predictiveMoments();
        float[] mean = moments.mean().dup('c').data().asFloat();
        float[] variance = moments.variance().dup('c').data().asFloat();
        float[] ratio = new float[mean.length];
        for (int i = 0; i < ratio.length; i++) {
            ratio[i] = mean[i] == 0 && variance[i] == 0 ? -1 : mean[i] * mean[i] / variance[i];
        }
        return ratio;
    }
}

package io.github.dl4jep.stock;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.params.PosteriorParamInitializer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which value of its posterior a weight has in a stock network. */
public enum StockChoice {
    /** The mean, or the mode of a discrete weight: the point network. */
    MODE {
        @Override
        Map<String, INDArray> of(PosteriorLayout layout, Map<String, INDArray> parameters) {
            return layout.modes(parameters);
        }
    },
    /** A draw, by ND4J's generator. */
    DRAW {
        @Override
        Map<String, INDArray> of(PosteriorLayout layout, Map<String, INDArray> parameters) {
            return layout.draws(parameters);
        }
    };

    abstract Map<String, INDArray> of(PosteriorLayout layout, Map<String, INDArray> parameters);

    /**
     * The chosen values of a layer, without what its likelihood scales.
     *
     * @param layer an initialised EP layer, frozen or not
     * @return new arrays by the names of its posteriors; empty where it has none
     */
    public Map<String, INDArray> valuesOf(Layer layer) {
        return layer.conf().getLayer().initializer() instanceof PosteriorLayout layout
                ? of(layout, layer.paramTable())
                : new LinkedHashMap<>();
    }

    /**
     * Puts the scale of a likelihood into weights and bias, in place; without a bias its offset becomes one.
     *
     * @param values of the layer whose potentials are scaled
     * @param scale what the likelihood does with potentials
     */
    public static void scale(Map<String, INDArray> values, Likelihood.PointScale scale) {
        INDArray weights = Parameters.get(values, PosteriorParamInitializer.WEIGHT_PREFIX);
        DataType type = weights.dataType();
        INDArray factor = scale.factor().castTo(type).broadcast(1, weights.columns());
        INDArray offset = scale.offset().castTo(type).broadcast(1, weights.columns());
        weights.muliRowVector(factor);
        INDArray bias = values.get(PosteriorParamInitializer.BIAS_PREFIX);
        values.put(
                PosteriorParamInitializer.BIAS_PREFIX,
                bias == null ? offset : bias.muli(factor).addi(offset));
    }
}

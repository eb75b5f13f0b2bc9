package io.github.dl4jep.params;

import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The second array of weights of an output layer with a teacher, which is added to the teacher's: mean 0 and variance 64 / nIn a
 * priori, its bias 64. Own, docs/algorithm.md, section 4.
 */
public final class ReadoutWeights {

    private static final String WEIGHTS = "readoutW";
    private static final String BIAS = "readoutb";
    private static final WeightPrior PRIOR = new GaussianPrior(64);

    private final PriorScale scale;
    private final boolean hasBias;

    ReadoutWeights(long fanIn, boolean hasBias) {
        this.scale = new PriorScale(fanIn, 1);
        this.hasBias = hasBias;
    }

    Map<String, long[]> shapes(long nIn, long nOut) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String name : PRIOR.parameterNames()) {
            shapes.put(WEIGHTS + name, new long[] {nIn, nOut});
        }
        for (String name : hasBias ? PRIOR.parameterNames() : java.util.List.<String>of()) {
            shapes.put(BIAS + name, new long[] {1, nOut});
        }
        return shapes;
    }

    /**
     * The posterior of the weights, without the teacher's.
     *
     * @param parameters the layer's parameter table
     * @return a view, [nIn, nOut]
     */
    public WeightPosterior weights(Map<String, INDArray> parameters) {
        return PRIOR.posterior(Parameters.withoutPrefix(parameters, WEIGHTS), scale);
    }

    /**
     * The posterior of the bias, without the teacher's.
     *
     * @param parameters the layer's parameter table
     * @return a view, [1, nOut], or null if the layer has none
     */
    public @Nullable WeightPosterior bias(Map<String, INDArray> parameters) {
        return hasBias
                ? PRIOR.posterior(Parameters.withoutPrefix(parameters, BIAS), new PriorScale(1, 1))
                : null;
    }

    void initialise(Map<String, INDArray> parameters) {
        weights(parameters).initialiseBias();
        WeightPosterior bias = bias(parameters);
        if (bias != null) {
            bias.initialiseBias();
        }
    }

    StockWeights means(Map<String, INDArray> parameters) {
        WeightPosterior bias = bias(parameters);
        return new StockWeights(weights(parameters).mode(), bias == null ? null : bias.mode());
    }

    StockWeights sample(Map<String, INDArray> parameters) {
        WeightPosterior bias = bias(parameters);
        return new StockWeights(weights(parameters).sample(), bias == null ? null : bias.sample());
    }
}

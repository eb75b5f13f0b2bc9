package io.github.dl4jep.params;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.OffsetPosterior;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.PrunedPrior;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The second array of weights of an output layer with a teacher, which is added to the teacher's: by default mean 0 and
 * variance 64 / nIn a priori, its bias 64. Own, docs/algorithm.md, section 4.
 */
public final class ReadoutWeights {

    private static final String WEIGHTS = "readoutW";
    private static final String BIAS = "readoutb";
    /** The prior by default: variance 64 / nIn, and 64 of the bias. */
    public static final GaussianPrior DEFAULT_PRIOR = new GaussianPrior(64, true);

    /** Which weights of the layer are removed, if some are. */
    private static final String KEPT = PosteriorParamInitializer.WEIGHT_PREFIX + PrunedPrior.KEPT;

    private final WeightPrior prior;
    private final PriorScale scale;
    private final boolean hasBias;

    ReadoutWeights(WeightPrior prior, long fanIn, boolean hasBias) {
        this.prior = prior.forOutput();
        this.scale = new PriorScale(fanIn, 1);
        this.hasBias = hasBias;
    }

    /** The prior by default of a likelihood that may have a teacher; null without a likelihood. */
    static @Nullable WeightPrior defaultPrior(@Nullable Likelihood likelihood) {
        return likelihood == null ? null : DEFAULT_PRIOR;
    }

    Map<String, long[]> shapes(long nIn, long nOut) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String name : prior.parameterNames()) {
            shapes.put(WEIGHTS + name, prior.shapeOf(name, new long[] {nIn, nOut}));
        }
        if (hasBias) {
            prior.parameterNames().forEach(name -> shapes.put(BIAS + name, prior.shapeOf(name, new long[] {1, nOut})));
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
        Map<String, INDArray> own = NamedPosterior.select(prior, parameters, WEIGHTS);
        INDArray kept = parameters.get(KEPT);
        WeightPosterior all = prior.posterior(own, scale);
        // A weight that is removed is zero as a sum.
        return kept == null ? all : PrunedPrior.withZerosOf(all, kept);
    }

    /**
     * The posterior of the bias, without the teacher's.
     *
     * @param parameters the layer's parameter table
     * @return a view, [1, nOut], or null if the layer has none
     */
    public @Nullable WeightPosterior bias(Map<String, INDArray> parameters) {
        return hasBias ? prior.posterior(NamedPosterior.select(prior, parameters, BIAS), new PriorScale(1, 1)) : null;
    }

    /**
     * What predictions see: these weights and a teacher's, or both biases.
     *
     * @param role weights or bias
     * @param teacher the teacher's posterior
     * @param parameters the layer's parameter table
     * @return the posterior of the sum, in which the teacher's part is taken as known
     */
    public WeightPosterior added(NamedPosterior.Role role, WeightPosterior teacher, Map<String, INDArray> parameters) {
        WeightPosterior own = role == NamedPosterior.Role.BIAS ? bias(parameters) : weights(parameters);
        return own == null ? teacher : new OffsetPosterior(own, teacher);
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
}

package io.github.dl4jep.params;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One array of weights in a layer's parameters.
 *
 * @param name what its parameters begin with: {@code W}, {@code b}, {@code firstW}, {@code gamma}, ...
 * @param role what the layer does with it
 * @param prior its prior
 * @param posterior its posterior, a view of the parameters
 * @param parameters the natural parameters by the prior's names, views
 */
public record NamedPosterior(
        String name, Role role, WeightPrior prior, WeightPosterior posterior, Map<String, INDArray> parameters) {

    /** What a layer does with an array of weights. */
    public enum Role {
        /** Factors of inputs that are added up. */
        WEIGHTS,
        /** Added to these sums. */
        BIAS,
        /** The factor of each channel of a normalization. */
        SCALE,
        /** Added to each channel of a normalization. */
        SHIFT;

        /**
         * Whether these are factors.
         *
         * @return true for weights and scales, false for what is added
         */
        public boolean isFactor() {
            return this == WEIGHTS || this == SCALE;
        }
    }

    /**
     * The shape of the array.
     *
     * @return rows and columns
     */
    public long[] shape() {
        return Parameters.get(parameters, prior.parameterNames().get(0)).shape();
    }

    /** Of the parameters that begin with a name. */
    static Map<String, INDArray> select(WeightPrior prior, Map<String, INDArray> parameters, String name) {
        Map<String, INDArray> selected = new LinkedHashMap<>();
        for (String parameter : prior.parameterNames()) {
            selected.put(parameter, Parameters.get(parameters, name + parameter));
        }
        return selected;
    }
}

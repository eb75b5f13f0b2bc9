package io.github.dl4jep.convert;

import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PrunedPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weight priors that options name; those of layers that they do not name depend on the depth of the network.
 *
 * @param hidden prior of all hidden layers, or null
 * @param output prior of output layers, or null
 * @param layers priors of single layers by name, which go before
 * @param zeros share of the weights of hidden layers that are zero from the start, but of layers that are named
 */
record PriorChoice(
        @Nullable WeightPrior hidden, @Nullable WeightPrior output, Map<String, WeightPrior> layers, double zeros) {

    private static final double MEMORY_SCALE = 1;
    private static final double EVERY_STEP_SCALE = 2;
    private static final double LAST_STEP_SCALE = 0.25;

    private static final String BY_DEPTH = "gaussian(scale=min(0.5, 2/depth))";

    /** The prior that is named for a hidden layer, or null. */
    @Nullable
    WeightPrior named(String layerName) {
        return layers.getOrDefault(layerName, hidden);
    }

    /** The prior that is named for an output layer, or null. */
    @Nullable
    WeightPrior namedForOutput(String layerName) {
        return layers.getOrDefault(layerName, output);
    }

    /** The prior of a hidden layer in a network of some depth. */
    WeightPrior of(String layerName, int depth) {
        return sparse(layerName, orByDepth(named(layerName), depth));
    }

    /**
     * The prior of a recurrent layer, whatever the depth: wide for cells with a memory and where labels stand at every step, where narrow ones learn
     * slowly.
     */
    WeightPrior ofRecurrent(String layerName, boolean hasMemory, boolean hasLabelsAtSteps) {
        WeightPrior named = named(layerName);
        double scale = hasMemory ? MEMORY_SCALE : hasLabelsAtSteps ? EVERY_STEP_SCALE : LAST_STEP_SCALE;
        return sparse(layerName, named == null ? new GaussianPrior(scale) : named);
    }

    private WeightPrior sparse(String layerName, WeightPrior prior) {
        return zeros == 0 || layers.containsKey(layerName) ? prior : new PrunedPrior(prior, 1 - zeros);
    }

    /** The prior of an output layer in a network of some depth. */
    WeightPrior ofOutput(String layerName, int depth) {
        return orByDepth(namedForOutput(layerName), depth).forOutput();
    }

    /** Whether all priors are those of normal weights. */
    boolean areNormal() {
        return (hidden == null || hidden.hasNormalPosterior())
                && (output == null || output.hasNormalPosterior())
                && layers.values().stream().allMatch(WeightPrior::hasNormalPosterior);
    }

    private static WeightPrior orByDepth(@Nullable WeightPrior named, int depth) {
        return named == null ? GaussianPrior.ofDepth(depth) : named;
    }

    /** For reports. */
    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("weightPrior", hidden == null ? BY_DEPTH : hidden.toString());
        map.put(
                "outputWeightPrior",
                output == null ? BY_DEPTH : output.forOutput().toString());
        if (zeros > 0) {
            map.put("sparsity", zeros);
        }
        layers.forEach((layer, prior) -> map.put("weightPrior." + layer, prior.toString()));
        return map;
    }
}

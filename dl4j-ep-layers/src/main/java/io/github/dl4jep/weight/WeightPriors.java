package io.github.dl4jep.weight;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Weight priors by name, with their default settings: one registration line each. */
public final class WeightPriors {

    private static final Map<String, Supplier<WeightPrior>> REGISTRY = new LinkedHashMap<>();

    static {
        REGISTRY.put("gaussian", GaussianPrior::new);
        REGISTRY.put("binary", BinaryPrior::new);
        REGISTRY.put("ternary", TernaryPrior::new);
        REGISTRY.put("spike-slab", SpikeSlabPrior::new);
    }

    private WeightPriors() {}

    /**
     * All names.
     *
     * @return the names, in the order of registration
     */
    public static Set<String> names() {
        return Collections.unmodifiableSet(REGISTRY.keySet());
    }

    /**
     * The prior of a name, with its default settings.
     *
     * @param name one of {@link #names()}
     * @return the prior
     * @throws IllegalArgumentException if there is no prior of that name
     */
    public static WeightPrior named(String name) {
        Supplier<WeightPrior> prior = REGISTRY.get(name);
        if (prior == null) {
            throw new IllegalArgumentException(
                    "there is no weight prior \"" + name + "\"; allowed are " + String.join(", ", REGISTRY.keySet()));
        }
        return prior.get();
    }
}

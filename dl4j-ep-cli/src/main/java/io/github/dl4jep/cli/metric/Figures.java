package io.github.dl4jep.cli.metric;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one network on the test rows. A figure that does not apply is null, and absent from JSON; all are null
 * when the network puts out numbers that are not finite.
 *
 * @param testError the fraction of test rows whose most probable class is wrong
 * @param nll the mean negative log likelihood of the true classes, in nats
 * @param ece the expected calibration error, 15 bins of equal width
 * @param pointTestError the test error of the network of point weights, where there is one
 * @param sampledTestError the test error of the mean output potentials of drawn networks, where there are such; of
 *     2,000 rows, evenly spread, where there are more
 * @param rmse the root mean squared error in the target's original units
 * @param logLikelihood the mean log density of the targets in their original units, in nats
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Figures(
        @Nullable Double testError,
        @Nullable Double nll,
        @Nullable Double ece,
        @Nullable Double pointTestError,
        @Nullable Double sampledTestError,
        @Nullable Double rmse,
        @Nullable Double logLikelihood) {
    /** The figures of a network that puts out numbers that are not finite. */
    public static final Figures NONE = new Figures(null, null, null, null, null, null, null);

    /**
     * Returns the figures that apply.
     *
     * @return by the name of the component
     */
    public Map<String, Double> values() {
        Map<String, @Nullable Double> all = new LinkedHashMap<>();
        all.put("testError", testError);
        all.put("nll", nll);
        all.put("ece", ece);
        all.put("pointTestError", pointTestError);
        all.put("sampledTestError", sampledTestError);
        all.put("rmse", rmse);
        all.put("logLikelihood", logLikelihood);
        all.values().removeIf(Objects::isNull);
        return all;
    }

    /**
     * Says whether training has failed: the network puts out numbers that are not finite.
     *
     * @return true if there are no figures
     */
    public boolean diverged() {
        return equals(NONE);
    }
}

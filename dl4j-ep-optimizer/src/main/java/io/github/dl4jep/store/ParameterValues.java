package io.github.dl4jep.store;

import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PrunedPrior;
import io.github.dl4jep.weight.TernaryPrior;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the parameters of a posterior can be: precisions and variances positive, and nothing so large that its square leaves single
 * precision. Training never comes near these limits; damage does, and would be answered by NaN.
 */
final class ParameterValues {

    private static final double LARGEST = 1e15;
    /** Units of targets and features are the user's. */
    private static final double LARGEST_IN_UNITS = 1e30;
    /** Posteriors saturate below, at 30, and the precision of a weight in units of its size at 60. */
    private static final double LARGEST_LOG_ODDS = 40;

    private ParameterValues() {}

    /** From the least to the largest value. */
    private record Range(double least, double largest) {
        static Range around(double largest) {
            return new Range(-largest, largest);
        }

        static Range positive(double largest) {
            return new Range(1 / largest, largest);
        }

        boolean contains(double value) {
            return value >= least && value <= largest;
        }
    }

    /**
     * Looks for a value that no posterior has.
     *
     * @param layers the layers of a network, with finite parameters
     * @return what is wrong with the first one, or null if there is none
     */
    static @Nullable String problem(Layer[] layers) {
        for (Layer layer : layers) {
            for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
                Range range = range(parameter.getKey());
                double least = parameter.getValue().minNumber().doubleValue();
                double largest = parameter.getValue().maxNumber().doubleValue();
                if (!range.contains(least) || !range.contains(largest)) {
                    return String.format(
                            Locale.ROOT,
                            "parameter %s of %s is %s somewhere, allowed: %s to %s",
                            parameter.getKey(),
                            ((EpRuntime) layer).vertex().describe(),
                            range.contains(least) ? largest : least,
                            range.least(),
                            range.largest());
                }
            }
        }
        return null;
    }

    private static Range range(String name) {
        if (name.endsWith(PrunedPrior.KEPT)) {
            return new Range(0, 1);
        }
        if (name.endsWith("LogOdds")) {
            return Range.around(LARGEST_LOG_ODDS);
        }
        if (name.endsWith(TernaryPrior.SCALED_PRECISION)) {
            return Range.around(2 * LARGEST_LOG_ODDS);
        }
        if (name.endsWith(GaussianPrior.PRECISION) && !name.endsWith(GaussianPrior.MEAN_TIMES_PRECISION)) {
            return Range.positive(LARGEST);
        }
        return switch (name) {
            case "noiseVariance", "teacherNoiseVariance" -> Range.positive(LARGEST_IN_UNITS);
            case "probabilityScale", "pointScale", "classFrequency", "predictedFrequency", TrustRegion.NAME ->
                Range.positive(LARGEST);
            case "targetScaling", "withheldNoise" -> Range.around(LARGEST_IN_UNITS);
            case NormalizationParamInitializer.VARIANCE -> new Range(0, LARGEST_IN_UNITS);
            default -> Range.around(LARGEST);
        };
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.weight.GaussianPrior;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Numbers that a likelihood learns, each with a normal posterior: precision and mean times precision are parameters, as of weights. A
 * batch adds the parabola of its negative log likelihood at the current mean, and earlier ones are forgotten as those of weights.
 *
 * @param name what the names of their parameters begin with
 * @param priorMean mean before any batch
 * @param priorPrecision precision before any batch
 */
public record LearnedNumber(String name, double priorMean, double priorPrecision) {

    private static final String PRECISION = GaussianPrior.PRECISION;
    private static final String MEAN_TIMES_PRECISION = GaussianPrior.MEAN_TIMES_PRECISION;
    private static final double LONGEST_STEP = 0.5;

    private String precision() {
        return name + PRECISION;
    }

    private String meanTimesPrecision() {
        return name + MEAN_TIMES_PRECISION;
    }

    /**
     * Names of its two parameters.
     *
     * @return precision, and mean times precision
     */
    public List<String> parameterNames() {
        return List.of(precision(), meanTimesPrecision());
    }

    /**
     * Whether a parameter is one of its two.
     *
     * @param parameter a name
     * @return true if it is
     */
    public boolean has(String parameter) {
        return parameterNames().contains(parameter);
    }

    /**
     * Sets the posterior to the prior.
     *
     * @param parameters learned parameters by name, changed in place
     */
    public void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, precision()).assign(priorPrecision);
        Parameters.get(parameters, meanTimesPrecision()).assign(priorMean * priorPrecision);
    }

    /** Normal distributions of a number, one for each scale. */
    public static final class Normals {

        private final double[] means;
        private final double[] precisions;

        Normals(double[] means, double[] precisions) {
            this.means = means.clone();
            this.precisions = precisions.clone();
        }

        private static Normals ofNaturalParameters(double[] meanTimesPrecisions, double[] precisions) {
            double[] means = new double[precisions.length];
            Arrays.setAll(means, i -> meanTimesPrecisions[i] / precisions[i]);
            return new Normals(means, precisions);
        }

        /**
         * The means.
         *
         * @return a copy
         */
        public double[] means() {
            return means.clone();
        }

        double[] precisions() {
            return precisions.clone();
        }

        /** This far from the means, in deviations. */
        double[] at(double deviations) {
            double[] values = new double[means.length];
            Arrays.setAll(values, i -> means[i] + deviations / Math.sqrt(precisions[i]));
            return values;
        }
    }

    /**
     * The posterior.
     *
     * @param parameters learned parameters by name
     * @return a normal distribution for each number
     */
    public Normals posterior(Map<String, INDArray> parameters) {
        return Normals.ofNaturalParameters(
                Rows.flat(Parameters.get(parameters, meanTimesPrecision())),
                Rows.flat(Parameters.get(parameters, precision())));
    }

    /** The posterior, had training begun with another prior. */
    Normals posterior(Map<String, INDArray> parameters, Normals prior) {
        double[] meanTimesPrecisions = Rows.flat(Parameters.get(parameters, meanTimesPrecision()));
        double[] precisions = Rows.flat(Parameters.get(parameters, precision()));
        for (int i = 0; i < precisions.length; i++) {
            precisions[i] += prior.precisions[i] - priorPrecision;
            meanTimesPrecisions[i] += prior.means[i] * prior.precisions[i] - priorMean * priorPrecision;
        }
        return Normals.ofNaturalParameters(meanTimesPrecisions, precisions);
    }

    /** Sets a value that is known as if data had said so. */
    void assume(Map<String, INDArray> parameters, double value, double precision) {
        Parameters.get(parameters, precision()).assign(priorPrecision + precision);
        Parameters.get(parameters, meanTimesPrecision()).assign(priorMean * priorPrecision + value * precision);
    }

    /**
     * What a batch says, by parameter: curvature h, and h mean - slope, of its negative log likelihood at the posterior's means.
     *
     * @param posterior of the numbers
     * @param slope of the negative log likelihood by each number
     * @param curvature of the same, not negative
     * @param count number of examples
     * @return statistics by parameter
     */
    public Map<String, Statistic> statistics(Normals posterior, double[] slope, double[] curvature, double[] count) {
        double[] means = posterior.means();
        double[] known = posterior.precisions();
        double[] h = new double[means.length];
        double[] meanTimes = new double[means.length];
        for (int i = 0; i < h.length; i++) {
            // One batch can be all right, or one example infinitely wrong: none moves the mean further than this. More
            // curvature than that needs would hold the mean where it is.
            h[i] = Math.max(curvature[i], Math.abs(slope[i]) / LONGEST_STEP - known[i]);
            meanTimes[i] = h[i] * means[i] - slope[i];
        }
        return Map.of(precision(), Statistic.of(h, count), meanTimesPrecision(), Statistic.of(meanTimes, count));
    }

    /**
     * The next value of one of its parameters.
     *
     * @param parameter its name
     * @param current its value
     * @param statistic what a batch says
     * @param retention share of what earlier batches said that stays
     * @return the next value
     */
    public double[] learn(String parameter, double[] current, Statistic statistic, double retention) {
        double prior = parameter.endsWith(MEAN_TIMES_PRECISION) ? priorMean * priorPrecision : priorPrecision;
        double[] next = current.clone();
        double[] added = statistic.sum();
        for (int i = 0; i < next.length; i++) {
            next[i] = (next[i] - prior) * retention + prior + added[i];
        }
        return next;
    }
}

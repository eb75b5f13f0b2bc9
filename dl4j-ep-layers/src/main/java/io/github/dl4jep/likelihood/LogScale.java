package io.github.dl4jep.likelihood;

import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.Statistic;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The logarithm of the scale k in softmax(k u), with a normal posterior: precision and mean times precision are parameters, as of a
 * weight, and the prior has mean 0 and deviation 1/2. It forgets as weights do.
 *
 * <p>A batch adds the parabola of its negative log likelihood at the current k. With p from k u: slope k (E_p u - E_y u), curvature k^2
 * Var_p u, summed over the examples.
 *
 * @param name what the names of its parameters begin with
 */
record LogScale(String name) {

    private static final String PRECISION = GaussianPrior.PRECISION;
    private static final String MEAN_TIMES_PRECISION = GaussianPrior.MEAN_TIMES_PRECISION;
    private static final double PRIOR_PRECISION = 4;
    private static final double LONGEST_STEP = 0.5;

    private String precision() {
        return name + PRECISION;
    }

    private String meanTimesPrecision() {
        return name + MEAN_TIMES_PRECISION;
    }

    List<String> parameterNames() {
        return List.of(precision(), meanTimesPrecision());
    }

    void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, precision()).assign(PRIOR_PRECISION);
        Parameters.get(parameters, meanTimesPrecision()).assign(0);
    }

    /** k. */
    double value(Map<String, INDArray> parameters) {
        return Math.exp(
                Parameters.scalar(parameters, meanTimesPrecision()) / Parameters.scalar(parameters, precision()));
    }

    /** What examples say: curvature h, and h log k - slope, by parameter. Scores u and labels y: [rows][outputs]; weights: [rows]. */
    Map<String, Statistic> statistics(
            Map<String, INDArray> parameters, double[][] scores, double[][] labels, double[] weights) {
        double k = value(parameters);
        double slope = 0;
        double curvature = 0;
        double count = 0;
        for (int n = 0; n < scores.length; n++) {
            if (weights[n] > 0) {
                double[] derivatives = ScaleFit.softmaxDerivatives(k, scores[n], labels[n]);
                slope += weights[n] * k * derivatives[0];
                curvature += weights[n] * k * k * derivatives[1];
                count += weights[n];
            }
        }
        // One batch can be all right, or one example infinitely wrong: no parabola has its minimum further away than
        // this.
        curvature = Math.max(curvature, Math.abs(slope) / LONGEST_STEP);
        return Map.of(
                precision(), Statistic.of(new double[] {curvature}, new double[] {count}),
                meanTimesPrecision(),
                        Statistic.of(new double[] {curvature * Math.log(k) - slope}, new double[] {count}));
    }

    /** The next value of a parameter of any scale. */
    static INDArray learn(String parameter, INDArray current, Statistic statistic, LearningPhase phase) {
        double prior = parameter.endsWith(MEAN_TIMES_PRECISION) ? 0 : PRIOR_PRECISION;
        double next = prior
                + phase.retention() * (current.getDouble(0) - prior)
                + statistic.sum().getDouble(0);
        return Nd4j.createFromArray(new double[][] {{next}});
    }
}

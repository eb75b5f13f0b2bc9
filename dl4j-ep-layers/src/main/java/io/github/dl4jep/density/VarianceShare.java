package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.likelihood.LearnedNumber;
import io.github.dl4jep.likelihood.LearningPhase;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The share \( \gamma \) of the potentials' variances that predictions count, one for each label column: a factorised posterior knows nothing
 * of weights that make up for each other, and takes potentials for too uncertain, the more so the more layers there are. Its logarithm has
 * the prior N(0, 9), and learns from withheld examples: what others say of it depends on how much of them the weights know by now.
 *
 * <p>Source: own, docs/algorithm.md, section 4, <em>Any density</em>.
 */
final class VarianceShare {

    static final LearnedNumber LOGARITHM = new LearnedNumber("logCountedVariance", 0, 1.0 / 9);

    private VarianceShare() {}

    private static double[] values(Map<String, INDArray> parameters) {
        return Arrays.stream(LOGARITHM.posterior(parameters).means())
                .map(Math::exp)
                .toArray();
    }

    /** Variances that count; column c of the potentials belongs to label column c modulo the number of these. */
    static double[][] counted(INDArray variance, Map<String, INDArray> parameters) {
        double[] share = values(parameters);
        double[][] rows = Rows.of(variance);
        for (double[] row : rows) {
            for (int c = 0; c < row.length; c++) {
                row[c] *= share[c % share.length];
            }
        }
        return rows;
    }

    /** What withheld examples say. */
    static Map<String, Statistic> statistics(
            HeteroscedasticLikelihood likelihood,
            double[][] labels,
            double[][] importance,
            double[][] scales,
            double[][] mean,
            double[][] counted,
            Map<String, INDArray> parameters) {
        LearnedNumber.Normals posterior = LOGARITHM.posterior(parameters);
        int columns = posterior.means().length;
        double[] slope = new double[columns];
        double[] curvature = new double[columns];
        double[] count = new double[columns];
        for (int n = 0; n < labels.length; n++) {
            likelihood.shareSlopes(labels[n], importance[n], scales, mean[n], counted[n], slope, curvature);
            for (int c = 0; c < columns; c++) {
                count[c] += importance[n][c];
            }
        }
        return LOGARITHM.statistics(posterior, slope, curvature, count);
    }

    static double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return LOGARITHM.learn(parameter, current, statistic, phase.recentRetention());
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * From potentials to scores: \( b + k (u - b) \), \( u = l / \sqrt{1 + \pi V / 8} \).
 *
 * <p>b says how frequent classes are: the logarithms of their frequencies, or the log odds of an independent output, from all
 * labels, which are forgotten as weights forget. So k scales only what the features add, and a k that was fitted to a few examples, all of
 * them of the frequent class, does not change the probability of a rare one. The point network has a k of its own, for u = l.
 *
 * @param kind one class of several, which has one k, or independent outputs, which have one each
 */
record ProbabilityScale(ClassProbabilities kind) {

    /** Of log k: few examples say little of it, but networks of few examples need a k far from 1. */
    private static final double PRIOR_PRECISION = 1;

    private static final LearnedNumber SCALE = new LearnedNumber("logScale", 0, PRIOR_PRECISION);
    private static final LearnedNumber POINT_SCALE = new LearnedNumber("logPointScale", 0, PRIOR_PRECISION);

    /** Share of the labels that are of each class. */
    private static final String FREQUENCY = "classFrequency";
    /** Share of the labels that always counts as spread over all classes, so that no frequency is 0. */
    private static final double SPREAD = 1e-4;

    private boolean independent() {
        return kind == ClassProbabilities.INDEPENDENT;
    }

    Map<String, Integer> parameterLengths(int outputs, int scales) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        SCALE.parameterNames().forEach(name -> lengths.put(name, scales));
        POINT_SCALE.parameterNames().forEach(name -> lengths.put(name, scales));
        lengths.put(FREQUENCY, outputs);
        return lengths;
    }

    void initialise(Map<String, INDArray> parameters) {
        SCALE.initialise(parameters);
        POINT_SCALE.initialise(parameters);
        INDArray frequency = Parameters.get(parameters, FREQUENCY);
        frequency.assign(spread(frequency.length()));
    }

    /** Every k, [1, scales]. */
    static INDArray values(Map<String, INDArray> parameters) {
        return exponentials(SCALE, parameters);
    }

    private static INDArray exponentials(LearnedNumber logarithms, Map<String, INDArray> parameters) {
        double[] values =
                Arrays.stream(logarithms.means(parameters)).map(Math::exp).toArray();
        return Rows.matrix(values, 1, values.length);
    }

    private double spread(long outputs) {
        return independent() ? 0.5 : 1.0 / outputs;
    }

    /** b, [1, outputs]. */
    private INDArray base(Map<String, INDArray> parameters) {
        double[] base = Rows.flat(Parameters.get(parameters, FREQUENCY));
        for (int c = 0; c < base.length; c++) {
            // Of a softmax only differences count: equally frequent classes have 0.
            double other = independent() ? 1 - base[c] : 1.0 / base.length;
            base[c] = Math.log(base[c] / other);
        }
        return Rows.matrix(base, 1, base.length);
    }

    /** (1 - k) b. */
    private INDArray offset(INDArray scales, Map<String, INDArray> parameters) {
        INDArray base = base(parameters);
        return scales.length() == 1 ? base.muli(1 - scales.getDouble(0)) : base.muli(scales.rsub(1));
    }

    PredictiveForm.Scores scores(Map<String, INDArray> parameters) {
        INDArray k = values(parameters);
        return PredictiveForm.Scores.moderated(independent(), k, offset(k, parameters));
    }

    Likelihood.PointScale pointScale(Map<String, INDArray> parameters) {
        INDArray factor = exponentials(POINT_SCALE, parameters);
        INDArray offset = offset(factor, parameters);
        return new Likelihood.PointScale(
                factor.length() == 1 ? offset.mul(0).addi(factor.getDouble(0)) : factor, offset);
    }

    /** What the labels of a batch say about frequencies; importance column by column. */
    static Map<String, Statistic> frequencies(OutputBatch batch, double[] importance) {
        double[] y = Rows.columns(batch.doubleLabels());
        int rows = batch.labels().rows();
        double[] labels = new double[batch.labels().columns()];
        double[] all = new double[labels.length];
        for (int i = 0; i < y.length; i++) {
            labels[i / rows] += importance[i] * y[i];
            all[i / rows] += importance[i];
        }
        return Map.of(FREQUENCY, Statistic.of(labels, all));
    }

    /** What withheld examples say about the scales; importance column by column. */
    Map<String, Statistic> statistics(
            OutputBatch batch, double[] importance, int scales, Map<String, INDArray> parameters) {
        int rows = batch.labels().rows();
        INDArray base = base(parameters);
        double[][] ofClasses = new double[scales][];
        double[][] weights = new double[scales][];
        for (int i = 0; i < scales; i++) {
            ofClasses[i] = byScale(base, 0)[i][0];
            weights[i] = Arrays.copyOfRange(importance, i * rows, (i + 1) * rows);
        }
        double[][][] labels = byScale(batch.doubleLabels(), 1);
        INDArray one = Nd4j.ones(DataType.DOUBLE, 1, 1);
        INDArray moderated =
                PredictiveForm.Scores.moderated(independent(), one, base.neg()).of(batch.mean(), batch.variance());
        INDArray point = batch.mean().subRowVector(base);
        Map<String, Statistic> statistics = new LinkedHashMap<>(
                ScaleFit.statistics(SCALE, parameters, byScale(moderated, 0), labels, ofClasses, weights));
        statistics.putAll(ScaleFit.statistics(POINT_SCALE, parameters, byScale(point, 0), labels, ofClasses, weights));
        return statistics;
    }

    /** [scales][rows][classes]; an independent output is a class against a second one: 0, or what makes up the given sum. */
    private double[][][] byScale(INDArray matrix, double sum) {
        double[][] all = Rows.of(matrix);
        if (!independent()) {
            return new double[][][] {all};
        }
        double[][][] outputs = new double[matrix.columns()][all.length][];
        for (int n = 0; n < all.length; n++) {
            for (int c = 0; c < outputs.length; c++) {
                outputs[c][n] = new double[] {all[n][c], sum == 0 ? 0 : sum - all[n][c]};
            }
        }
        return outputs;
    }

    INDArray learn(String parameter, INDArray current, Statistic statistic, LearningPhase phase) {
        if (parameter.equals(FREQUENCY)) {
            double[] next = Rows.flat(current);
            double[] mean = Rows.flat(statistic.mean());
            for (int c = 0; c < next.length; c++) {
                double estimate = (1 - SPREAD) * mean[c] + SPREAD * spread(next.length);
                // An output without any label says nothing.
                next[c] = Double.isNaN(estimate) ? next[c] : next[c] + (1 - phase.retention()) * (estimate - next[c]);
            }
            return Rows.matrix(next, 1, next.length);
        }
        LearnedNumber number = SCALE.parameterNames().contains(parameter) ? SCALE : POINT_SCALE;
        // The first batches know nothing of how sure the network is later, and are the least sure.
        return number.learn(parameter, current, statistic, phase.recentRetention());
    }
}

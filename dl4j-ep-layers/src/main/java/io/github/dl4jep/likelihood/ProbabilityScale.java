package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.Statistic;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * From potentials to scores: \( b + k (u - b) \), \( u = l / \sqrt{1 + \pi V / 8} \).
 *
 * <p>b says how frequent classes are: the logarithms of their frequencies, or the log odds of an independent output, from counts of all
 * labels that are forgotten as weights forget. So k scales only what the features add, and a k that was fitted to a few examples, all of
 * them of the frequent class, does not change the probability of a rare one. The point network has a k of its own, for u = l.
 *
 * @param kind one class of several, which has one k, or independent outputs, which have one each
 */
record ProbabilityScale(ClassProbabilities kind) {

    private static final double PRIOR_PRECISION = 4;
    private static final LearnedNumber SCALE = new LearnedNumber("logScale", 0, PRIOR_PRECISION);
    private static final LearnedNumber POINT_SCALE = new LearnedNumber("logPointScale", 0, PRIOR_PRECISION);

    /** Labels of each class, and those of each output that are not of its class. */
    private static final String LABELS = "labelCount";

    private static final String OTHER_LABELS = "otherLabelCount";
    private static final double PRIOR_COUNT = 0.5;

    private boolean independent() {
        return kind == ClassProbabilities.INDEPENDENT;
    }

    Map<String, Integer> parameterLengths(int outputs, int scales) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        SCALE.parameterNames().forEach(name -> lengths.put(name, scales));
        POINT_SCALE.parameterNames().forEach(name -> lengths.put(name, scales));
        lengths.put(LABELS, outputs);
        if (independent()) {
            lengths.put(OTHER_LABELS, outputs);
        }
        return lengths;
    }

    void initialise(Map<String, INDArray> parameters) {
        SCALE.initialise(parameters);
        POINT_SCALE.initialise(parameters);
        Parameters.get(parameters, LABELS).assign(PRIOR_COUNT);
        if (independent()) {
            Parameters.get(parameters, OTHER_LABELS).assign(PRIOR_COUNT);
        }
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

    /** b, [1, outputs]. */
    private INDArray base(Map<String, INDArray> parameters) {
        double[] base = logarithms(parameters, LABELS);
        double[] others = independent() ? logarithms(parameters, OTHER_LABELS) : new double[base.length];
        // Of a softmax only differences count: equally frequent classes have 0.
        double mean = independent() ? 0 : Arrays.stream(base).average().orElse(0);
        for (int c = 0; c < base.length; c++) {
            base[c] -= others[c] + mean;
        }
        return Rows.matrix(base, 1, base.length);
    }

    private static double[] logarithms(Map<String, INDArray> parameters, String name) {
        return Arrays.stream(Rows.flat(Parameters.get(parameters, name)))
                .map(Math::log)
                .toArray();
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
        return new Likelihood.PointScale(factor, offset(factor, parameters));
    }

    /** What the labels of a batch say about frequencies; importance column by column. */
    Map<String, Statistic> counts(OutputBatch batch, double[] importance) {
        double[] y = Rows.columns(batch.doubleLabels());
        int rows = batch.labels().rows();
        double[] labels = new double[batch.labels().columns()];
        double[] others = new double[labels.length];
        double[] ones = new double[labels.length];
        Arrays.fill(ones, 1);
        for (int i = 0; i < y.length; i++) {
            labels[i / rows] += importance[i] * y[i];
            others[i / rows] += importance[i] * (1 - y[i]);
        }
        return independent()
                ? Map.of(LABELS, Statistic.of(labels, ones), OTHER_LABELS, Statistic.of(others, ones))
                : Map.of(LABELS, Statistic.of(labels, ones));
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

    static INDArray learn(String parameter, INDArray current, Statistic statistic, LearningPhase phase) {
        if (parameter.equals(LABELS) || parameter.equals(OTHER_LABELS)) {
            return current.sub(PRIOR_COUNT)
                    .muli(phase.retention())
                    .addi(PRIOR_COUNT)
                    .addi(statistic.sum());
        }
        LearnedNumber number = SCALE.parameterNames().contains(parameter) ? SCALE : POINT_SCALE;
        return number.learn(parameter, current, statistic, phase.retention());
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.normal.GaussHermiteRule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * From potentials to scores: \( b + k (u - b) + \delta \), \( u = l / \sqrt{1 + \pi \gamma V / 8} \).
 *
 * <p>b says how frequent classes are, {@link ClassFrequencies}, from all labels, which are forgotten as weights forget. So k scales only what
 * the features add, and a k that was fitted to a few examples, all of them of the frequent class, does not change the probability of a rare one. The point network has a k of its own, for u = l.
 *
 * <p>Of the variance a share \( \gamma \) counts, which the new examples of the first pass say: a factorised posterior knows nothing of
 * weights that make up for each other, and so takes potentials for too uncertain.
 *
 * <p>Some hundred withheld examples are easier, or harder, than all, in each pass nearly alike. In the first pass all examples are new, and
 * a scale that suits the withheld ones differs from one that suits the others by just that: {@link #freshStatistics}. Both k are divided by
 * the root of the quotient.
 *
 * <p>Few withheld examples say little of k. Log k is normal around that of the first pass before they say anything, and probabilities are
 * means over what is known of it, by quadrature.
 *
 * <p>Such a mean is larger for a rare class than its most probable value, and where positives are rare, a k that is fitted to two or three
 * of them is what they happen to be. So all examples say, before they are learned from, what mean probability each class has, and
 * \( \delta \) is by what its logarithm, or log odds, is short of b: mean probabilities become the frequencies of the labels.
 *
 * @param kind one class of several, which has one k, or independent outputs, which have one each
 * @param learned whether there are withheld examples that the scales are fitted to; else k is 1
 * @param corrected whether there is a delta; else it is 0
 */
record ProbabilityScale(ClassProbabilities kind, boolean learned, boolean corrected) {

    /** Of log k in the first pass: networks of few examples need a k far from 1. */
    private static final double PRIOR_PRECISION = 1;
    /** Of the difference between log k of later passes and of the first: networks learn more, and learn some of it by heart. */
    private static final double LATER_PRECISION = 4;
    /** Of log k of a network that was trained by gradients, at the start: its probabilities to four digits. */
    private static final double PRECISION_OF_STOCK = 1e4;

    /** In deviations of log k. */
    private static final double[] NODES;

    private static final double[] WEIGHTS;

    static {
        GaussHermiteRule rule = GaussHermiteRule.of(5);
        NODES = rule.nodes();
        WEIGHTS = rule.weights();
    }

    private static final LearnedNumber SCALE = new LearnedNumber("logScale", 0, PRIOR_PRECISION);
    private static final LearnedNumber POINT_SCALE = new LearnedNumber("logPointScale", 0, PRIOR_PRECISION);
    /** Of examples of the first pass that weights are about to learn from, as training predicts them. */
    private static final LearnedNumber FRESH = new LearnedNumber("logFreshScale", 0, PRIOR_PRECISION);
    /** The same of the withheld ones. */
    private static final LearnedNumber FRESH_WITHHELD = new LearnedNumber("logFreshWithheldScale", 0, PRIOR_PRECISION);

    /** Of the first pass, as {@link #FRESH}: log gamma. */
    private static final LearnedNumber COUNTED = new LearnedNumber("logCountedVariance", 0, PRIOR_PRECISION);

    /** Share of the difference of the first pass that later ones have, too. */
    private static final double LASTING = 0.5;

    private static final List<LearnedNumber> NUMBERS = List.of(SCALE, POINT_SCALE, FRESH, FRESH_WITHHELD, COUNTED);

    private ClassFrequencies frequencies() {
        return new ClassFrequencies(kind, corrected);
    }

    private boolean independent() {
        return kind == ClassProbabilities.INDEPENDENT;
    }

    Map<String, Integer> parameterLengths(int outputs, int scales) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        NUMBERS.forEach(number -> number.parameterNames().forEach(name -> lengths.put(name, scales)));
        lengths.putAll(frequencies().parameterLengths(outputs));
        return lengths;
    }

    void initialise(Map<String, INDArray> parameters) {
        NUMBERS.forEach(number -> number.initialise(parameters));
        frequencies().initialise(parameters);
    }

    /** Sets k to 1, for potentials of a network that was trained by gradients. The memory of k is short, so that it can soon be another. */
    void startFromStock(Map<String, INDArray> parameters) {
        SCALE.assume(parameters, 0, PRECISION_OF_STOCK);
        POINT_SCALE.assume(parameters, 0, PRECISION_OF_STOCK);
    }

    /** What is known of log k before a withheld example says more: the k of all others in the first pass, from which it has moved. */
    private static LearnedNumber.Normals prior(Map<String, INDArray> parameters) {
        LearnedNumber.Normals ofOthers = FRESH.posterior(parameters);
        double[] precisions = ofOthers.precisions();
        Arrays.setAll(precisions, i -> 1 / (1 / precisions[i] + 1 / LATER_PRECISION));
        return new LearnedNumber.Normals(ofOthers.means(), precisions);
    }

    /** Logarithms as fitted to withheld examples, without what is known of how easy these are. */
    private static LearnedNumber.Normals fitted(LearnedNumber logarithms, Map<String, INDArray> parameters) {
        return logarithms.posterior(parameters, prior(parameters));
    }

    /** Logarithms of the scales. */
    private static LearnedNumber.Normals logarithms(LearnedNumber logarithms, Map<String, INDArray> parameters) {
        LearnedNumber.Normals fitted = fitted(logarithms, parameters);
        double[] ofOthers = FRESH.posterior(parameters).means();
        double[] ofWithheld = fitted(FRESH_WITHHELD, parameters).means();
        double[] means = fitted.means();
        Arrays.setAll(means, i -> means[i] - LASTING * (ofWithheld[i] - ofOthers[i]));
        return new LearnedNumber.Normals(means, fitted.precisions());
    }

    /** The most probable k of every scale. */
    static double[] values(Map<String, INDArray> parameters) {
        return exponentials(logarithms(SCALE, parameters).means());
    }

    private static double[] exponentials(double[] logarithms) {
        return Arrays.stream(logarithms).map(Math::exp).toArray();
    }

    /** b of every output. */
    private double[] base(Map<String, INDArray> parameters) {
        return frequencies().base(parameters);
    }

    private static INDArray row(double[] values) {
        return Rows.matrix(values, 1, values.length);
    }

    /** Scores b + k (u - b) + delta. */
    private static PredictiveForm.Scale scale(double weight, double[] k, double[] base, double[] correction) {
        double[] offset = base.clone();
        Arrays.setAll(offset, c -> (1 - k[k.length == 1 ? 0 : c]) * base[c] + correction[c]);
        return new PredictiveForm.Scale(weight, k, offset);
    }

    PredictiveForm.Scores scores(Map<String, INDArray> parameters) {
        return scores(parameters, frequencies().correction(parameters));
    }

    private PredictiveForm.Scores scores(Map<String, INDArray> parameters, double[] correction) {
        double[] base = base(parameters);
        if (!learned) {
            return moderated(List.of(scale(1, new double[] {1}, base, correction)), parameters);
        }
        LearnedNumber.Normals logarithms = logarithms(SCALE, parameters);
        return moderated(
                IntStream.range(0, NODES.length)
                        .mapToObj(i -> scale(WEIGHTS[i], exponentials(logarithms.at(NODES[i])), base, correction))
                        .toList(),
                parameters);
    }

    private PredictiveForm.Scores moderated(List<PredictiveForm.Scale> scales, Map<String, INDArray> parameters) {
        return PredictiveForm.Scores.moderated(independent(), scales, counted(parameters));
    }

    /** Every gamma. */
    static double[] counted(Map<String, INDArray> parameters) {
        return exponentials(COUNTED.posterior(parameters).means());
    }

    Likelihood.PointScale pointScale(Map<String, INDArray> parameters) {
        double[] k = learned ? exponentials(logarithms(POINT_SCALE, parameters).means()) : new double[] {1};
        double[] base = base(parameters);
        PredictiveForm.Scale scale = scale(1, k, base, new double[base.length]);
        double[] factor = scale.offset();
        Arrays.setAll(factor, c -> k[k.length == 1 ? 0 : c]);
        return new Likelihood.PointScale(row(factor), row(scale.offset()));
    }

    /** What a batch that is not learned from yet says about frequencies; importance column by column. */
    Map<String, Statistic> frequencies(OutputBatch batch, double[] importance, Map<String, INDArray> parameters) {
        double[] none = new double[batch.labels().columns()];
        return frequencies().statistics(batch, scores(parameters, none), importance);
    }

    /** What withheld examples say about the scales; importance column by column. */
    Map<String, Statistic> statistics(
            OutputBatch batch, double[] importance, int scales, Map<String, INDArray> parameters) {
        Map<String, Statistic> statistics = new LinkedHashMap<>(statistics(
                SCALE, fitted(SCALE, parameters), moderated(batch, parameters), batch, importance, scales, parameters));
        statistics.putAll(statistics(
                POINT_SCALE,
                fitted(POINT_SCALE, parameters),
                plus(batch.givenMean(), minusBase(parameters)),
                batch,
                importance,
                scales,
                parameters));
        return statistics;
    }

    /** What a batch says before it is learned from, of withheld examples and of all others; importance column by column. */
    Map<String, Statistic> freshStatistics(
            OutputBatch batch, double[] importance, int scales, Map<String, INDArray> parameters) {
        double[] ofWithheld = new double[importance.length];
        double[] ofOthers = new double[importance.length];
        for (int i = 0; i < importance.length; i++) {
            (batch.trust(i % batch.labels().rows()) == 0 ? ofWithheld : ofOthers)[i] = importance[i];
        }
        INDArray moderated = moderated(batch, parameters);
        Map<String, Statistic> statistics = new LinkedHashMap<>(
                statistics(FRESH, FRESH.posterior(parameters), moderated, batch, ofOthers, scales, parameters));
        statistics.putAll(statistics(
                FRESH_WITHHELD, fitted(FRESH_WITHHELD, parameters), moderated, batch, ofWithheld, scales, parameters));
        statistics.putAll(ScaleFit.profiledStatistics(
                COUNTED,
                FRESH,
                parameters,
                byScale(moderated, 0),
                byScale(slopeInCounted(moderated, batch, parameters), 0),
                byScale(batch.labels(), 1),
                baseByScale(scales, parameters),
                byScale(ofOthers, scales, batch.labels().rows())));
        return statistics;
    }

    /** u - b. */
    private INDArray moderated(OutputBatch batch, Map<String, INDArray> parameters) {
        PredictiveForm.Scale scale = new PredictiveForm.Scale(1, new double[] {1}, minusBase(parameters));
        return moderated(List.of(scale), parameters).of(scale, batch.givenMean(), batch.givenVariance());
    }

    private double[] minusBase(Map<String, INDArray> parameters) {
        return Arrays.stream(base(parameters)).map(b -> -b).toArray();
    }

    /** A number added to every column. */
    private static INDArray plus(INDArray matrix, double[] ofColumns) {
        double[] sums = Rows.columns(matrix);
        for (int i = 0; i < sums.length; i++) {
            sums[i] += ofColumns[i / matrix.rows()];
        }
        return Rows.matrix(sums, matrix.rows(), matrix.columns());
    }

    /** \( \partial u / \partial \log \gamma = -u\, a / (2 (1 + a)) \), \( a = \pi \gamma V / 8 \). */
    private INDArray slopeInCounted(INDArray moderated, OutputBatch batch, Map<String, INDArray> parameters) {
        int rows = moderated.rows();
        double[] slope = Rows.columns(plus(moderated, base(parameters)));
        double[] gamma = counted(parameters);
        double[] v =
                Rows.columns(independent() ? batch.variance() : batch.variance().mean(true, 1));
        for (int i = 0; i < slope.length; i++) {
            double a = v[i % v.length] * (gamma[gamma.length == 1 ? 0 : i / rows] * (Math.PI / 8));
            slope[i] *= a / (a + 1) * -0.5;
        }
        return Rows.matrix(slope, rows, moderated.columns());
    }

    private Map<String, Statistic> statistics(
            LearnedNumber number,
            LearnedNumber.Normals posterior,
            INDArray scores,
            OutputBatch batch,
            double[] importance,
            int scales,
            Map<String, INDArray> parameters) {
        return ScaleFit.statistics(
                number,
                posterior,
                byScale(scores, 0),
                byScale(batch.labels(), 1),
                baseByScale(scales, parameters),
                byScale(importance, scales, batch.labels().rows()));
    }

    private double[][] baseByScale(int scales, Map<String, INDArray> parameters) {
        double[][][] rows = byScale(row(base(parameters)), 0);
        double[][] base = new double[scales][];
        Arrays.setAll(base, i -> rows[i][0]);
        return base;
    }

    private static double[][] byScale(double[] importance, int scales, int rows) {
        double[][] weights = new double[scales][];
        Arrays.setAll(weights, i -> Arrays.copyOfRange(importance, i * rows, (i + 1) * rows));
        return weights;
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

    double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        if (frequencies().has(parameter)) {
            return frequencies().learn(parameter, current, statistic, phase);
        }
        if (SCALE.has(parameter) || POINT_SCALE.has(parameter)) {
            // The first batches know nothing of how sure the network is later, and are the least sure.
            return SCALE.learn(parameter, current, statistic, phase.recentRetention());
        }
        return FRESH.learn(parameter, current, statistic, phase.retention());
    }
}

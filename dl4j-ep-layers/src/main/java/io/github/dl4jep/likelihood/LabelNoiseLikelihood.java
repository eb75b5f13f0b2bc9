package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TrustRegion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One class of several, where some labels are wrong: a label is drawn from all C classes alike with probability \( \epsilon \), else it
 * is right, \( p(y) = (1 - \epsilon) p_y + \epsilon / C \), with p from {@link ClassLikelihood}.
 *
 * <p>Weights learn from an example as far as its label is believed, \( (1 - \epsilon) p_y / p(y) \) before it is learned from. \(
 * \epsilon \) is learned from withheld examples: its log odds have a normal posterior, prior mean log 4 and deviation 1, of which every batch
 * adds slope and curvature. The prior begins high, because probabilities that have learned wrong labels explain them without any noise.
 *
 * <p>Predictions are those of the right class; the score is that of the labels.
 *
 * <p>Source: own, docs/algorithm.md, section 4.
 */
public final class LabelNoiseLikelihood extends ClassLikelihood {

    private static final long serialVersionUID = 1L;
    private static final LearnedNumber LOG_ODDS = new LearnedNumber("noiseLogOdds", Math.log(4), 1);

    /** A likelihood that withholds one example of 64. */
    public LabelNoiseLikelihood() {
        this(DEFAULT_WITHHELD_SHARE, true);
    }

    /**
     * A likelihood that checks its steps.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the noise and the scale of the probabilities learn from
     * @throws IllegalArgumentException if the share is outside
     */
    public LabelNoiseLikelihood(double withheldShare) {
        this(withheldShare, true);
    }

    /**
     * A likelihood.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the noise and the scale of the probabilities learn from; 0 leaves the
     *     noise at .8 and the scale at 1
     * @param trustRegion whether steps are checked against what the joint solve expects of them: {@link TrustRegion}
     * @throws IllegalArgumentException if the share is outside
     */
    @JsonCreator
    public LabelNoiseLikelihood(
            @JsonProperty("withheldShare") double withheldShare, @JsonProperty("trustRegion") boolean trustRegion) {
        super(withheldShare, trustRegion);
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = new LinkedHashMap<>(super.parameterLengths(outputs));
        LOG_ODDS.parameterNames().forEach(name -> lengths.put(name, 1));
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        super.initialise(parameters);
        LOG_ODDS.initialise(parameters);
    }

    /** Wrong labels make rare classes frequent. */
    @Override
    boolean labelsAreRight() {
        return false;
    }

    /** epsilon. */
    private static double noise(Map<String, INDArray> parameters) {
        return 1 / (1 + Math.exp(-LOG_ODDS.posterior(parameters).means()[0]));
    }

    /**
     * The share of labels that are wrong, \( \epsilon (C - 1) / C \).
     *
     * @param parameters parameter table of the output layer
     * @param outputs number C of classes
     * @return a number from 0 to 1
     */
    public static double wrongLabels(Map<String, INDArray> parameters, int outputs) {
        return noise(parameters) * (outputs - 1) / outputs;
    }

    /** (1 - epsilon) p_y / p(y) of every example; of soft labels the mean over y. */
    @Override
    public double @Nullable [] trust(OutputBatch batch, Map<String, INDArray> parameters) {
        double[] logs = Rows.columns(logProbabilities(batch.mean(), batch.variance(), parameters));
        double[] y = Rows.columns(batch.doubleLabels());
        double uniform = noise(parameters) / batch.labels().columns();
        double right = 1 - noise(parameters);
        double[] trust = new double[batch.labels().rows()];
        for (int i = 0; i < y.length; i++) {
            double p = right * Math.exp(logs[i]);
            trust[i % trust.length] += y[i] * p / (p + uniform);
        }
        return trust;
    }

    /** The slope of the log likelihood in the log odds is 1 - trust - epsilon. */
    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        double[] importance = batch.importanceOfExamples();
        double[] trust = trust(batch, parameters);
        double noise = noise(parameters);
        double slope = 0;
        double curvature = 0;
        for (int n = 0; trust != null && n < trust.length; n++) {
            double more = 1 - trust[n] - noise;
            slope -= importance[n] * more;
            curvature += importance[n] * more * more;
        }
        Map<String, Statistic> statistics = new LinkedHashMap<>(super.observeWithheld(batch, parameters));
        statistics.putAll(LOG_ODDS.statistics(
                LOG_ODDS.posterior(parameters), new double[] {slope}, new double[] {curvature}, new double[] {
                    Arrays.stream(importance).sum()
                }));
        return statistics;
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return LOG_ODDS.parameterNames().contains(parameter)
                ? LOG_ODDS.learn(parameter, current, statistic, phase.recentRetention())
                : super.learn(parameter, current, statistic, phase);
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        double noise = noise(parameters);
        INDArray probabilities = Transforms.exp(logProbabilities(batch.mean(), batch.variance(), parameters), false)
                .muli(1 - noise)
                .addi(noise / batch.labels().columns());
        return kind().negativeLogLikelihood(
                        Transforms.log(probabilities, false), batch.doubleLabels(), batch.importanceOrOnes());
    }
}

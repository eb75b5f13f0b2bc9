package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.PriorPull;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.JointSoftmax;
import io.github.dl4jep.solve.OutputMaximum;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One class of several: a softmax of the potentials, and a teacher that fits the labels by least squares beside it.
 *
 * <p>The message of a batch is taken at the joint maximum of the softmax and the potentials' normal distribution ({@link JointSoftmax}): \(
 * z = \omega (y - p) \), \( G = W / (1 + W V) \), \( W = \omega p (1 - p) \). It reaches the features {@link #EMPHASIS} times as
 * strongly as it says, beside the message of the {@link #teacher}, whose least squares move features while the softmax is already
 * satisfied. Weights that are not normal are one array for both, and learn from the softmax alone. Probabilities are \( softmax(k\, l / \sqrt{1 + \pi \gamma V / 8}) \), V the mean over the
 * classes ({@link PredictiveForm.Scores}, {@link ProbabilityScale}).
 *
 * <p>The scale k is learned from examples that the weights never learn from, {@link #getWithheldShare} of all: log k has a normal
 * posterior around 0, prior deviation 1, of which every batch adds slope and curvature and which forgets as weights do. The scale of the
 * point network is a second one ({@link ProbabilityScale}).
 *
 * <p>How far features may move is learned from what steps really do: {@link TrustRegion}.
 *
 * <p>Labels are any distribution over the classes, so that smoothed and distilled labels are learned from as they are.
 *
 * <p>Source: own, docs/algorithm.md, section 4.
 */
public class ClassLikelihood implements Likelihood {

    /** Times the message counts at the features. K of the features' part is multiplied by it, too. */
    public static final double EMPHASIS = 16;
    /** Default share of the examples that only the scale learns from. */
    public static final double DEFAULT_WITHHELD_SHARE = 1.0 / 64;

    private static final long serialVersionUID = 1L;

    /** Share of the examples that only the scale of the probabilities learns from. */
    private final double withheldShare;
    /** Whether steps are checked against what the joint solve expects of them. */
    private final boolean trustRegion;

    /** A likelihood that withholds one example of 64 and checks its steps. */
    public ClassLikelihood() {
        this(DEFAULT_WITHHELD_SHARE, true);
    }

    /**
     * A likelihood that checks its steps.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the scale of the probabilities learns from; 0 leaves the scale at 1
     * @throws IllegalArgumentException if the share is outside
     */
    public ClassLikelihood(double withheldShare) {
        this(withheldShare, true);
    }

    /**
     * A likelihood.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the scale of the probabilities learns from; 0 leaves the scale at 1
     * @param trustRegion whether steps are checked against what the joint solve expects of them: {@link TrustRegion}. False in files of
     *     version 0.1.0
     * @throws IllegalArgumentException if the share is outside
     */
    @JsonCreator
    public ClassLikelihood(
            @JsonProperty("withheldShare") double withheldShare, @JsonProperty("trustRegion") boolean trustRegion) {
        this.withheldShare = Checks.share("withheldShare", withheldShare);
        this.trustRegion = trustRegion;
    }

    /**
     * Share of the examples that only the scale of the probabilities learns from.
     *
     * @return in [0, 1)
     */
    public double getWithheldShare() {
        return withheldShare;
    }

    /**
     * Whether steps are checked against what the joint solve expects of them.
     *
     * @return false if the hidden priors keep their widths
     */
    public boolean isTrustRegion() {
        return trustRegion;
    }

    /** One class of several. */
    ClassProbabilities kind() {
        return ClassProbabilities.ONE_OF_MANY;
    }

    /** Whether labels are as frequent as the classes themselves. */
    boolean labelsAreRight() {
        return true;
    }

    /** How many problems there are, each with its own scale: one, or one for each output. */
    final int problems(int outputs) {
        return kind() == ClassProbabilities.ONE_OF_MANY ? 1 : outputs;
    }

    @Override
    public double withheldShare() {
        return withheldShare;
    }

    @Override
    public Likelihood teacher(double size) {
        return new TeacherLikelihood(this, size);
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = scale().parameterLengths(outputs, problems(outputs));
        if (trustRegion) {
            lengths.put(TrustRegion.NAME, 1);
        }
        if (withheldShare > 0) {
            lengths.put(PriorPull.NAME, PriorPull.LENGTH);
        }
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        scale().initialise(parameters);
        if (trustRegion) {
            TrustRegion.initialise(parameters);
        }
        if (withheldShare > 0) {
            PriorPull.initialise(parameters, true);
        }
    }

    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        scale().startFromStock(parameters);
        return PointScale.of(1, 0);
    }

    /** How potentials become scores. */
    private ProbabilityScale scale() {
        return new ProbabilityScale(kind(), withheldShare > 0, withheldShare > 0 && labelsAreRight());
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        ClassLabels.requireDistribution(labels, importance);
    }

    /** The importance of every entry for the weights, column by column: of one class of several that of its example. */
    final double[] learnedImportance(OutputBatch batch) {
        double[] importance = importance(batch);
        for (int i = 0; i < importance.length; i++) {
            importance[i] *= batch.trust(i % batch.labels().rows());
        }
        return importance;
    }

    private double[] importance(OutputBatch batch) {
        double[] importance = batch.importances();
        if (kind() == ClassProbabilities.ONE_OF_MANY) {
            double[] ofExamples = batch.importanceOfExamples();
            for (int i = 0; i < importance.length; i++) {
                importance[i] = ofExamples[i % ofExamples.length];
            }
        }
        return importance;
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        int rows = batch.labels().rows();
        int outputs = batch.labels().columns();
        double[] variance = Rows.columns(batch.givenVariance());
        double[] importance = learnedImportance(batch);
        OutputMaximum maximum = ClassMaximum.of(batch, importance, this);
        double[] curvature = new double[variance.length];
        for (int i = 0; i < curvature.length; i++) {
            double p = maximum.probabilities()[i];
            double ofSoftmax = importance[i] * p * (1 - p);
            curvature[i] = ofSoftmax / (1 + ofSoftmax * variance[i]);
        }
        DataType type = batch.forward().moments().mean().dataType();
        return new Update(
                new BackwardMessage(
                        Rows.matrix(maximum.shift(), rows, outputs, type), Rows.matrix(curvature, rows, outputs, type)),
                scale().frequencies(batch, importance(batch), parameters),
                trustRegion ? Rows.matrix(maximum.potentials(), rows, outputs, type) : null);
    }

    @Override
    public Map<String, Statistic> observeFresh(OutputBatch batch, Map<String, INDArray> parameters) {
        return withheldShare == 0
                ? Map.of()
                : scale().freshStatistics(
                                batch,
                                trusted(importance(batch), batch, parameters),
                                problems(batch.labels().columns()),
                                parameters);
    }

    /** Importance times how far labels are right, whether weights learn from them or not. */
    private double[] trusted(double[] importance, OutputBatch batch, Map<String, INDArray> parameters) {
        double[] trust = trust(batch, parameters);
        double[] trusted = importance.clone();
        for (int i = 0; trust != null && i < trusted.length; i++) {
            trusted[i] *= trust[i % trust.length];
        }
        return trusted;
    }

    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        return scale().statistics(
                        batch,
                        trusted(importance(batch), batch, parameters),
                        problems(batch.labels().columns()),
                        parameters);
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return scale().learn(parameter, current, statistic, phase);
    }

    /** Log probabilities of the classes. */
    final INDArray logProbabilities(INDArray mean, INDArray variance, Map<String, INDArray> parameters) {
        return scale().scores(parameters).logProbabilities(mean, variance);
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        // Of a softmax only the classes of the labels count.
        INDArray wanted = kind() == ClassProbabilities.ONE_OF_MANY ? batch.labels() : null;
        INDArray logs = scale().scores(parameters).logProbabilities(batch.givenMean(), batch.givenVariance(), wanted);
        return kind().negativeLogLikelihood(logs, batch.labels(), batch.importance());
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        INDArray mean = potentials.mean();
        INDArray variance = potentials.variance();
        INDArray epistemic = variance == null ? mean.mul(0) : variance;
        INDArray logs = logProbabilities(mean.castTo(DataType.DOUBLE), epistemic.castTo(DataType.DOUBLE), parameters);
        return new Prediction(
                mean,
                epistemic,
                mean.mul(0),
                Transforms.exp(logs, true).castTo(mean.dataType()),
                kind().entropy(logs).castTo(mean.dataType()));
    }

    @Override
    public PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        return PredictiveForm.ofScores(scale().scores(parameters));
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return scale().pointScale(parameters);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other != null
                && getClass() == other.getClass()
                && other instanceof ClassLikelihood that
                && Double.compare(withheldShare, that.withheldShare) == 0
                && trustRegion == that.trustRegion;
    }

    @Override
    public int hashCode() {
        return Objects.hash(getClass(), withheldShare, trustRegion);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(withheldShare=" + withheldShare + ", trustRegion=" + trustRegion + ")";
    }
}

package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.JointSoftmax;
import io.github.dl4jep.weight.Statistic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One class of several: a softmax of the potentials, and a teacher that fits the labels by least squares beside it.
 *
 * <p>The message of a batch is taken at the joint maximum of the softmax and the potentials' normal distribution ({@link JointSoftmax}): \(
 * z = \omega (y - p) \), \( G = W / (1 + W V) \), \( W = \omega p (1 - p) \). It reaches the features {@link #EMPHASIS} times as
 * strongly as it says, beside the message of the {@link #teacher}, whose least squares move features while the softmax is already
 * satisfied. Probabilities are \( softmax(k\, l / \sqrt{1 + \pi V / 8}) \) (MacKay 1992).
 *
 * <p>The scale k is learned from examples that the weights never learn from, {@link #getWithheldShare} of all: log k has a normal
 * posterior around 0, prior deviation 1/2, of which every batch adds slope and curvature and which forgets as weights do. The scale of the
 * point network is a second one.
 *
 * <p>Labels are any distribution over the classes, so that smoothed and distilled labels are learned from as they are.
 *
 * <p>Source: own, docs/algorithm.md, section 4.
 */
public final class ClassLikelihood implements Likelihood {

    /** Times the message counts at the features. K of the features' part is multiplied by it, too. */
    public static final double EMPHASIS = 16;
    /** Default share of the examples that only the scale learns from. */
    public static final double DEFAULT_WITHHELD_SHARE = 1.0 / 64;

    private static final LogScale SCALE = new LogScale("logScale");
    /** That of the point network. */
    private static final LogScale POINT_SCALE = new LogScale("logPointScale");

    private static final long serialVersionUID = 1L;

    private static final double TOLERANCE = 0.1;
    private static final ClassProbabilities KIND = ClassProbabilities.ONE_OF_MANY;

    /** Share of the examples that only the scale of the probabilities learns from. */
    private final double withheldShare;

    /** A likelihood that withholds one example of 64. */
    public ClassLikelihood() {
        this(DEFAULT_WITHHELD_SHARE);
    }

    /**
     * A likelihood.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the scale of the probabilities learns from; 0 leaves the scale at 1
     * @throws IllegalArgumentException if the share is outside
     */
    @JsonCreator
    public ClassLikelihood(@JsonProperty("withheldShare") double withheldShare) {
        if (!(withheldShare >= 0 && withheldShare < 1)) {
            throw new IllegalArgumentException("withheldShare is " + withheldShare + ", allowed is [0, 1)");
        }
        this.withheldShare = withheldShare;
    }

    /**
     * Share of the examples that only the scale of the probabilities learns from.
     *
     * @return in [0, 1)
     */
    public double getWithheldShare() {
        return withheldShare;
    }

    @Override
    public double withheldShare() {
        return withheldShare;
    }

    @Override
    public Likelihood teacher() {
        return new TeacherLikelihood();
    }

    /**
     * How many outputs share the same hidden units: \( \mu = C \sum e^2 / (\sum e)^2 \) over the eigenvalues e of the outputs' weights'
     * Gram matrix. 1 where their weights are orthogonal, C / rank where there are more outputs than hidden units. A solve by output
     * moves such units \( \mu \) times too far: the teacher's message is divided by it, and its uncertainty from features multiplied.
     *
     * @param weights means of the weights, [nIn, outputs]
     * @return a number from 1 to the number of outputs
     */
    public static double crowding(INDArray weights) {
        boolean wide = weights.columns() > weights.rows();
        INDArray gram = Nd4j.gemm(weights, weights, !wide, wide);
        double trace = 0;
        for (int i = 0; i < gram.rows(); i++) {
            trace += gram.getDouble(i, i);
        }
        double squares = gram.norm2Number().doubleValue();
        return trace > 0 ? Math.max(1, weights.columns() * squares * squares / (trace * trace)) : 1;
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        SCALE.parameterNames().forEach(name -> lengths.put(name, 1));
        POINT_SCALE.parameterNames().forEach(name -> lengths.put(name, 1));
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        SCALE.initialise(parameters);
        POINT_SCALE.initialise(parameters);
    }

    /**
     * The scale of the probabilities.
     *
     * @param parameters learned parameters by name
     * @return k
     */
    static double scale(Map<String, INDArray> parameters) {
        return SCALE.value(parameters);
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        ClassLabels.requireDistribution(labels, importance);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        double[] labels = Rows.columns(batch.doubleLabels());
        double[] importance = batch.learnedImportanceOfExamples();
        double[] variance = Rows.columns(batch.variance());
        double[] covariance = covariance(batch, variance, importance.length);
        JointSoftmax.Maximum maximum = new JointSoftmax(
                        cavityMean(batch, covariance, importance.length), covariance, labels, importance)
                .solve(TOLERANCE);
        double[] curvature = maximum.probabilities();
        for (int i = 0; i < curvature.length; i++) {
            double ofSoftmax = importance[i % importance.length] * curvature[i] * (1 - curvature[i]);
            curvature[i] = ofSoftmax / (1 + ofSoftmax * variance[i]);
        }
        DataType type = batch.forward().moments().mean().dataType();
        int outputs = batch.labels().columns();
        return new Update(
                new BackwardMessage(
                        Rows.matrix(maximum.shift(), importance.length, outputs).castTo(type),
                        Rows.matrix(curvature, importance.length, outputs).castTo(type)),
                Map.of());
    }

    /** K; the mean variances where examples are independent. */
    private static double[] covariance(OutputBatch batch, double[] variance, int rows) {
        INDArray given = batch.forward().covariance().covariance();
        if (given != null) {
            if (given.rows() != rows) {
                throw new UnsupportedOperationException(
                        "ClassLikelihood takes one label for each example, but there are "
                                + rows + " labels for " + given.rows()
                                + " examples; choose new CategoricalLikelihood() in EpOptions.likelihood(...)");
            }
            return Rows.columns(given);
        }
        double[] diagonal = new double[rows * rows];
        for (int i = 0; i < variance.length; i++) {
            diagonal[(i % rows) * (rows + 1)] += variance[i] * rows / variance.length;
        }
        return diagonal;
    }

    /** w, without what an earlier sweep over the same batch moved. */
    private static double[] cavityMean(OutputBatch batch, double[] covariance, int rows) {
        double[] mean = Rows.columns(batch.mean());
        INDArray earlier = batch.earlierShift();
        if (earlier != null) {
            INDArray moved = Rows.matrix(covariance, rows, rows).mmul(earlier.castTo(DataType.DOUBLE));
            double[] change = Rows.columns(moved);
            for (int i = 0; i < mean.length; i++) {
                mean[i] -= change[i];
            }
        }
        return mean;
    }

    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        double[] importance = batch.importanceOfExamples();
        double[][] labels = Rows.of(batch.doubleLabels());
        double[][] scores = Rows.of(PredictiveForm.Scores.moderated(1).of(batch.mean(), batch.variance()));
        Map<String, Statistic> statistics =
                new LinkedHashMap<>(SCALE.statistics(parameters, scores, labels, importance));
        statistics.putAll(POINT_SCALE.statistics(parameters, Rows.of(batch.mean()), labels, importance));
        return statistics;
    }

    @Override
    public INDArray learn(String parameter, INDArray current, Statistic statistic, LearningPhase phase) {
        return LogScale.learn(parameter, current, statistic, phase);
    }

    private static INDArray logProbabilities(INDArray mean, INDArray variance, Map<String, INDArray> parameters) {
        return KIND.logProbabilities(
                PredictiveForm.Scores.moderated(scale(parameters)).of(mean, variance));
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray logs = logProbabilities(batch.mean(), batch.variance(), parameters);
        return KIND.negativeLogLikelihood(logs, batch.doubleLabels(), batch.importanceOrOnes());
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
                KIND.entropy(logs).castTo(mean.dataType()));
    }

    @Override
    public PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        return PredictiveForm.ofScores(PredictiveForm.Scores.moderated(scale(parameters)));
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return new PointScale(
                Nd4j.createFromArray(new double[][] {{POINT_SCALE.value(parameters)}}),
                Nd4j.createFromArray(new double[][] {{0}}));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClassLikelihood that && Double.compare(withheldShare, that.withheldShare) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(ClassLikelihood.class, withheldShare);
    }

    @Override
    public String toString() {
        return "ClassLikelihood(withheldShare=" + withheldShare + ")";
    }
}

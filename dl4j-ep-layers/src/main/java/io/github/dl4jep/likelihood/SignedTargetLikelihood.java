package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.PseudoObservation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Classification by a Gaussian likelihood on signed targets: +1 for the right class, -1 for the others; the joint solve is
 * then exact. The noise R is common to all outputs, learned, and floored, because it also stands for everything that the
 * Gaussian does not see.
 *
 * <p>Probabilities come from u = w / sqrt(V + R), scaled by kappa, which is fitted on predictions made before the batch is
 * learned from ({@link ScaleFit}). A second scalar does the same for the point network, whose u is w itself.
 *
 * <p>Source: own, docs/algorithm.md.
 */
abstract class SignedTargetLikelihood implements Likelihood {

    /** Parameter: R. */
    static final String NOISE = "noiseVariance";
    /** Parameter: kappa. */
    static final String SCALE = "probabilityScale";
    /** Parameter: kappa of the point network. */
    static final String POINT_SCALE = "pointScale";

    static final double DEFAULT_NOISE = 0.5;
    static final double DEFAULT_FLOOR = 0.05;

    /** Pre-activation of a trained stock network that a target of 1 stands for. */
    private static final double STOCK_TARGET = 4;

    private static final long serialVersionUID = 1L;
    private static final double FIRST_SCALE = 2;
    private static final double SCALE_RATE = 1.0 / 50;

    private final double initialNoise;
    private final double noiseFloor;
    private final boolean learnNoise;

    SignedTargetLikelihood(double initialNoise, double noiseFloor, boolean learnNoise) {
        this.initialNoise = Checks.positive("initialNoise", initialNoise);
        this.noiseFloor = Checks.notNegative("noiseFloor", noiseFloor);
        this.learnNoise = learnNoise;
        if (initialNoise < noiseFloor) {
            throw new IllegalArgumentException("initialNoise is " + initialNoise + ", but the noiseFloor is "
                    + noiseFloor + "; allowed is at least it");
        }
    }

    /** Softmax or independent sigmoids. */
    abstract ClassProbabilities kind();

    /**
     * The noise variance that training starts with.
     *
     * @return R
     */
    public double getInitialNoise() {
        return initialNoise;
    }

    /**
     * The smallest noise variance that is learned.
     *
     * @return the floor of R
     */
    public double getNoiseFloor() {
        return noiseFloor;
    }

    /**
     * Whether R is learned.
     *
     * @return false for a fixed R
     */
    public boolean isLearnNoise() {
        return learnNoise;
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        lengths.put(NOISE, 1);
        lengths.put(SCALE, 1);
        lengths.put(POINT_SCALE, 1);
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, NOISE).assign(initialNoise);
        Parameters.get(parameters, SCALE).assign(FIRST_SCALE);
        Parameters.get(parameters, POINT_SCALE).assign(FIRST_SCALE / Math.sqrt(initialNoise));
    }

    /** A pre-activation of {@link #STOCK_TARGET} is as sure as a target of 1; what all classes have in common is as in the targets. */
    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        double factor = size == null ? 1 : STOCK_TARGET;
        boolean independent = kind() == ClassProbabilities.INDEPENDENT;
        double pointScale = independent ? factor / 2 : factor;
        Parameters.get(parameters, POINT_SCALE).assign(pointScale);
        Parameters.get(parameters, SCALE).assign(pointScale * Math.sqrt(Parameters.scalar(parameters, NOISE)));
        return new PointScale(
                scalar(factor), scalar(size == null || independent ? 0 : factor * (1 - 2.0 / size.length())));
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        kind().check(labels, importance);
    }

    /** What a label is fitted as. */
    double target(double label, int outputs) {
        return 2 * label - 1;
    }

    /** Of the observation of signed targets, which is what the solve is about, and not of the classes. */
    @Override
    public INDArray stepLoss(OutputBatch batch, INDArray before, Map<String, INDArray> parameters) {
        INDArray residual = residual(batch);
        return residual.mul(residual)
                .divi(noise(batch.givenMean(), parameters))
                .muli(batch.importanceOrOnes())
                .muli(0.5)
                .sum(true, 1);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray importance = batch.importanceOrOnes();
        INDArray noise = noise(batch.givenMean(), parameters);
        PseudoObservation observation = PseudoObservation.of(residual(batch), noise, importance);
        JointMessage joint = joint(batch, observation);
        Map<String, Statistic> statistics = new LinkedHashMap<>();
        if (learnNoise) {
            statistics.put(NOISE, NoiseLearning.statistic(joint.solution(), observation));
        }
        if (batch.earlierShift() == null) {
            addScales(batch, parameters, statistics);
        }
        return new Update(
                joint.message(),
                statistics,
                TrustRegion.isLearned(parameters) ? joint.expected(batch, observation) : null);
    }

    /** The joint solve of a batch, each output by itself. */
    JointMessage joint(OutputBatch batch, PseudoObservation observation) {
        return JointMessage.of(batch, observation);
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return parameter.equals(NOISE)
                ? NoiseLearning.atLeast(
                        noiseFloor, NoiseLearning.next(current, statistic, phase.rate(), current.length > 1))
                : new double[] {ScaleFit.next(current[0], statistic, SCALE_RATE)};
    }

    /** Signed target minus mean, [minibatch, outputs], double. */
    private INDArray residual(OutputBatch batch) {
        double[] residual = Rows.columns(batch.labels());
        double[] mean = Rows.columns(batch.givenMean());
        int outputs = batch.labels().columns();
        for (int i = 0; i < residual.length; i++) {
            residual[i] = target(residual[i], outputs) - mean[i];
        }
        return Rows.matrix(residual, batch.labels().rows(), outputs);
    }

    /** In the first sweep only: later the means have seen the labels, and are no predictions. */
    void addScales(OutputBatch batch, Map<String, INDArray> parameters, Map<String, Statistic> statistics) {
        double[][] labels = Rows.of(batch.doubleLabels());
        double[][] importance = Rows.of(batch.importanceOrOnes());
        double scale = Parameters.scalar(parameters, SCALE);
        double pointScale = Parameters.scalar(parameters, POINT_SCALE);
        double[][] means = Rows.of(batch.mean());
        PredictiveForm.Scores unscaled = scores(1, parameters);
        double[][] u = Rows.of(unscaled.of(unscaled.scales().get(0), batch.mean(), batch.variance()));
        statistics.put(SCALE, ScaleFit.statistic(scale, kind(), u, labels, importance));
        statistics.put(POINT_SCALE, ScaleFit.statistic(pointScale, kind(), means, labels, importance));
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray logs = logProbabilities(batch.mean(), batch.variance(), parameters);
        return kind().negativeLogLikelihood(logs, batch.doubleLabels(), batch.importanceOrOnes());
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        INDArray mean = potentials.mean();
        INDArray variance = potentials.variance();
        INDArray epistemic = variance == null ? mean.mul(0) : variance;
        INDArray logs = logProbabilities(mean.castTo(DataType.DOUBLE), epistemic.castTo(DataType.DOUBLE), parameters);
        INDArray aleatoric = mean.mul(0).addi(Parameters.scalar(parameters, NOISE));
        return new Prediction(
                mean,
                epistemic,
                aleatoric,
                Transforms.exp(logs, true).castTo(mean.dataType()),
                kind().entropy(logs).castTo(mean.dataType()));
    }

    @Override
    public PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        double factor = Parameters.scalar(parameters, SCALE) * scoreOfScale();
        return new PredictiveForm(
                scalar(1), scalar(0), scalar(Parameters.scalar(parameters, NOISE)), scores(factor, parameters));
    }

    /** factor * w / sqrt(V + R). */
    private PredictiveForm.Scores scores(double factor, Map<String, INDArray> parameters) {
        return new PredictiveForm.Scores(
                kind() == ClassProbabilities.INDEPENDENT,
                List.of(new PredictiveForm.Scale(1, new double[] {factor}, new double[] {0})),
                Parameters.scalar(parameters, NOISE),
                new double[] {1});
    }

    /** A sigmoid is that of twice the scaled potential: the softmax over it and its negative. */
    private int scoreOfScale() {
        return kind() == ClassProbabilities.INDEPENDENT ? 2 : 1;
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return new PointScale(scalar(Parameters.scalar(parameters, POINT_SCALE) * scoreOfScale()), scalar(0));
    }

    private INDArray logProbabilities(INDArray mean, INDArray variance, Map<String, INDArray> parameters) {
        double factor = Parameters.scalar(parameters, SCALE) * scoreOfScale();
        return scores(factor, parameters).logProbabilities(mean, variance);
    }

    /** R of every output, [1, outputs]. */
    private static INDArray noise(INDArray mean, Map<String, INDArray> parameters) {
        double[] ofOutputs = Rows.flat(Parameters.get(parameters, NOISE));
        double[] noise = new double[Math.toIntExact(mean.length())];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = ofOutputs.length == 1 ? ofOutputs[0] : ofOutputs[i / mean.rows()];
        }
        return Rows.matrix(noise, mean.rows(), mean.columns());
    }

    private static INDArray scalar(double value) {
        return Nd4j.createFromArray(new double[][] {{value}});
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other != null
                && getClass() == other.getClass()
                && other instanceof SignedTargetLikelihood that
                && Double.compare(initialNoise, that.initialNoise) == 0
                && Double.compare(noiseFloor, that.noiseFloor) == 0
                && learnNoise == that.learnNoise;
    }

    @Override
    public int hashCode() {
        return Objects.hash(getClass(), initialNoise, noiseFloor, learnNoise);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(initialNoise=" + initialNoise + ", noiseFloor=" + noiseFloor
                + ", learnNoise=" + learnNoise + ")";
    }
}

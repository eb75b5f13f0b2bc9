package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.PriorPull;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.PseudoObservation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Regression: label = offset + scale * (potential + noise), noise variance R per output, learned.
 *
 * <p>Offset and scale are mean and standard deviation of the labels of each output in the first pass, so that labels of any place and
 * size train as well. A noise that is not learned is in units of the label; then labels are taken as they are.
 *
 * <p>Some examples, {@link #getWithheldShare} of all, are never learned from. They give R a floor ({@link NoiseLearning}) and say how
 * strongly the prior pulls ({@link PriorPull}).
 *
 * <p>Where labels have hardly any noise R goes towards 0, and the joint solve asks for steps that are longer than the network is linear. So
 * from the second pass on steps are checked, and how far hidden layers may move is learned: {@link TrustRegion}.
 *
 * <p>R starts at 1, is held during the first pass (for 100 batches where passes are not counted), and is then learned by expectation maximisation ({@link NoiseLearning}).
 */
public final class GaussianLikelihood implements Likelihood {

    /** Parameter: R per output, in squared units of the scaled label. */
    public static final String NOISE = "noiseVariance";
    /** Default share of the examples that weights never learn from: none, because tables of a hundred rows need each of them. */
    public static final double DEFAULT_WITHHELD_SHARE = 0;

    private static final long serialVersionUID = 1L;
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    /** R to start with. */
    private final double initialNoise;
    /** Whether R is learned. */
    private final boolean learnNoise;
    /** Share of the examples that weights never learn from. */
    private final double withheldShare;

    /** Noise that starts at 1 and is learned. */
    public GaussianLikelihood() {
        this(1, true);
    }

    /**
     * A Gaussian likelihood that withholds no example.
     *
     * @param initialNoise R to start with, positive
     * @param learnNoise whether R is learned
     * @throws IllegalArgumentException if the noise is not a positive finite number
     */
    public GaussianLikelihood(double initialNoise, boolean learnNoise) {
        this(initialNoise, learnNoise, DEFAULT_WITHHELD_SHARE);
    }

    /**
     * A Gaussian likelihood.
     *
     * @param initialNoise R to start with, positive
     * @param learnNoise whether R is learned
     * @param withheldShare share of the examples, in [0, 1), that weights never learn from, of few data more; 0 for none
     * @throws IllegalArgumentException if the noise is not a positive finite number or the share is outside
     */
    @JsonCreator
    public GaussianLikelihood(
            @JsonProperty("initialNoise") double initialNoise,
            @JsonProperty("learnNoise") boolean learnNoise,
            @JsonProperty("withheldShare") double withheldShare) {
        this.initialNoise = Checks.positive("initialNoise", initialNoise);
        this.learnNoise = learnNoise;
        this.withheldShare = Checks.share("withheldShare", withheldShare);
    }

    /**
     * Share of the examples that weights never learn from.
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

    /**
     * The noise variance that training starts with.
     *
     * @return R
     */
    public double getInitialNoise() {
        return initialNoise;
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
        lengths.put(NOISE, outputs);
        lengths.put(TargetScaling.NAME, TargetScaling.LENGTH * outputs);
        lengths.put(NoiseLearning.WITHHELD, NoiseLearning.WITHHELD_LENGTH * outputs);
        if (pulls()) {
            lengths.put(PriorPull.NAME, PriorPull.LENGTH);
        }
        if (learnNoise) {
            lengths.put(TrustRegion.NAME, 1);
        }
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, NOISE).assign(initialNoise);
        Parameters.get(parameters, TargetScaling.NAME).assign(0);
        Parameters.get(parameters, NoiseLearning.WITHHELD).assign(0);
        if (pulls()) {
            PriorPull.initialise(parameters, withheldShare > 0);
        }
        if (parameters.containsKey(TrustRegion.NAME)) {
            TrustRegion.initialise(parameters);
        }
    }

    /** The prior pulls with learned strength where examples are withheld, and as it says where the noise is known. */
    private boolean pulls() {
        return withheldShare > 0 || !learnNoise;
    }

    /**
     * Lets labels be taken as they are, where what the potentials become fixes their units.
     *
     * @param parameters learned parameters by name, changed in place
     */
    public static void takeLabelsAsTheyAre(Map<String, INDArray> parameters) {
        if (parameters.containsKey(TargetScaling.NAME)) {
            TargetScaling.fix(parameters, null);
        }
    }

    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        TargetScaling.fix(parameters, size == null ? null : TargetScaling.ofSize(size.toDoubleVector()));
        return pointScale(parameters);
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        // Every finite number is a label of a regression.
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray importance = batch.learnedImportance();
        Statistic labels = TargetScaling.statistic(
                TargetScaling.of(parameters).offset(), batch.doubleLabels(), batch.importanceOrOnes());
        TargetScaling scaling = learnNoise ? TargetScaling.with(parameters, labels) : TargetScaling.of(parameters);
        INDArray noise = noise(parameters);
        INDArray residual = scaling.standardise(batch.doubleLabels()).subi(batch.mean());
        PseudoObservation observation = PseudoObservation.of(residual, noise.broadcast(residual.shape()), importance);
        JointMessage joint = JointMessage.ofSharedFeatures(batch, observation);
        Map<String, Statistic> statistics = new LinkedHashMap<>();
        if (learnNoise && !TargetScaling.isFixed(parameters)) {
            statistics.put(TargetScaling.NAME, labels);
        }
        if (learnNoise) {
            statistics.put(NOISE, NoiseLearning.statistic(joint.solution(), observation));
        }
        return new Update(
                joint.message(),
                statistics,
                parameters.containsKey(TrustRegion.NAME) ? joint.expected(batch, observation) : null);
    }

    /** Not while R is held where it started, as it is during the first pass. */
    @Override
    public boolean hasLongSteps(Map<String, INDArray> parameters) {
        return Arrays.stream(Parameters.values(parameters, NOISE))
                .anyMatch(noise -> (float) noise != (float) initialNoise);
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        if (parameter.equals(TargetScaling.NAME)) {
            return TargetScaling.learn(current, statistic, phase.firstPass());
        }
        if (parameter.equals(NoiseLearning.WITHHELD)) {
            return NoiseLearning.nextWithheld(current, statistic, phase);
        }
        return phase.firstPass() ? current : NoiseLearning.next(current, statistic, phase.rate(), true);
    }

    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray residual =
                scalingFor(batch, parameters).standardise(batch.doubleLabels()).subi(batch.mean());
        return learnNoise
                ? Map.of(
                        NoiseLearning.WITHHELD,
                        NoiseLearning.withheldStatistic(residual, batch.variance(), batch.importanceOrOnes()))
                : Map.of();
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        TargetScaling scaling = scalingFor(batch, parameters);
        INDArray variance = batch.variance().addRowVector(noise(parameters));
        INDArray residual = scaling.standardise(batch.doubleLabels()).subi(batch.mean());
        INDArray nll = residual.muli(residual).divi(variance);
        nll.addi(Transforms.log(variance, false)).addi(LOG_TWO_PI).muli(0.5);
        nll.addiRowVector(Transforms.log(scaling.scale(), true));
        return nll.muli(batch.importanceOrOnes()).sum(true, 1);
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        DataType type = potentials.mean().dataType();
        PredictiveForm form = predictiveForm(parameters);
        INDArray squaredScale = form.factor().mul(form.factor()).castTo(type);
        INDArray mean = potentials
                .mean()
                .mulRowVector(form.factor().castTo(type))
                .addiRowVector(form.offset().castTo(type));
        INDArray variance = potentials.variance();
        INDArray epistemic = variance == null ? mean.mul(0) : variance.mulRowVector(squaredScale);
        INDArray aleatoric = mean.mul(0).addiRowVector(form.noise().castTo(type));
        INDArray entropy = Transforms.log(epistemic.add(aleatoric), false)
                .addi(LOG_TWO_PI + 1)
                .muli(0.5)
                .sum(true, 1);
        return new Prediction(mean, epistemic, aleatoric, null, entropy);
    }

    @Override
    public PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        PointScale point = pointScale(parameters);
        INDArray squaredScale = point.factor().mul(point.factor());
        INDArray noise = noise(parameters).muli(squaredScale);
        return new PredictiveForm(point.factor(), point.offset(), noise, null);
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        TargetScaling scaling = TargetScaling.of(parameters);
        return new PointScale(scaling.scale(), scaling.offset());
    }

    /** R, at least what withheld examples allow; [1, outputs]. */
    private static INDArray noise(Map<String, INDArray> parameters) {
        double[] noise = Parameters.values(parameters, NOISE);
        double[] floor = NoiseLearning.withheldFloor(parameters);
        for (int c = 0; c < noise.length; c++) {
            noise[c] = Math.max(noise[c], floor[c]);
        }
        return Rows.matrix(noise, 1, noise.length);
    }

    /** Before the first batch, that of the batch itself. */
    private TargetScaling scalingFor(OutputBatch batch, Map<String, INDArray> parameters) {
        return !learnNoise || TargetScaling.isLearned(parameters)
                ? TargetScaling.of(parameters)
                : TargetScaling.ofLabels(batch.doubleLabels(), batch.importanceOrOnes());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaussianLikelihood that
                && Double.compare(initialNoise, that.initialNoise) == 0
                && learnNoise == that.learnNoise
                && Double.compare(withheldShare, that.withheldShare) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(initialNoise, learnNoise, withheldShare);
    }

    @Override
    public String toString() {
        return "gaussian(initialNoise=" + initialNoise + ", learnNoise=" + learnNoise + ", withheldShare="
                + withheldShare + ")";
    }
}

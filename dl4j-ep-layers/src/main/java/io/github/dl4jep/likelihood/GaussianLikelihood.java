package io.github.dl4jep.likelihood;

import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.PseudoObservation;
import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.Statistic;
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
 * <p>Offset 0 and scale 1 are right for labels standardised by a DL4J normalizer. If the first batch's labels are of quite
 * another size, offset and scale are set once from it (see {@link TargetScaling}), so that labels of size 1e6 or 1e-6 train
 * as well.
 *
 * <p>R starts at 1, is held during the first pass (for 100 batches where passes are not counted), and is then learned by expectation maximisation ({@link NoiseLearning}).
 */
public final class GaussianLikelihood implements Likelihood {

    /** Parameter: R per output, in squared units of the scaled label. */
    public static final String NOISE = "noiseVariance";
    /** Parameter: offset per output, in units of the label. */
    public static final String OFFSET = "targetOffset";
    /** Parameter: scale per output, in units of the label; 0 until the first batch was seen. */
    public static final String SCALE = "targetScale";

    private static final long serialVersionUID = 1L;
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    /** R to start with. */
    private final double initialNoise;
    /** Whether R is learned. */
    private final boolean learnNoise;

    /** Noise that starts at 1 and is learned. */
    public GaussianLikelihood() {
        this(1, true);
    }

    /**
     * A Gaussian likelihood.
     *
     * @param initialNoise R to start with, positive
     * @param learnNoise whether R is learned
     * @throws IllegalArgumentException if the noise is not a positive finite number
     */
    @JsonCreator
    public GaussianLikelihood(
            @JsonProperty("initialNoise") double initialNoise, @JsonProperty("learnNoise") boolean learnNoise) {
        this.initialNoise = Checks.positive("initialNoise", initialNoise);
        this.learnNoise = learnNoise;
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
        lengths.put(OFFSET, outputs);
        lengths.put(SCALE, outputs);
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, NOISE).assign(initialNoise);
        Parameters.get(parameters, OFFSET).assign(0);
        Parameters.get(parameters, SCALE).assign(0);
    }

    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        INDArray scale = Parameters.get(parameters, SCALE);
        scale.assign(1);
        if (size != null) {
            scale.assign(TargetScaling.ofSize(size.toDoubleVector()));
        }
        Parameters.get(parameters, OFFSET).assign(0);
        return pointScale(parameters);
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        // Every finite number is a label of a regression.
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray importance = batch.importanceOrOnes();
        TargetScaling scaling = scalingFor(batch, parameters);
        INDArray noise = Parameters.row(parameters, NOISE);
        INDArray residual = scaling.standardise(batch.doubleLabels()).subi(batch.mean());
        PseudoObservation observation = PseudoObservation.of(residual, noise.broadcast(residual.shape()), importance);
        JointMessage joint = JointMessage.of(batch, observation);
        Map<String, Statistic> statistics = new LinkedHashMap<>();
        if (!isScaled(parameters)) {
            statistics.put(OFFSET, Statistic.of(scaling.offset()));
            statistics.put(SCALE, Statistic.of(scaling.scale()));
        }
        if (learnNoise) {
            statistics.put(NOISE, NoiseLearning.statistic(joint.solution(), observation));
        }
        return new Update(joint.message(), statistics);
    }

    @Override
    public INDArray learn(String parameter, INDArray current, Statistic statistic, LearningPhase phase) {
        if (!parameter.equals(NOISE)) {
            return statistic.mean();
        }
        return phase.firstPass() ? current : NoiseLearning.next(current, statistic, phase.rate(), true);
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        TargetScaling scaling = scalingFor(batch, parameters);
        INDArray variance = batch.variance().addRowVector(Parameters.row(parameters, NOISE));
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
        INDArray noise = Parameters.row(parameters, NOISE).muli(squaredScale);
        return new PredictiveForm(point.factor(), point.offset(), noise, null);
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        INDArray scale = Parameters.row(parameters, SCALE);
        INDArray unset = scale.eq(0).castTo(DataType.DOUBLE);
        return new PointScale(scale.addi(unset), Parameters.row(parameters, OFFSET));
    }

    private TargetScaling scalingFor(OutputBatch batch, Map<String, INDArray> parameters) {
        return isScaled(parameters)
                ? new TargetScaling(Parameters.row(parameters, OFFSET), Parameters.row(parameters, SCALE))
                : TargetScaling.from(batch.doubleLabels(), batch.importanceOrOnes());
    }

    private static boolean isScaled(Map<String, INDArray> parameters) {
        return Parameters.scalar(parameters, SCALE) != 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaussianLikelihood that
                && Double.compare(initialNoise, that.initialNoise) == 0
                && learnNoise == that.learnNoise;
    }

    @Override
    public int hashCode() {
        return Objects.hash(initialNoise, learnNoise);
    }

    @Override
    public String toString() {
        return "gaussian(initialNoise=" + initialNoise + ", learnNoise=" + learnNoise + ")";
    }
}

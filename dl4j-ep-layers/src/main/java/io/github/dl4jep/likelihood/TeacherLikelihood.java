package io.github.dl4jep.likelihood;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.solve.PseudoObservation;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The teacher of {@link ClassLikelihood}: labels as targets of one variance for every number C of classes, \( t = .6 (y - 1/C) /
 * \sqrt{(1/C)(1 - 1/C)} \), fitted by least squares with learned noise; independent outputs have two classes each, and a noise each. It
 * learns from examples as {@link ClassLikelihood} does: with the weight of their class, and not from withheld ones.
 */
final class TeacherLikelihood extends SignedTargetLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double TARGET_DEVIATION = 0.6;
    private static final double FLOOR = 0.02;

    /** The likelihood that it teaches for. */
    private final ClassLikelihood taught;

    /** What the targets are multiplied by. */
    private final double size;

    TeacherLikelihood(ClassLikelihood taught, double size) {
        super(DEFAULT_NOISE * size * size, FLOOR * size * size, true);
        this.taught = taught;
        this.size = size;
    }

    @Override
    ClassProbabilities kind() {
        return taught.kind();
    }

    @Override
    double target(double label, int outputs) {
        double share = kind() == ClassProbabilities.INDEPENDENT ? 0.5 : 1.0 / outputs;
        return size * TARGET_DEVIATION * (label - share) / Math.sqrt(share * (1 - share));
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        return Map.of(NOISE, taught.problems(outputs));
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, NOISE).assign(getInitialNoise());
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        taught.validate(labels, importance);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        return super.update(batch.withImportance(taught.learnedImportance(batch)), parameters);
    }

    @Override
    JointMessage joint(OutputBatch batch, PseudoObservation observation) {
        return taught.solvesOutputsAtOnce(batch.labels().columns())
                ? JointMessage.ofSharedFeatures(batch, observation)
                : super.joint(batch, observation);
    }

    /** A teacher makes no predictions, so that there is no scale to fit. */
    @Override
    void addScales(OutputBatch batch, Map<String, INDArray> parameters, Map<String, Statistic> statistics) {}
}

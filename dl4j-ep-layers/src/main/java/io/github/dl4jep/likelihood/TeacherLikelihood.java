package io.github.dl4jep.likelihood;

import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.Statistic;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The teacher of {@link ClassLikelihood}: labels as targets of one variance for every number C of classes, \( t = .6 (y - 1/C) /
 * \sqrt{(1/C)(1 - 1/C)} \), fitted by least squares with learned noise. It learns from examples as {@link ClassLikelihood} does: with
 * the weight of their class, and not from withheld ones.
 */
final class TeacherLikelihood extends SignedTargetLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double TARGET_DEVIATION = 0.6;
    private static final double FLOOR = 0.02;

    TeacherLikelihood() {
        super(DEFAULT_NOISE, FLOOR, true);
    }

    @Override
    ClassProbabilities kind() {
        return ClassProbabilities.ONE_OF_MANY;
    }

    @Override
    double target(double label, int outputs) {
        double share = 1.0 / outputs;
        return TARGET_DEVIATION * (label - share) / Math.sqrt(share * (1 - share));
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        return Map.of(NOISE, 1);
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, NOISE).assign(getInitialNoise());
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        ClassLabels.requireDistribution(labels, importance);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        return super.update(batch.byExample(), parameters);
    }

    /** A teacher makes no predictions, so that there is no scale to fit. */
    @Override
    void addScales(
            OutputBatch batch, Map<String, INDArray> parameters, double noise, Map<String, Statistic> statistics) {}
}

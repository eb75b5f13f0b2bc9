package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.PseudoObservation;
import io.github.dl4jep.weight.Statistic;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A classification likelihood that is no Gaussian: every entry gets a Gaussian site, and the sites are solved jointly. Learns
 * nothing but the weights.
 */
abstract class SiteApproximationLikelihood implements Likelihood {

    private static final long serialVersionUID = 1L;

    /** Softmax or independent outputs. */
    abstract ClassProbabilities kind();

    /** Residual and noise of the site of every entry, as [2][minibatch][outputs]. */
    abstract double[][][] sites(double[][] mean, double[][] variance, double[][] labels);

    /** Scores whose softmax (or sigmoid of twice them) are the predictive probabilities. */
    abstract INDArray scores(INDArray mean, INDArray variance);

    @Override
    public final Map<String, Integer> parameterLengths(int outputs) {
        return Map.of();
    }

    @Override
    public final void initialise(Map<String, INDArray> parameters) {
        // Nothing is learned, so there is nothing to start.
    }

    @Override
    public final void validate(INDArray labels, INDArray importance) {
        kind().check(labels, importance);
    }

    @Override
    public final Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        double[][][] sites = sites(Rows.of(batch.mean()), Rows.of(batch.variance()), Rows.of(batch.doubleLabels()));
        PseudoObservation observation = PseudoObservation.of(
                Nd4j.createFromArray(sites[0]), Nd4j.createFromArray(sites[1]), batch.importanceOrOnes());
        return new Update(JointMessage.of(batch, observation).message(), Map.of());
    }

    @Override
    public final INDArray learn(String parameter, INDArray current, Statistic statistic, LearningPhase phase) {
        return current;
    }

    @Override
    public final INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray logs = kind().logProbabilities(scores(batch.mean(), batch.variance()));
        return kind().negativeLogLikelihood(logs, batch.doubleLabels(), batch.importanceOrOnes());
    }

    @Override
    public final Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        INDArray mean = potentials.mean();
        INDArray variance = potentials.variance();
        INDArray epistemic = variance == null ? mean.mul(0) : variance;
        INDArray logs =
                kind().logProbabilities(scores(mean.castTo(DataType.DOUBLE), epistemic.castTo(DataType.DOUBLE)));
        return new Prediction(
                mean,
                epistemic,
                mean.mul(0),
                Transforms.exp(logs, true).castTo(mean.dataType()),
                kind().entropy(logs).castTo(mean.dataType()));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other != null && getClass() == other.getClass();
    }

    @Override
    public int hashCode() {
        return getClass().hashCode();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}

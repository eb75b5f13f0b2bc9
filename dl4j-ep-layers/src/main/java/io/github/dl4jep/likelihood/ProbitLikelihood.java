package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normal.StandardNormal;
import io.github.dl4jep.solve.PseudoObservation;
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
 * Probit, one output against the rest: P(t | w) = Phi(t w), t = +1 or -1. The site of an entry has the exact tilted moments at
 * the cavity N(w, V): with z = t w / sqrt(1 + V) and h = phi(z) / Phi(z), d log Z / dw = t h / sqrt(1 + V) and the curvature is
 * h (z + h) / (1 + V).
 *
 * <p>The sites are solved jointly. Nothing is learned but the weights.
 *
 * <p>Source: Rasmussen and Williams 2006, eq. (3.58); Minka 2001.
 */
public final class ProbitLikelihood implements Likelihood {

    private static final long serialVersionUID = 1L;

    /** A logistic curve of this slope is closest to the normal cdf; only the point network's outputs use it. */
    private static final double LOGISTIC_SLOPE = 1.702;

    /** Whether outputs are independent of each other. */
    private final boolean independent;

    /** One class of several. */
    public ProbitLikelihood() {
        this(false);
    }

    /**
     * A probit likelihood.
     *
     * @param independent true for independent binary outputs, false for one class of several
     */
    @JsonCreator
    public ProbitLikelihood(@JsonProperty("independent") boolean independent) {
        this.independent = independent;
    }

    /**
     * Whether outputs are independent.
     *
     * @return false for one class of several
     */
    public boolean isIndependent() {
        return independent;
    }

    /** Softmax or independent outputs. */
    private ClassProbabilities kind() {
        return independent ? ClassProbabilities.INDEPENDENT : ClassProbabilities.ONE_OF_MANY;
    }

    /** Residual and noise of the site of every entry, as [2][minibatch][outputs]. */
    static double[][][] sites(double[][] mean, double[][] variance, double[][] labels) {
        double[][] residual = new double[mean.length][];
        double[][] noise = new double[mean.length][];
        for (int n = 0; n < mean.length; n++) {
            residual[n] = new double[mean[n].length];
            noise[n] = new double[mean[n].length];
            for (int c = 0; c < mean[n].length; c++) {
                double t = labels[n][c] > 0.5 ? 1 : -1;
                double total = 1 + variance[n][c];
                double z = t * mean[n][c] / Math.sqrt(total);
                double h = StandardNormal.inverseMills(z);
                double slope = t * h / Math.sqrt(total);
                double curvature = h * (z + h) / total;
                residual[n][c] = curvature > 0 ? slope / curvature : 0;
                // 1 / (V + N) is the curvature; N >= 1 because the probit is log-concave with unit noise.
                noise[n][c] = curvature > 0 ? Math.max(1 / curvature - variance[n][c], 1) : Double.MAX_VALUE;
            }
        }
        return new double[][][] {residual, noise};
    }

    /** Scores whose softmax or sigmoid are the predictive probabilities. */
    private INDArray scores(INDArray mean, INDArray variance) {
        double[][] w = Rows.of(mean);
        double[][] v = Rows.of(variance);
        for (int n = 0; n < w.length; n++) {
            for (int c = 0; c < w[n].length; c++) {
                double z = w[n][c] / Math.sqrt(1 + v[n][c]);
                double log = StandardNormal.logCumulative(z);
                // Softmax of log Phi normalises the probabilities; the sigmoid of the log odds is Phi itself.
                w[n][c] = independent ? log - StandardNormal.logCumulative(-z) : log;
            }
        }
        return Nd4j.createFromArray(w);
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        return Map.of();
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        // Nothing is learned, so there is nothing to start.
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        kind().check(labels, importance);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        double[][][] sites = sites(Rows.of(batch.mean()), Rows.of(batch.variance()), Rows.of(batch.doubleLabels()));
        PseudoObservation observation = PseudoObservation.of(
                Nd4j.createFromArray(sites[0]), Nd4j.createFromArray(sites[1]), batch.importanceOrOnes());
        return new Update(JointMessage.of(batch, observation).message(), Map.of());
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return current;
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        INDArray logs = kind().logProbabilities(scores(batch.mean(), batch.variance()));
        return kind().negativeLogLikelihood(logs, batch.doubleLabels(), batch.importanceOrOnes());
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
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
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return new PointScale(
                Nd4j.createFromArray(new double[][] {{LOGISTIC_SLOPE}}), Nd4j.createFromArray(new double[][] {{0}}));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProbitLikelihood that && independent == that.independent;
    }

    @Override
    public int hashCode() {
        return Objects.hash(ProbitLikelihood.class, independent);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}

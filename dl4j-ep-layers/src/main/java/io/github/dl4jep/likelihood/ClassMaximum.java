package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.solve.BatchSolve;
import io.github.dl4jep.solve.CoupledMaximum;
import io.github.dl4jep.solve.JointSoftmax;
import io.github.dl4jep.solve.OutputMaximum;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The most probable potentials of a batch of classes. */
final class ClassMaximum {

    /** Of a potential at the joint maximum. */
    private static final double TOLERANCE = 0.1;

    private ClassMaximum() {}

    /**
     * The maximum of a batch.
     *
     * @param batch the batch
     * @param importance omega of every entry
     * @param likelihood whose outputs are one softmax, or sigmoids: of these all at once where it is known how they vary together, else one
     *     after the other
     * @return the maximum
     */
    static OutputMaximum of(OutputBatch batch, double[] importance, ClassLikelihood likelihood) {
        BatchCovariance covariance = batch.forward().covariance();
        int outputs = batch.labels().columns();
        return likelihood.solvesOutputsAtOnce(outputs) && BatchSolve.isCoupled(batch.variance(), covariance)
                ? atOnce(batch, importance)
                : oneByOne(batch, importance, importance.length / likelihood.problems(outputs));
    }

    private static OutputMaximum atOnce(OutputBatch batch, double[] importance) {
        return new CoupledMaximum(
                        batch.mean(),
                        batch.variance(),
                        batch.forward().covariance(),
                        batch.earlierShift(),
                        batch.doubleLabels(),
                        importance)
                .solve();
    }

    private static OutputMaximum oneByOne(OutputBatch batch, double[] importance, int length) {
        int all = importance.length;
        OutputMaximum maxima = new OutputMaximum(new double[all], new double[all], new double[all]);
        for (int from = 0; from < all; from += length) {
            JointSoftmax.Maximum maximum = maximum(batch, importance, from, from + length);
            System.arraycopy(maximum.potentials(), 0, maxima.potentials(), from, length);
            System.arraycopy(maximum.shift(), 0, maxima.shift(), from, length);
            System.arraycopy(maximum.probabilities(), 0, maxima.probabilities(), from, length);
        }
        return maxima;
    }

    /** Of the columns from one entry to another. */
    private static JointSoftmax.Maximum maximum(OutputBatch batch, double[] importance, int from, int to) {
        int rows = batch.labels().rows();
        RowCovariance covariance = batch.covariance(importance, from, to);
        return new JointSoftmax(
                        cavityMean(batch, covariance, from, to),
                        covariance,
                        Arrays.copyOfRange(Rows.columns(batch.labels()), from, to),
                        Arrays.copyOfRange(importance, from, from + rows))
                .solve(TOLERANCE);
    }

    /** w of some outputs, without what an earlier sweep over the same batch moved. */
    private static double[] cavityMean(OutputBatch batch, RowCovariance covariance, int from, int to) {
        double[] mean = Arrays.copyOfRange(Rows.columns(batch.givenMean()), from, to);
        INDArray earlier = batch.earlierShift();
        if (earlier != null) {
            double[] moved = covariance.times(Arrays.copyOfRange(Rows.columns(earlier), from, to));
            for (int i = 0; i < mean.length; i++) {
                mean[i] -= moved[i];
            }
        }
        return mean;
    }
}

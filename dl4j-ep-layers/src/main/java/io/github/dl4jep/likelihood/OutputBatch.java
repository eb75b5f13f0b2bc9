package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.LowRankCovariance;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.solve.BatchSolve;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One batch at the outputs: what the network predicts and what was observed. Immutable; conversions are made once.
 *
 * <p>Where labels stand at every position of an example, as at every pixel, each position is a row of its own: [minibatch, outputs] is
 * then [positions x minibatch, outputs], the minibatch fastest, while the batch covariance may stay [minibatch, minibatch].
 */
public final class OutputBatch {

    private final ForwardMessage forward;
    private final INDArray labels;
    private final @Nullable INDArray importance;
    private final @Nullable INDArray earlierShift;
    private final double @Nullable [] trust;
    private @Nullable INDArray mean;
    private @Nullable INDArray variance;
    private @Nullable INDArray doubleLabels;
    private @Nullable INDArray doubleImportance;

    /**
     * A batch.
     *
     * @param forward moments of the output potentials, [minibatch, outputs], and their batch covariance
     * @param labels the labels as DL4J has them, [minibatch, label columns]
     * @param importance weight of each entry, [minibatch, label columns]: label mask times the loss's per-output weights; 0 means
     *     not observed; null for 1 everywhere
     * @param earlierShift z of the sweep before on the same batch, [minibatch, outputs], or null in the first sweep
     */
    public OutputBatch(
            ForwardMessage forward, INDArray labels, @Nullable INDArray importance, @Nullable INDArray earlierShift) {
        this(forward, labels, importance, earlierShift, null);
    }

    /**
     * A batch of which weights do not learn from all examples alike.
     *
     * @param forward moments of the output potentials and their batch covariance
     * @param labels the labels as DL4J has them, [minibatch, label columns]
     * @param importance weight of each entry, or null for 1 everywhere
     * @param earlierShift z of the sweep before on the same batch, or null in the first sweep
     * @param trust for each row, or each example, how much weights learn from it: 1 as from any other, 0 not at all; null for 1
     */
    public OutputBatch(
            ForwardMessage forward,
            INDArray labels,
            @Nullable INDArray importance,
            @Nullable INDArray earlierShift,
            double @Nullable [] trust) {
        this.trust = trust;
        this.forward = forward;
        this.labels = labels;
        this.importance = importance;
        this.earlierShift = earlierShift;
    }

    /**
     * Moments of the output potentials and their batch covariance.
     *
     * @return the message at the outputs
     */
    public ForwardMessage forward() {
        return forward;
    }

    /**
     * The labels as DL4J has them.
     *
     * @return [minibatch, label columns]
     */
    public INDArray labels() {
        return labels;
    }

    /**
     * Weight of each entry.
     *
     * @return [minibatch, label columns], or null for 1 everywhere
     */
    public @Nullable INDArray importance() {
        return importance;
    }

    /**
     * z of the sweep before on the same batch.
     *
     * @return [minibatch, outputs], or null in the first sweep
     */
    public @Nullable INDArray earlierShift() {
        return earlierShift;
    }

    /**
     * Means of the output potentials.
     *
     * @return [minibatch, outputs], double; not to be changed
     */
    public INDArray mean() {
        if (mean == null) {
            mean = Rows.inType(forward.moments().mean(), DataType.DOUBLE);
        }
        return mean;
    }

    /**
     * Variances of the output potentials.
     *
     * @return [minibatch, outputs], double, 0 where observed; not to be changed
     */
    public INDArray variance() {
        if (variance == null) {
            INDArray given = forward.moments().variance();
            variance = given == null
                    ? HostMemory.filled(DataType.DOUBLE, mean().rows(), mean().columns(), 0)
                    : Rows.inType(given, DataType.DOUBLE);
        }
        return variance;
    }

    /** Means of the potentials in the precision of the network: what is read into Java numbers needs no other. */
    INDArray givenMean() {
        return forward.moments().mean();
    }

    /** Variances of the potentials in the precision of the network; 0 where observed. */
    INDArray givenVariance() {
        INDArray given = forward.moments().variance();
        return given == null ? variance() : given;
    }

    /** Importance of every entry, column by column, a copy. */
    double[] importances() {
        if (importance != null) {
            return Rows.columns(importance);
        }
        double[] ones = new double[Math.toIntExact(labels.length())];
        Arrays.fill(ones, 1);
        return ones;
    }

    /**
     * Labels in double precision.
     *
     * @return [minibatch, label columns], double; not to be changed
     */
    public INDArray doubleLabels() {
        if (doubleLabels == null) {
            doubleLabels = Rows.inType(labels, DataType.DOUBLE);
        }
        return doubleLabels;
    }

    /**
     * Importance in double precision.
     *
     * @return [minibatch, label columns], double, ones if not given; not to be changed
     */
    public INDArray importanceOrOnes() {
        if (doubleImportance == null) {
            doubleImportance = importance == null
                    ? HostMemory.filled(DataType.DOUBLE, labels.rows(), labels.columns(), 1)
                    : Rows.inType(importance, DataType.DOUBLE);
        }
        return doubleImportance;
    }

    /**
     * The same batch with labels in another form.
     *
     * @param otherLabels [minibatch, label columns]
     * @param otherImportance weight of each entry, or null for 1 everywhere
     * @return a batch of which weights learn alike
     */
    public OutputBatch withLabels(INDArray otherLabels, @Nullable INDArray otherImportance) {
        return new OutputBatch(forward, otherLabels, otherImportance, earlierShift, trust);
    }

    /**
     * The same batch after a unit.
     *
     * @param activation moments of the activations and their batch covariance
     * @param gain D of the unit, [minibatch, outputs], double
     * @return a batch whose shift of the sweep before is that of the activations, z / D, and 0 where D is
     */
    public OutputBatch through(ForwardMessage activation, INDArray gain) {
        INDArray shift = earlierShift;
        if (shift != null) {
            INDArray blocked = gain.eq(0).castTo(DataType.DOUBLE);
            shift = shift.castTo(DataType.DOUBLE).mul(blocked.rsub(1)).divi(gain.add(blocked));
        }
        return new OutputBatch(activation, labels, importance, shift, trust);
    }

    /**
     * Importance in double precision, times how far weights trust each example: 0 for withheld ones.
     *
     * @return [minibatch, label columns]; not to be changed
     */
    public INDArray learnedImportance() {
        if (trust == null) {
            return importanceOrOnes();
        }
        double[] learned = importances();
        for (int i = 0; i < learned.length; i++) {
            learned[i] *= trust(i % labels.rows());
        }
        return Rows.matrix(learned, labels.rows(), labels.columns());
    }

    /** DL4J's weight of each example of a class: the importance of its label. */
    double[] importanceOfExamples() {
        double[] weights = importances();
        double[] y = Rows.columns(labels);
        double[] sums = new double[labels.rows()];
        for (int i = 0; i < y.length; i++) {
            sums[i % sums.length] += weights[i] * y[i];
        }
        return sums;
    }

    /** How much weights learn from each example, 0 to 1; of one at positions, from each of them. */
    double trust(int row) {
        return trust == null ? 1 : trust[row % trust.length];
    }

    /**
     * K of some outputs: the common one, times their share of the variance; where examples are independent, their mean variances.
     */
    RowCovariance covariance(double[] importance, int from, int to) {
        int rows = labels.rows();
        double[] variance = Rows.columns(givenVariance());
        double[] ofRows = new double[rows];
        double[] ofTheseRows = new double[rows];
        double[] ofAll = new double[2];
        double[] ofThese = new double[2];
        for (int i = 0; i < variance.length; i++) {
            boolean these = i >= from && i < to;
            ofRows[i % rows] += variance[i] * rows / variance.length;
            ofTheseRows[i % rows] += these ? variance[i] * rows / (to - from) : 0;
            if (importance[i] > 0) {
                ofAll[0] += variance[i];
                ofAll[1]++;
                ofThese[0] += these ? variance[i] : 0;
                ofThese[1] += these ? 1 : 0;
            }
        }
        RowCovariance common = BatchSolve.rows(ofRows, forward.covariance());
        if (common == null) {
            return LowRankCovariance.ofIndependentRows(ofTheseRows);
        }
        // Without any uncertainty, or any label, there is nothing to share.
        boolean shared = to - from < variance.length && ofAll[0] > 0 && ofThese[1] > 0;
        return shared ? common.multipliedBy(ofThese[0] / ofThese[1] / (ofAll[0] / ofAll[1])) : common;
    }

    /** This batch with another importance of every entry, column by column. */
    OutputBatch withImportance(double[] columns) {
        return new OutputBatch(forward, labels, Rows.matrix(columns, labels.rows(), labels.columns()), earlierShift);
    }
}

package io.github.dl4jep.message;

import io.github.dl4jep.array.DenseCovariance;
import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.LowRankCovariance;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The covariance K between the examples of a batch, as far as it is kept: with the inducing examples, and the variance of each. Where all
 * examples are inducing that is K itself.
 *
 * <p>Shapes: columns \( K_{BI} \): [minibatch, inducing]; diagonal: [minibatch, 1]. Sums, products element by element and scalings of
 * covariances need no more than that, so what is kept is exact; only the solve takes the inducing examples for all ({@link #rows}).
 */
public final class ExampleCovariance {

    private static final ExampleCovariance NONE = new ExampleCovariance(InducingExamples.all(), null, null);

    private final InducingExamples inducing;
    private final @Nullable INDArray columns;
    /** Null where all examples are inducing. */
    private final @Nullable INDArray diagonal;
    /** What the inducing examples know, once it was asked for. */
    private @Nullable LowRankCovariance lowRank;

    private ExampleCovariance(InducingExamples inducing, @Nullable INDArray columns, @Nullable INDArray diagonal) {
        this.inducing = inducing;
        this.columns = columns;
        this.diagonal = diagonal;
    }

    /**
     * No covariance: activations are observed.
     *
     * @param inducing examples with which later covariances are kept
     * @return nothing
     */
    public static ExampleCovariance none(InducingExamples inducing) {
        return inducing == InducingExamples.all() ? NONE : new ExampleCovariance(inducing, null, null);
    }

    /**
     * A covariance of all pairs.
     *
     * @param covariance K, [minibatch, minibatch]
     * @return all of it
     */
    public static ExampleCovariance of(INDArray covariance) {
        return new ExampleCovariance(InducingExamples.all(), covariance, null);
    }

    /**
     * A covariance with inducing examples.
     *
     * @param inducing the examples
     * @param columns K_BI, [minibatch, inducing]
     * @param variances diagonal of K, [minibatch]; not needed where all are inducing
     * @return K as far as it is known
     */
    public static ExampleCovariance of(InducingExamples inducing, INDArray columns, double[] variances) {
        return new ExampleCovariance(
                inducing,
                columns,
                inducing.areAll() ? null : Rows.matrix(variances, variances.length, 1, columns.dataType()));
    }

    /**
     * Inner products of rows, \( f\,a\,b^T \), which are symmetric.
     *
     * @param a [minibatch, n]
     * @param b [minibatch, n]
     * @param factor f
     * @param inducing examples with which they are computed
     * @return a new covariance
     */
    public static ExampleCovariance ofProducts(INDArray a, INDArray b, double factor, InducingExamples inducing) {
        INDArray some = inducing.of(b);
        INDArray products = HostMemory.uninitialized(a.dataType(), new long[] {a.rows(), some.rows()}, 'f');
        FloatProducts.multiply(a, false, some, true, products, factor, 0);
        if (inducing.areAll()) {
            return new ExampleCovariance(inducing, products, null);
        }
        double[] own = Rows.dots(a, b);
        for (int n = 0; n < own.length; n++) {
            own[n] *= factor;
        }
        return of(inducing, products, own);
    }

    /**
     * The examples with which covariances are kept.
     *
     * @return all or some
     */
    public InducingExamples inducing() {
        return inducing;
    }

    /**
     * Whether there is no covariance.
     *
     * @return true for observed activations
     */
    public boolean isNone() {
        return columns == null;
    }

    /**
     * The covariances that are kept.
     *
     * @return K_BI, [minibatch, inducing]; null for none
     */
    public @Nullable INDArray columns() {
        return columns;
    }

    INDArray present() {
        return Objects.requireNonNull(columns, "there is no covariance");
    }

    /**
     * The variances of the examples.
     *
     * @return [minibatch, 1]
     */
    public INDArray variances() {
        return diagonal == null ? Nd4j.diag(present()).reshape(present().rows(), 1) : diagonal;
    }

    /** The own rows of a part of a joint batch, for {@link #joined}. */
    ExampleCovariance own(BatchPart part) {
        InducingExamples joint = part.ofJoint();
        return isNone()
                ? none(joint)
                : new ExampleCovariance(joint, part.own(present()), joint.areAll() ? null : part.own(variances()));
    }

    /** The covariance of a joint batch from the own rows of all its parts. */
    static ExampleCovariance joined(List<ExampleCovariance> parts) {
        ExampleCovariance first = parts.get(0);
        return first.isNone()
                ? first
                : first.with(
                        ForwardMessage.below(parts, ExampleCovariance::present),
                        first.diagonal == null ? null : ForwardMessage.below(parts, ExampleCovariance::variances));
    }

    private ExampleCovariance with(INDArray newColumns, @Nullable INDArray newDiagonal) {
        return new ExampleCovariance(inducing, newColumns, newDiagonal);
    }

    /**
     * K times a number.
     *
     * @param factor the number
     * @return a new covariance
     */
    public ExampleCovariance times(Number factor) {
        return with(FusedLoop.times(present(), factor.doubleValue()), diagonal == null ? null : diagonal.mul(factor));
    }

    /**
     * The product with another covariance, element by element, written over this one.
     *
     * @param other with the same examples, or with all
     * @return this one
     */
    public ExampleCovariance muli(ExampleCovariance other) {
        ExampleCovariance same = other.keptWith(inducing);
        FusedLoop.multiplyBy(present(), same.present());
        if (diagonal != null) {
            diagonal.muli(same.variances());
        }
        return this;
    }

    /**
     * The sum with another covariance, written over this one.
     *
     * @param other with the same examples, or with all
     * @return this one
     */
    public ExampleCovariance addi(ExampleCovariance other) {
        ExampleCovariance same = other.keptWith(inducing);
        FusedLoop.addTo(present(), same.present());
        if (diagonal != null) {
            diagonal.addi(same.variances());
        }
        return this;
    }

    /**
     * The sum with a number, which all pairs of examples have in common, written over this one.
     *
     * @param number the number
     * @return this one
     */
    public ExampleCovariance addi(Number number) {
        FusedLoop.addTo(present(), number.doubleValue());
        if (diagonal != null) {
            diagonal.addi(number);
        }
        return this;
    }

    /** The sum, kept with the fewer examples. */
    ExampleCovariance plus(ExampleCovariance other) {
        ExampleCovariance mine = inducing.areAll() ? keptWith(other.inducing) : this;
        ExampleCovariance others = other.keptWith(mine.inducing);
        return mine.with(
                FusedLoop.sum(mine.present(), others.present()),
                mine.diagonal == null ? null : mine.diagonal.add(others.variances()));
    }

    /** The difference to a part. */
    ExampleCovariance minus(ExampleCovariance part) {
        ExampleCovariance same = part.keptWith(inducing);
        return with(present().sub(same.present()), diagonal == null ? null : diagonal.sub(same.variances()));
    }

    /** The same covariance, kept with these examples; from all to some, whose part of a joint batch it then knows. */
    ExampleCovariance keptWith(InducingExamples some) {
        if (isNone()) {
            return none(some);
        }
        if (!inducing.areAll() || some == inducing) {
            return this;
        }
        if (some.areAll()) {
            return new ExampleCovariance(some, columns, null);
        }
        INDArray all = present();
        // K is symmetric: its rows are its columns.
        return new ExampleCovariance(
                some, some.of(all).transpose().dup('f'), variances().dup('f'));
    }

    /** D K D, of the diagonal [minibatch, 1] of D. */
    ExampleCovariance scaled(INDArray factors) {
        INDArray ofInducing = inducing.of(factors);
        INDArray scaled = present().mulColumnVector(factors).muliRowVector(ofInducing.reshape(1, ofInducing.length()));
        return with(scaled, diagonal == null ? null : diagonal.mul(factors).muli(factors));
    }

    /**
     * Without what all examples have in common, \( C K C \), \( C = I - 1 1^T / B \). Where some examples are inducing, of K what they know.
     *
     * @return a new covariance
     */
    public ExampleCovariance centred() {
        INDArray k = present();
        if (diagonal == null) {
            INDArray rowMeans = k.mean(true, 1);
            INDArray columnMeans = k.mean(true, 0);
            double mean = rowMeans.meanNumber().doubleValue();
            return with(k.subColumnVector(rowMeans).subiRowVector(columnMeans).addi(mean), null);
        }
        double[] evenly = new double[k.rows()];
        Arrays.fill(evenly, 1.0 / evenly.length);
        double[] withMean = rows().times(evenly);
        double mean = Arrays.stream(withMean).average().orElse(0);
        INDArray means = Rows.matrix(withMean, withMean.length, 1, k.dataType());
        INDArray ofInducing = inducing.of(means);
        return with(
                k.subColumnVector(means)
                        .subiRowVector(ofInducing.reshape(1, ofInducing.length()))
                        .addi(mean),
                diagonal.sub(means.mul(2)).addi(mean));
    }

    /** The sum of the variances, tr K. */
    double trace() {
        return variances().sumNumber().doubleValue();
    }

    /**
     * The covariance as a solve uses it.
     *
     * @return K, or what the inducing examples know of it
     * @throws ArithmeticException if something is not finite
     */
    public RowCovariance rows() {
        INDArray k = present();
        if (diagonal == null) {
            return new DenseCovariance(Rows.columns(k), k.rows());
        }
        if (lowRank == null) {
            lowRank = LowRankCovariance.of(Rows.columns(k), Rows.columns(diagonal), inducing.numbers(k.rows()));
        }
        return lowRank;
    }

    /** Finds how many examples move as one in what the inducing ones do not know, from K of some, column by column. */
    ExampleCovariance withRestsTogether(int[] some, float[] covariance) {
        if (rows() instanceof LowRankCovariance known) {
            lowRank = known.withRestsTogether(known.restsTogether(some, covariance));
        }
        return this;
    }

    /**
     * The covariance of all pairs.
     *
     * @return K, or what the inducing examples know of it, [minibatch, minibatch]
     */
    public INDArray allPairs() {
        INDArray k = present();
        if (diagonal == null) {
            return k;
        }
        int rows = k.rows();
        double[] identity = Rows.columns(Nd4j.eye(rows).castTo(DataType.DOUBLE));
        return Rows.matrix(rows().times(identity), rows, rows, k.dataType());
    }

    /**
     * The covariance of some examples.
     *
     * @param from first example
     * @param to example after the last
     * @return the block of K on its diagonal
     */
    ExampleCovariance block(long from, long to) {
        InducingExamples inside = inducing.block(from, to);
        if (columns == null) {
            return none(inside);
        }
        if (diagonal == null) {
            return of(columns.get(NDArrayIndex.interval(from, to), NDArrayIndex.interval(from, to))
                    .dup('f'));
        }
        int[] numbers = inducing.numbers(columns.rows());
        int[] kept = Arrays.stream(numbers)
                .filter(row -> row >= from && row < to)
                .map(row -> Arrays.binarySearch(numbers, row))
                .toArray();
        INDArray variances = diagonal.get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
                .dup('f');
        INDArray block = Nd4j.create(columns.dataType(), new long[] {to - from, Math.max(1, kept.length)}, 'f');
        if (kept.length == 0) {
            // No example inside is inducing: they have no covariances that are known.
            block.putScalar(0, 0, variances.getDouble(0));
        } else {
            block.assign(columns.get(
                    NDArrayIndex.interval(from, to), NDArrayIndex.interval(kept[0], kept[kept.length - 1] + 1L)));
        }
        return new ExampleCovariance(inside, block, variances);
    }
}

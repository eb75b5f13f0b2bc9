package io.github.dl4jep.message;

import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How the positions of a batch are correlated by weights that they share. Nothing is computed before it is asked for.
 *
 * @param makeFeatures what the last weights see at every position, scaled by their deviations, so that the inner product of two rows
 *     is their covariance due to these weights: [positions x minibatch, n], the minibatch fastest; or null if it is not known here
 * @param makeEarlierRank effective rank of the correlation due to all weights before
 */
public record PositionCorrelation(
        @Nullable Supplier<INDArray> makeFeatures,
        DoubleSupplier makeEarlierRank,
        @Nullable PositionPairs pairs) {

    /**
     * A correlation whose rank is found once: iterations at the outputs ask for it again and again.
     *
     * @param makeFeatures what the last weights see, or null
     * @param makeEarlierRank effective rank of the correlation due to all weights before, at least 1
     * @param pairs covariances of pairs of an example and a position, or null where they are not known
     */
    public PositionCorrelation {
        makeEarlierRank = once(makeEarlierRank);
    }

    /**
     * A correlation of which covariances of pairs are not known.
     *
     * @param makeFeatures what the last weights see, or null
     * @param makeEarlierRank effective rank of the correlation due to all weights before, at least 1
     */
    public PositionCorrelation(@Nullable Supplier<INDArray> makeFeatures, DoubleSupplier makeEarlierRank) {
        this(makeFeatures, makeEarlierRank, null);
    }

    /** The same where covariances of pairs are known. */
    PositionCorrelation withPairs(@Nullable PositionPairs known) {
        return new PositionCorrelation(makeFeatures, makeEarlierRank, known);
    }

    /** That of activations after their gain, averaged over units. */
    PositionCorrelation collapsed(INDArray gain) {
        return pairs == null ? this : withPairs(pairs.collapsed(gain));
    }

    /** After a map that moves positions: the rank, and pairs of the positions that stand for the new ones. */
    PositionCorrelation moved(int @Nullable [] sources) {
        PositionCorrelation rest = withoutFeatures();
        return pairs == null || sources == null ? rest.withPairs(null) : rest.withPairs(pairs.moved(sources));
    }

    /** The same of activations multiplied by a constant, whose square is the factor. */
    PositionCorrelation times(double factor) {
        return pairs == null ? this : new PositionCorrelation(makeFeatures, makeEarlierRank, pairs.times(factor));
    }

    private static DoubleSupplier once(DoubleSupplier supplier) {
        double[] found = new double[1];
        return () -> {
            if (found[0] == 0) {
                found[0] = supplier.getAsDouble();
            }
            return found[0];
        };
    }

    /**
     * The features.
     *
     * @return [positions x minibatch, n], or null
     */
    public @Nullable INDArray features() {
        return makeFeatures == null ? null : makeFeatures.get();
    }

    /**
     * That of a sum of two activations that do not depend on the same weights. The Frobenius norm of a sum is at most the sum of the
     * norms, so \( \eta^{-1/2} = (v_1 \eta_1^{-1/2} + v_2 \eta_2^{-1/2}) / (v_1 + v_2) \) is never too large.
     *
     * @param one of the first, or null for rank 1
     * @param variance v of the first, summed over the examples
     * @param other of the second, or null for rank 1
     * @param otherVariance v of the second
     * @return the correlation without features, or null if both are
     */
    static @Nullable PositionCorrelation ofSum(
            @Nullable PositionCorrelation one,
            double variance,
            @Nullable PositionCorrelation other,
            double otherVariance) {
        if ((one == null && other == null) || !(variance + otherVariance > 0)) {
            return one == null ? other : one.withoutFeatures();
        }
        PositionPairs both = one == null || other == null || one.pairs == null || other.pairs == null
                ? null
                : one.pairs.plus(other.pairs);
        return new PositionCorrelation(
                null,
                () -> {
                    double norm = (variance * norm(one) + otherVariance * norm(other)) / (variance + otherVariance);
                    return 1 / (norm * norm);
                },
                both);
    }

    /** Frobenius norm of a correlation, for each row. */
    private static double norm(@Nullable PositionCorrelation positions) {
        return positions == null ? 1 : 1 / Math.sqrt(positions.rank());
    }

    /**
     * That of examples below one another, which correlate within their block only: \( \eta^{-1} = \sum_i w_i^2 \eta_i^{-1} \).
     *
     * @param blocks of each block, or null for rank 1
     * @param shares w, each block's share of the examples; 0 for one without variance
     * @return the correlation without features, or null if all are
     */
    static @Nullable PositionCorrelation ofBlocks(List<@Nullable PositionCorrelation> blocks, double[] shares) {
        if (blocks.stream().allMatch(Objects::isNull)) {
            return null;
        }
        return new PositionCorrelation(null, () -> {
            double squares = 0;
            for (int i = 0; i < shares.length; i++) {
                double norm = shares[i] * norm(blocks.get(i));
                squares += norm * norm;
            }
            return 1 / squares;
        });
    }

    /**
     * That of some examples. Their correlation due to earlier weights counts as that of all.
     *
     * @param from first example
     * @param to example after the last
     * @param batch number of all examples
     * @return the correlation, with their features
     */
    PositionCorrelation block(long from, long to, long batch) {
        return makeFeatures == null
                ? this
                : new PositionCorrelation(
                        () -> {
                            INDArray all = makeFeatures.get();
                            long columns = all.columns();
                            return all.dup('f')
                                    .reshape('f', batch, all.length() / batch)
                                    .get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
                                    .dup('f')
                                    .reshape('f', all.length() / batch * (to - from) / columns, columns);
                        },
                        makeEarlierRank);
    }

    /**
     * Of other units at the same positions, or before weights that are not looked at.
     *
     * @return the correlation without features
     */
    public PositionCorrelation withoutFeatures() {
        return makeFeatures == null ? this : new PositionCorrelation(null, this::rank, pairs);
    }

    /**
     * The effective rank of the correlation due to all weights: covariances through several layers are products, and so are their
     * ranks.
     *
     * @return 1 or more
     */
    public double rank() {
        INDArray rows = features();
        double earlier = makeEarlierRank.getAsDouble();
        return rows == null ? earlier : earlier * rankOf(normalised(rows));
    }

    /**
     * Rows of length 1; a row of zeros stays.
     *
     * @param features [rows, n]
     * @return [rows, n], double
     */
    public static INDArray normalised(INDArray features) {
        INDArray rows = features.castTo(DataType.DOUBLE);
        INDArray norms = rows.norm2(true, 1);
        norms.addi(norms.eq(0).castTo(DataType.DOUBLE));
        return rows.divColumnVector(norms);
    }

    /**
     * The effective rank of a correlation, \( (tr\,C)^2 / \|C\|_F^2 \) for \( C = \varphi \varphi^T \).
     *
     * @param normalised phi, rows of length 1, [rows, n]
     * @return between 1 and n
     */
    public static double rankOf(INDArray normalised) {
        INDArray gram = Nd4j.gemm(normalised, normalised, true, false);
        double trace = normalised.mul(normalised).sumNumber().doubleValue();
        double squares = gram.mul(gram).sumNumber().doubleValue();
        return squares == 0 ? 1 : trace * trace / squares;
    }
}

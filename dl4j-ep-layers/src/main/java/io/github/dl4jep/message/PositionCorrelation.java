package io.github.dl4jep.message;

import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How the positions of a batch are correlated by weights that they share. Nothing is computed before it is asked for.
 *
 * @param makeFeatures what the last weights see at every position, scaled by their deviations, so that the inner product of two rows
 *     is their covariance due to these weights: [positions x minibatch, n], the minibatch fastest; or null if it is not known here
 * @param makeEarlierRank effective rank of the correlation due to all weights before
 */
public record PositionCorrelation(@Nullable Supplier<INDArray> makeFeatures, DoubleSupplier makeEarlierRank) {

    /**
     * The features.
     *
     * @return [positions x minibatch, n], or null
     */
    public @Nullable INDArray features() {
        return makeFeatures == null ? null : makeFeatures.get();
    }

    /**
     * Behind a map that moves or mixes positions: only the rank stays.
     *
     * @return the correlation without features
     */
    public PositionCorrelation withoutFeatures() {
        return makeFeatures == null ? this : new PositionCorrelation(null, this::rank);
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

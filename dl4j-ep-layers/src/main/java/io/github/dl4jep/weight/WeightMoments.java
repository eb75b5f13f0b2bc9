package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Moments of every weight of one array [nIn, nOut], and their means over the units of the layer, which the batch covariance
 * needs.
 *
 * @param mean M, [nIn, nOut]
 * @param variance S, [nIn, nOut]
 * @param secondMoment Q = S + M^2, [nIn, nOut]; null where all are equal, which saves two matrix products
 * @param uniformSecondMoment Q of every weight where {@code secondMoment} is null, else NaN
 * @param unitMeanVariance mean of S over units, [nIn, 1]; null of a bias
 * @param unitMeanSquaredMean mean of M^2 over units, [nIn, 1]; null of a bias and where only predictions are made
 * @param inputMeans means over inputs, where these and those over units stand for S and M^2 in sums over many weights; else null
 */
public record WeightMoments(
        INDArray mean,
        INDArray variance,
        @Nullable INDArray secondMoment,
        double uniformSecondMoment,
        @Nullable INDArray unitMeanVariance,
        @Nullable INDArray unitMeanSquaredMean,
        @Nullable InputMeans inputMeans) {

    private static final String OF_PREDICTIONS = "moments of predictions have no means of squares";

    /**
     * Mean of S over units.
     *
     * @return [nIn, 1]
     * @throws NullPointerException if these are moments of a bias
     */
    @Override
    public INDArray unitMeanVariance() {
        return Objects.requireNonNull(unitMeanVariance, "moments of a bias have no means over units");
    }

    /**
     * Mean of M^2 over units.
     *
     * @return [nIn, 1]
     * @throws NullPointerException if these are moments of predictions
     */
    @Override
    public INDArray unitMeanSquaredMean() {
        return Objects.requireNonNull(unitMeanSquaredMean, OF_PREDICTIONS);
    }

    /**
     * Means over the inputs of a layer.
     *
     * @param variance mean of S over inputs, [1, nOut]
     * @param squaredMean mean of M^2 over inputs, [1, nOut]; null where only predictions are made
     */
    public record InputMeans(INDArray variance, @Nullable INDArray squaredMean) {

        /**
         * Means of S, divided by the mean of all.
         *
         * @return [1, nOut]
         */
        public INDArray varianceShares() {
            return shares(variance);
        }

        /**
         * Means of Q, divided by the mean of all.
         *
         * @return [1, nOut]
         */
        public INDArray secondMomentShares() {
            return shares(FusedLoop.sum(variance, Objects.requireNonNull(squaredMean, OF_PREDICTIONS)));
        }

        /** 0 where the mean of all is 0. */
        private static INDArray shares(INDArray means) {
            double all = Rows.mean(means);
            return all == 0 ? means.mul(0) : FusedLoop.quotient(means, all);
        }
    }

    /**
     * S as sums of observed inputs see it.
     *
     * @return [nIn, nOut]: the product of means where these stand for S, else S
     */
    public INDArray varianceOfSums() {
        return inputMeans == null || secondMoment != null
                ? variance
                : unitMeanVariance().mmul(inputMeans.varianceShares());
    }

    /**
     * Moments whose second moments differ.
     *
     * @param mean M, [nIn, nOut]
     * @param variance S, [nIn, nOut]
     * @param secondMoment Q = S + M^2, [nIn, nOut]
     * @param unitMeanVariance mean of S over units, [nIn, 1]
     * @param unitMeanSquaredMean mean of M^2 over units, [nIn, 1]
     */
    public WeightMoments(
            INDArray mean,
            INDArray variance,
            INDArray secondMoment,
            INDArray unitMeanVariance,
            INDArray unitMeanSquaredMean) {
        this(mean, variance, secondMoment, Double.NaN, unitMeanVariance, unitMeanSquaredMean, null);
    }

    /**
     * Moments of which sums see means over units and over inputs.
     *
     * @param mean M, [nIn, nOut]
     * @param variance S, [nIn, nOut]
     * @param secondMoment Q = S + M^2, [nIn, nOut], or null where variances of sums see means, too
     * @param unitMeanVariance mean of S over units, [nIn, 1]
     * @param unitMeanSquaredMean mean of M^2 over units, [nIn, 1]; null where only predictions are made
     * @param inputMeans means over inputs; null where sums see every weight
     * @return the moments
     */
    public static WeightMoments ofMeans(
            INDArray mean,
            INDArray variance,
            @Nullable INDArray secondMoment,
            INDArray unitMeanVariance,
            @Nullable INDArray unitMeanSquaredMean,
            @Nullable InputMeans inputMeans) {
        return new WeightMoments(
                mean, variance, secondMoment, Double.NaN, unitMeanVariance, unitMeanSquaredMean, inputMeans);
    }

    /**
     * Moments whose means over units are computed here.
     *
     * @param mean M, [nIn, nOut]
     * @param variance S, [nIn, nOut]
     * @return the moments
     */
    public static WeightMoments of(INDArray mean, INDArray variance) {
        return mean.ordering() == 'f' && FusedLoop.accepts(mean, variance)
                ? fused(mean, variance)
                : plain(mean, variance);
    }

    /**
     * Moments of a bias, of which nobody asks for more.
     *
     * @param mean M, [1, nOut]
     * @param variance S, [1, nOut]
     * @return the moments
     */
    static WeightMoments ofBias(INDArray mean, INDArray variance) {
        return new WeightMoments(mean, variance, null, Double.NaN, null, null, null);
    }

    /** The moments of the sum of these weights and of known ones. */
    WeightMoments plus(INDArray known) {
        return of(FusedLoop.sum(mean, known), variance);
    }

    private static WeightMoments fused(INDArray mean, INDArray variance) {
        UnitSums variances = new UnitSums(mean.rows());
        UnitSums squares = new UnitSums(mean.rows());
        INDArray secondMoment = HostMemory.like(mean);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    GaussianLoops.square(in[0], out[0], count);
                    squares.add(block, out[0], count);
                    variances.add(block, in[1], count);
                    FusedLoop.add(in[1], out[0], count);
                },
                new INDArray[] {mean, variance},
                new INDArray[] {secondMoment},
                mean.rows());
        int units = mean.columns();
        return new WeightMoments(mean, variance, secondMoment, variances.mean(units), squares.mean(units));
    }

    /** The plain version of {@link #fused}. */
    static WeightMoments plain(INDArray mean, INDArray variance) {
        INDArray squaredMean = mean.mul(mean);
        INDArray unitMeanVariance = meanOverUnits(variance);
        INDArray unitMeanSquaredMean = meanOverUnits(squaredMean);
        return new WeightMoments(mean, variance, squaredMean.addi(variance), unitMeanVariance, unitMeanSquaredMean);
    }

    /**
     * Moments of weights of one magnitude: Q is the same for all.
     *
     * @param mean M, [nIn, nOut]
     * @param variance S, [nIn, nOut]
     * @param unitMeanVariance mean of S over units, [nIn, 1]
     * @param secondMoment the common Q
     * @return the moments
     */
    public static WeightMoments ofOneMagnitude(
            INDArray mean, INDArray variance, INDArray unitMeanVariance, double secondMoment) {
        return new WeightMoments(
                mean, variance, null, secondMoment, unitMeanVariance, unitMeanVariance.rsub(secondMoment), null);
    }

    /** Mean of an array [nIn, nOut] over its columns, [nIn, 1]. A product with ones is faster than a reduction. */
    static INDArray meanOverUnits(INDArray weights) {
        INDArray ones =
                Nd4j.valueArrayOf(new long[] {weights.columns(), 1}, 1.0 / weights.columns(), weights.dataType());
        return weights.mmul(ones);
    }
}

package io.github.dl4jep.distribution;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Moments of every weight of one array [nIn, nOut], and their means over the units of the layer, which the batch covariance
 * needs.
 *
 * @param mean M, [nIn, nOut]
 * @param variance S, [nIn, nOut]
 * @param secondMoment Q = S + M^2, [nIn, nOut]
 * @param unitMeanVariance mean of S over units, [nIn, 1]
 * @param unitMeanSquaredMean mean of M^2 over units, [nIn, 1]
 */
public record WeightMoments(
        INDArray mean,
        INDArray variance,
        INDArray secondMoment,
        INDArray unitMeanVariance,
        INDArray unitMeanSquaredMean) {

    /**
     * Moments whose means over units are computed here.
     *
     * @param mean M, [nIn, nOut]
     * @param variance S, [nIn, nOut]
     * @return the moments
     */
    public static WeightMoments of(INDArray mean, INDArray variance) {
        INDArray squaredMean = mean.mul(mean);
        INDArray unitMeanVariance = meanOverUnits(variance);
        INDArray unitMeanSquaredMean = meanOverUnits(squaredMean);
        return new WeightMoments(mean, variance, squaredMean.addi(variance), unitMeanVariance, unitMeanSquaredMean);
    }

    /** A product with ones is faster than a reduction along a dimension. */
    private static INDArray meanOverUnits(INDArray weights) {
        INDArray ones =
                Nd4j.valueArrayOf(new long[] {weights.columns(), 1}, 1.0 / weights.columns(), weights.dataType());
        return weights.mmul(ones);
    }
}

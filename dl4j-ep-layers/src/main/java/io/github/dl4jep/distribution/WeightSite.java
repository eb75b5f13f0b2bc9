package io.github.dl4jep.distribution;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one batch says about an array of weights: the product of its sites, algorithm section 5. Shaped as the weights.
 *
 * @param shift Rw: shift of the mean per unit of variance
 * @param precision T: precision that the batch adds, not negative
 */
public record WeightSite(INDArray shift, INDArray precision) {

    /**
     * Tells whether every element is finite.
     *
     * @return false if a NaN or an infinity is in either array
     */
    public boolean isFinite() {
        // A sum is one pass and is NaN or infinite if any element is.
        return Double.isFinite(shift.sumNumber().doubleValue())
                && Double.isFinite(precision.sumNumber().doubleValue());
    }
}

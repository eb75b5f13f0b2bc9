package io.github.dl4jep.weight;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What one batch says about an array of weights: the product of its sites, algorithm section 5. Shaped as the weights.
 *
 * @param shift Rw: shift of the mean per unit of variance
 * @param precision T: precision that the batch adds, not negative; null if the posterior does not use it
 * @serial exclude
 */
public record WeightSite(INDArray shift, @Nullable INDArray precision) implements Serializable {

    /**
     * T, for a posterior that uses it.
     *
     * @return precision that the batch adds
     * @throws IllegalStateException if it was left out
     */
    public INDArray requiredPrecision() {
        if (precision == null) {
            throw new IllegalStateException(
                    "a site without precision; the posterior must ask for it by" + " usesSitePrecision()");
        }
        return precision;
    }

    /**
     * What two uses of the weights say together.
     *
     * @param other site of the same weights
     * @return the product of both: shifts and precisions add up; new arrays
     */
    public WeightSite plus(WeightSite other) {
        return new WeightSite(
                shift.add(other.shift), precision == null ? null : precision.add(other.requiredPrecision()));
    }

    /**
     * Tells whether every element is finite.
     *
     * @return false if a NaN or an infinity is in either array
     */
    public boolean isFinite() {
        return isFinite(shift) && (precision == null || isFinite(precision));
    }

    private static boolean isFinite(INDArray array) {
        // The sum of magnitudes is one pass, and is NaN or infinite if any element is. Sites are new arrays, so their
        // elements are dense, as BLAS wants them.
        return Double.isFinite(Nd4j.getBlasWrapper().level1().asum(array));
    }
}

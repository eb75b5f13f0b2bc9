package io.github.dl4jep.spike;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rate code: every input fires in every time step with a probability that is its intensity, independently (Bernoulli).
 *
 * <p>The mean over time steps is the intensity x with variance x (1 - x) / T.
 *
 * <p>Quality: Preview.
 */
public final class RateCode implements SpikeCode {

    private static final long serialVersionUID = 1L;

    /** Largest float below 1: keeps uniform draws below an intensity of 1. */
    private static final float BELOW_ONE = Math.nextDown(1f);

    /** The code. */
    public RateCode() {}

    @Override
    public INDArray spikes(INDArray intensities, INDArray steps, int timeSteps) {
        INDArray uniform =
                Nd4j.rand(intensities.dataType(), intensities.shape()).muli(BELOW_ONE);
        return uniform.lt(intensities).castTo(intensities.dataType());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RateCode;
    }

    @Override
    public int hashCode() {
        return RateCode.class.hashCode();
    }

    @Override
    public String toString() {
        return "rate";
    }
}

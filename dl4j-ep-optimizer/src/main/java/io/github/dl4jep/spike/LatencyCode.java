package io.github.dl4jep.spike;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Latency code, time to first spike: the brighter an input, the earlier it fires, once within T time steps; intensity 0 does
 * not fire. Deterministic.
 *
 * <p>With \( k = \operatorname{round}(x T) \), at least 1 for x &gt; 0, intensity x fires in time step \( T - k \).
 *
 * <p><em>Held</em>: the synapse stays on after its spike, which gives k time steps of 1. The mean over time steps is then
 * k / T: the intensity to within 1 / (2 T), or 1 / T for those below 1 / (2 T). Not held, the mean over time steps says only
 * whether an input fired; for a network without memory use the held code.
 *
 * <p>Quality: Preview.
 */
public final class LatencyCode implements SpikeCode {

    private static final long serialVersionUID = 1L;

    /** Whether synapses stay on after their spike. */
    private final boolean held;

    private LatencyCode(boolean held) {
        this.held = held;
    }

    /**
     * One spike per input.
     *
     * @return the code
     */
    public static LatencyCode singleSpike() {
        return new LatencyCode(false);
    }

    /**
     * Synapses that stay on after their spike.
     *
     * @return the code
     */
    public static LatencyCode held() {
        return new LatencyCode(true);
    }

    /**
     * Whether synapses stay on after their spike.
     *
     * @return true if they do
     */
    public boolean isHeld() {
        return held;
    }

    @Override
    public INDArray spikes(INDArray intensities, INDArray steps, int timeSteps) {
        INDArray rounded = Transforms.floor(intensities.mul(timeSteps).addi(0.5), false);
        INDArray atLeastOne = intensities.gt(0).castTo(intensities.dataType());
        INDArray timeStepsOn = Transforms.max(rounded, atLeastOne, false);
        // Time since the spike: step - (T - k); an intensity of 0 has k = 0 and is always before its spike.
        INDArray since = timeStepsOn.addiColumnVector(steps.sub(timeSteps));
        return (held ? since.gte(0) : since.eq(0)).castTo(intensities.dataType());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LatencyCode that && held == that.held;
    }

    @Override
    public int hashCode() {
        return Objects.hash(LatencyCode.class, held);
    }

    @Override
    public String toString() {
        return held ? "latency, held" : "latency";
    }
}

package io.github.dl4jep.factor;

import io.github.dl4jep.distribution.BatchCovariance;
import io.github.dl4jep.distribution.ExampleShape;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.WeightMoments;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The batch covariance of a convolution: {@link LinearFactor}'s formula averaged over output positions, of which a subsample is
 * enough. Own, docs/algorithm.md, section 3.
 */
public final class PatchCovariance {

    /** Share of the multiplications of a sweep that the covariance may cost. */
    private static final double SHARE = 0.05;
    /** Products with as many multiplications as patches times weights: three forward, four back. */
    private static final int PRODUCTS = 7;
    /** Spreads positions evenly over any grid: fractional parts of multiples of the golden ratio. */
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    private PatchCovariance() {}

    /**
     * Batch covariance of a convolution's pre-activation, averaged over units and positions.
     *
     * @param input moments and batch covariance of the input
     * @param patches the windows
     * @param meanVariance mean of the weights' variance over units, [fan-in, 1]
     * @param meanSquaredMean mean of the weights' squared mean over units, [fan-in, 1]
     * @param units number of units
     * @param bias moments of the bias, or null for none
     * @return the covariance, [minibatch, minibatch]
     */
    static BatchCovariance ofPreActivation(
            ForwardMessage input,
            Patches patches,
            INDArray meanVariance,
            INDArray meanSquaredMean,
            long units,
            @Nullable WeightMoments bias) {
        INDArray mean = input.moments().mean();
        int[] windows = windows(patches.geometry().outputPositions(), mean.size(0), units);
        BatchCovariance before = input.covariance();
        INDArray gain = before.gain();
        return LinearFactor.covarianceOfPreActivation(
                patches.gather(mean, windows),
                gain == null ? before : new BatchCovariance(before.covariance(), patches.gather(gain, windows)),
                averaged(meanVariance, windows.length),
                averaged(meanSquaredMean, windows.length),
                bias);
    }

    /** One copy for each window, so that the sum over all is the mean over windows. */
    private static INDArray averaged(INDArray column, int windows) {
        INDArray copies = Nd4j.createUninitialized(column.dataType(), new long[] {column.length(), windows}, 'f');
        copies.assign(column.reshape(column.length(), 1).div(windows).broadcast(column.length(), windows));
        return copies.reshape('f', column.length() * windows, 1);
    }

    /**
     * All channels at some positions, side by side.
     *
     * @param activation [minibatch, channels x positions]
     * @param shape channels and positions
     * @param positions indices of positions
     * @return [minibatch, positions x channels]
     */
    public static INDArray columns(INDArray activation, ExampleShape shape, int[] positions) {
        int count = Math.toIntExact(shape.positions());
        WindowGeometry single = WindowGeometry.on(ExampleShape.of(shape.channels(), count))
                .kernel(1)
                .output(count)
                .build();
        return new Patches(single).gather(activation, positions);
    }

    /**
     * The positions that are looked at.
     *
     * @param positions number of output positions
     * @param batch number of examples
     * @param units number of output channels
     * @return indices of positions, spread evenly, the same for every batch
     */
    public static int[] windows(int positions, long batch, long units) {
        double affordable = SHARE * PRODUCTS * positions * units / (2.0 * batch);
        int count = (int) Math.max(1, Math.min(positions, affordable));
        int[] windows = new int[count];
        for (int i = 0; i < count; i++) {
            double spread = (i + 0.5) * GOLDEN;
            windows[i] = count == positions ? i : (int) ((spread - Math.floor(spread)) * positions);
        }
        return windows;
    }
}

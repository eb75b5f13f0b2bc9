package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weighted sums over windows, channel by channel: average and sum pooling, and with windows of one element padding and cropping.
 *
 * <p>With weight c of a window: mean \( c \sum m \), variance \( c^2 \sum v \); back \( c z \) and \( c^2 G \) to every element.
 * Exact for units that are independent given the messages. The batch covariance, which comes from weights that all positions
 * share, goes on with the gain \( c \sum D \).
 */
public final class WindowSum implements FixedMap {

    private final ChannelWindows windows;
    private final float[] weights;
    private final float[] squaredWeights;

    private WindowSum(ChannelWindows windows, float[] weights) {
        this.windows = windows;
        this.weights = weights;
        this.squaredWeights = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            squaredWeights[i] = weights[i] * weights[i];
        }
    }

    /**
     * The sum of every window.
     *
     * @param geometry where the windows lie
     * @return weights of 1
     */
    public static WindowSum sum(WindowGeometry geometry) {
        float[] weights = new float[geometry.outputPositions()];
        java.util.Arrays.fill(weights, 1f);
        return new WindowSum(new ChannelWindows(geometry), weights);
    }

    /**
     * The average of every window.
     *
     * @param geometry where the windows lie
     * @param countPadding whether positions outside the input count as zeros, or not at all
     * @return weights of 1 / size
     */
    public static WindowSum average(WindowGeometry geometry, boolean countPadding) {
        ChannelWindows windows = new ChannelWindows(geometry);
        int[] sizes = windows.sizes();
        float[] weights = new float[sizes.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1f / (countPadding ? geometry.kernelPositions() : Math.max(1, sizes[i]));
        }
        return new WindowSum(windows, weights);
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        WindowGeometry geometry = windows.geometry();
        INDArray variance = moments.variance();
        Moments output = new Moments(
                        windows.sum(moments.mean(), weights),
                        variance == null ? null : windows.sum(variance, squaredWeights))
                .shapedAs(geometry.outputShape(geometry.channels()));
        return new Pass(
                new ForwardMessage(
                        output,
                        input.covariance()
                                .withGain(moments.mean(), gain -> windows.sum(gain, weights), geometry.middles())),
                message -> new BackwardMessage(
                        windows.spread(message.shift(), weights), windows.spread(message.curvature(), squaredWeights)));
    }
}

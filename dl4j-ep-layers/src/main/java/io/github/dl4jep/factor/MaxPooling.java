package io.github.dl4jep.factor;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max pooling that follows the unit with the largest mean: its moments go on, and the message comes back to it alone.
 *
 * <p>Approximate: the expected maximum of uncertain units is larger than the largest mean. Exact for observed inputs, and in the
 * limit of one unit that is larger for sure. Of equal means the first in the window goes on; padding never does.
 */
public final class MaxPooling implements FixedMap {

    private final ChannelWindows windows;

    /**
     * A pooling.
     *
     * @param geometry where the windows lie
     */
    public MaxPooling(WindowGeometry geometry) {
        this.windows = new ChannelWindows(geometry);
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        WindowGeometry geometry = windows.geometry();
        int[][] winners = windows.largest(moments.mean());
        INDArray variance = moments.variance();
        Moments output = new Moments(
                        windows.select(moments.mean(), winners),
                        variance == null ? null : windows.select(variance, winners))
                .shapedAs(geometry.outputShape(geometry.channels()));
        return new Pass(
                new ForwardMessage(
                        output, input.covariance().withGain(moments.mean(), gain -> windows.select(gain, winners))),
                message -> new BackwardMessage(
                        windows.putBack(message.shift(), winners), windows.putBack(message.precision(), winners)));
    }
}

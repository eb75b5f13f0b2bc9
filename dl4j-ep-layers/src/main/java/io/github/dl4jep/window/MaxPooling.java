package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.Unit;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max pooling that follows the unit with the largest mean: its moments go on, and the message comes back to it alone.
 *
 * <p>Approximate: the expected maximum of uncertain units is larger than the largest mean. Exact for observed inputs, and in the
 * limit of one unit that is larger for sure. Of equal means the first in the window goes on; padding never does.
 */
public final class MaxPooling implements FixedMap {

    private final ChannelWindows windows;
    private final MaxOfWindow.@Nullable Order order;

    /**
     * A pooling of activations.
     *
     * @param geometry where the windows lie
     */
    public MaxPooling(WindowGeometry geometry) {
        this.windows = new ChannelWindows(geometry);
        this.order = null;
    }

    /**
     * A pooling of pre-activations, to which their unit is applied afterwards.
     *
     * @param geometry where the windows lie
     * @param after the unit, which decides whose mean activation is the largest
     */
    public MaxPooling(WindowGeometry geometry, Unit after) {
        this.windows = new ChannelWindows(geometry);
        this.order = after::order;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        WindowGeometry geometry = windows.geometry();
        INDArray variance = moments.variance();
        // A gain of 1 is one at the selected elements, too.
        INDArray gain = input.covariance().gain();
        INDArray[] inputs = Stream.of(moments.mean(), variance, gain)
                .filter(Objects::nonNull)
                .toArray(INDArray[]::new);
        ChannelWindows.Selection selection = windows.selectLargest(variance == null ? null : order, inputs);
        Moments output = new Moments(selection.values(0), variance == null ? null : selection.values(1))
                .shapedAs(geometry.outputShape(geometry.channels()));
        return new Pass(
                new ForwardMessage(
                        output,
                        input.covariance()
                                .selected(
                                        gain == null ? null : selection.values(inputs.length - 1), geometry.middles())),
                message -> putBack(message, selection));
    }

    private BackwardMessage putBack(BackwardMessage message, ChannelWindows.Selection selection) {
        INDArray[] messages = windows.putBack(selection, message.shift(), message.curvature());
        return new BackwardMessage(messages[0], messages[1]);
    }
}

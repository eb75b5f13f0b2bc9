package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Some neighbouring channels of an activation; of a feed-forward activation, some columns. Exact; the others hear nothing back. */
public final class ChannelSubset implements FixedMap {

    private final long from;
    private final long to;

    /**
     * A choice of channels.
     *
     * @param from first channel
     * @param to last channel, which is taken, too
     * @throws IllegalArgumentException if that are none
     */
    public ChannelSubset(long from, long to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("channels " + from + " to " + to + ", allowed are 0 <= from <= to");
        }
        this.from = from;
        this.to = to;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        ExampleShape shape = moments.shape();
        if (to >= shape.channels()) {
            throw new IllegalArgumentException("the input has " + shape.channels() + " channels, but channels " + from
                    + " to " + to + " are wanted");
        }
        long first = from * shape.positions();
        long end = (to + 1) * shape.positions();
        long[] dims = shape.dims();
        dims[0] = to - from + 1;
        INDArray variance = moments.variance();
        Moments output = Branches.moments(
                Branches.columns(moments.mean(), first, end),
                variance == null ? null : Branches.columns(variance, first, end),
                ExampleShape.of(dims));
        return new Pass(
                new ForwardMessage(output, input.covariance().ofUnits(gain -> Branches.columns(gain, first, end))),
                message -> new BackwardMessage(
                        Branches.amongColumns(message.shift(), first, shape.length()),
                        Branches.amongColumns(message.curvature(), first, shape.length())));
    }
}

package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StackedCovariance;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One of several equal parts of the examples: what {@link Stacking} put together. Exact; the other parts hear nothing back. */
public final class Unstacking implements FixedMap {

    private final int part;
    private final int parts;

    /**
     * A choice of examples.
     *
     * @param part index of the part, from 0
     * @param parts number of parts
     * @throws IllegalArgumentException if there is no such part
     */
    public Unstacking(int part, int parts) {
        if (part < 0 || part >= parts) {
            throw new IllegalArgumentException("part " + part + " of " + parts + ", allowed are 0 to " + (parts - 1));
        }
        this.part = part;
        this.parts = parts;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        long total = moments.mean().size(0);
        if (total % parts != 0) {
            throw new IllegalArgumentException(
                    "the input has " + total + " rows, which are no " + parts + " equal parts");
        }
        long from = part * (total / parts);
        long to = from + total / parts;
        INDArray variance = moments.variance();
        Moments output = Branches.moments(
                Branches.rows(moments.mean(), from, to),
                variance == null ? null : Branches.rows(variance, from, to),
                moments.shape());
        return new Pass(
                new ForwardMessage(output, StackedCovariance.block(input.covariance(), from, to)),
                message -> new BackwardMessage(
                        Branches.amongRows(message.shift(), from, total),
                        Branches.amongRows(message.curvature(), from, total)));
    }
}

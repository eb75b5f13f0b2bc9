package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.api.ops.ReduceOp;

/** Means and sums: of the loss, where they change nothing, and over the positions of an image. */
final class ReducingOps {

    private ReducingOps() {}

    /** Of a loss, or over all positions. */
    static Value mean(OpReading op) {
        return reduce(op, PoolingType.AVG);
    }

    /** Of a loss, or over all positions. */
    static Value sum(OpReading op) {
        return reduce(op, PoolingType.SUM);
    }

    private static Value reduce(OpReading op, PoolingType pooling) {
        if (op.input(0) instanceof Value.Loss || op.input(0) instanceof Value.Score) {
            return op.input(0);
        }
        op.requireRank(0, 4);
        Value.Activation input = op.activation(0);
        long[] shape = op.inputShape(0);
        int[] dimensions = dimensions(op);
        int[] sorted = Arrays.stream(dimensions)
                .map(axis -> Math.floorMod(axis, shape.length))
                .sorted()
                .toArray();
        int[] positions = input.layout() == ImageLayout.CHANNELS_FIRST ? new int[] {2, 3} : new int[] {1, 2};
        if (!Arrays.equals(sorted, positions) || op.outputShape().length != 2) {
            throw new UnsupportedOperationException("it reduces dimensions " + Arrays.toString(dimensions)
                    + " of " + Arrays.toString(shape) + ", supported are " + Arrays.toString(positions)
                    + ", height and width, without keepDims");
        }
        Value.Activation pooled = op.layer(new GlobalPoolingLayer.Builder(pooling).build(), input);
        return new Value.Activation(pooled.vertex(), ImageLayout.CHANNELS_FIRST);
    }

    /** Of the op, or its second input, a constant. */
    private static int[] dimensions(OpReading op) {
        if (op.inputs() > 1) {
            return op.constant(1).toIntVector();
        }
        return op.function() instanceof ReduceOp reduce && reduce.dimensions() != null
                ? reduce.dimensions().toIntVector()
                : new int[0];
    }
}

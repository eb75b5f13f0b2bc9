package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.ExampleShapes;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/** Ops that move numbers or leave them as they are. */
final class RearrangingOps {

    /** ND4J's mark of a reshape in c order, before the shape. */
    private static final long C_ORDER = -99;

    private RearrangingOps() {}

    /** The identity, and what is one when predictions are made. */
    static Value same(OpReading op) {
        if (op.isActivation(0)) {
            boolean isFloat = op.plan().sd().getVariable(op.output()).dataType().isFPType();
            if (!isFloat) {
                throw new UnsupportedOperationException("it makes integers of activations, which have no moments");
            }
        }
        return op.input(0);
    }

    /** Flattening, and images from rows. */
    static Value reshape(OpReading op) {
        if (!op.isActivation(0)) {
            throw new UnsupportedOperationException("it gives \"" + op.inputName(0)
                    + "\" another shape, which is no activation; create the weight in the shape that is used");
        }
        Value.Activation input = op.activation(0);
        long[] before = op.inputShape(0);
        long[] after = op.outputShape();
        long[] arguments = op.integers();
        if (op.opName().equals("reshape") && arguments.length > 0 && arguments[0] < -1 && arguments[0] != C_ORDER) {
            throw new UnsupportedOperationException("it reads elements in order 'f', supported is 'c'");
        }
        if (Arrays.equals(before, after)) {
            return input;
        }
        if (before.length == 4 && after.length == 2 && after[0] == ExampleShapes.EXAMPLES) {
            return flattened(op, input, before);
        }
        if (before.length == 2 && after.length == 4 && after[0] == ExampleShapes.EXAMPLES) {
            return images(op, input, after);
        }
        boolean oneChannel = before.length == 4
                && input.layout().channels(before) == 1
                && Arrays.equals(after, transposed(before, input.layout()));
        if (oneChannel) {
            return new Value.Activation(input.vertex(), input.layout().other());
        }
        throw new UnsupportedOperationException("it makes " + Arrays.toString(after) + " of "
                + Arrays.toString(before) + " (for " + ExampleShapes.EXAMPLES
                + " examples), supported are flattening of images and images from rows");
    }

    private static long[] transposed(long[] shape, ImageLayout layout) {
        int[] order =
                layout == ImageLayout.CHANNELS_FIRST ? ImageLayout.toChannelsLast() : ImageLayout.toChannelsFirst();
        return Arrays.stream(order).mapToLong(axis -> shape[axis]).toArray();
    }

    private static Value flattened(OpReading op, Value.Activation input, long[] shape) {
        ImageLayout layout = input.layout();
        CNN2DFormat format = layout == ImageLayout.CHANNELS_FIRST ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
        op.plan().requireFormat(format);
        PreprocessorVertex vertex = new PreprocessorVertex(new CnnToFeedForwardPreProcessor(
                layout.height(shape), layout.width(shape), layout.channels(shape), format));
        return new Value.Activation(op.vertex(vertex, input).vertex(), ImageLayout.CHANNELS_FIRST);
    }

    private static Value images(OpReading op, Value.Activation input, long[] shape) {
        ImageLayout layout = ImageLayouts.readAs(op.plan(), op.output());
        long channels = layout.channels(shape);
        if (layout == ImageLayout.CHANNELS_LAST && channels > 1) {
            throw new UnsupportedOperationException("it makes images of " + channels
                    + " channels, channels last, of rows; let the placeholder have the shape of the images, or put"
                    + " channels first");
        }
        PreprocessorVertex vertex = new PreprocessorVertex(
                new FeedForwardToCnnPreProcessor(layout.height(shape), layout.width(shape), channels));
        return new Value.Activation(op.vertex(vertex, input).vertex(), layout);
    }

    /** Channels first to last or back, and a transposed weight. */
    static Value permute(OpReading op) {
        if (op.input(0) instanceof Value.Weight weight && op.weightShape(0).length == 2) {
            return new Value.Weight(weight.variable(), !weight.transposed());
        }
        Value.Activation input = op.activation(0);
        int rank = op.inputShape(0).length;
        long[] order = order(op, rank);
        if (Arrays.equals(order, LongStream.range(0, rank).toArray())) {
            return input;
        }
        boolean relayout = input.layout() == ImageLayout.CHANNELS_FIRST
                ? ImageLayout.isToLast(order)
                : ImageLayout.isToFirst(order);
        if (rank != 4 || !relayout) {
            throw new UnsupportedOperationException("it permutes dimensions by " + Arrays.toString(order)
                    + ", supported is the change between channels first and last");
        }
        return new Value.Activation(input.vertex(), input.layout().other());
    }

    private static long[] order(OpReading op, int rank) {
        if (op.inputs() > 1) {
            return op.constant(1).toLongVector();
        }
        long[] order = op.integers();
        return order.length > 0
                ? order
                : LongStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    }
}

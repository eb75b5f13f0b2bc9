package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.Arrangement;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;
import io.github.dl4jep.samediff.plan.WeightBinding;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** Convolutions and poolings of images. */
final class ConvolutionOps {

    /** Integer arguments of conv2d: kernel, stride, padding and dilation, height before width, then padding mode, format, weights. */
    private static final int CONVOLUTION_ARGUMENTS = 11;

    private static final int PADDING_MODE = 8;
    private static final int DATA_FORMAT = 9;
    private static final int WEIGHTS_FORMAT = 10;
    /** Of pooling, where 9 is the divisor. */
    private static final int POOLING_CHANNELS_LAST = 10;

    private static final int AVERAGE_DIVISOR = 9;

    private ConvolutionOps() {}

    /** The layout that an op says its input has. */
    static ImageLayout layout(String opName, long[] integers) {
        int position = opName.equals("conv2d") ? DATA_FORMAT : POOLING_CHANNELS_LAST;
        return integers.length > position && integers[position] != 0
                ? ImageLayout.CHANNELS_LAST
                : ImageLayout.CHANNELS_FIRST;
    }

    /** Inputs: images, kernel, perhaps bias. */
    static Value convolution(OpReading op) {
        long[] arguments = arguments(op);
        Value.Activation input = images(op, arguments);
        Value.Weight weight = op.weight(1);
        long[] shape = op.weightShape(1);
        Arrangement arrangement = Arrangement.kernel(arguments[WEIGHTS_FORMAT]);
        long[] outIn = arrangement.outIn(shape);
        ConvolutionLayer layer = new ConvolutionLayer.Builder(pair(arguments, 0))
                .stride(pair(arguments, 2))
                .padding(pair(arguments, 4))
                .dilation(pair(arguments, 6))
                .convolutionMode(mode(arguments))
                .nIn(outIn[1])
                .nOut(outIn[0])
                .hasBias(false)
                .activation(new ActivationIdentity())
                .build();
        Value.Activation output = op.layer(weight.variable(), layer, input);
        output.vertex().bind(new WeightBinding(weight.variable(), "W", arrangement));
        if (op.inputs() > 2) {
            Value.Weight bias = op.weight(2);
            output.vertex().addBias();
            output.vertex().bind(new WeightBinding(bias.variable(), "b", Arrangement.ROW));
        }
        return output;
    }

    /** The largest value of each window. */
    static Value maxPooling(OpReading op) {
        return pooling(op, PoolingType.MAX);
    }

    /** The mean of each window. */
    static Value averagePooling(OpReading op) {
        return pooling(op, PoolingType.AVG);
    }

    private static Value pooling(OpReading op, PoolingType type) {
        long[] arguments = arguments(op);
        Value.Activation input = images(op, arguments);
        SubsamplingLayer layer = new SubsamplingLayer.Builder(type)
                .kernelSize(pair(arguments, 0))
                .stride(pair(arguments, 2))
                .padding(pair(arguments, 4))
                .dilation(pair(arguments, 6))
                .convolutionMode(mode(arguments))
                .build();
        layer.setAvgPoolIncludePadInDivisor(arguments[AVERAGE_DIVISOR] != 0);
        return op.layer(layer, input);
    }

    private static long[] arguments(OpReading op) {
        long[] arguments = op.integers();
        if (arguments.length < CONVOLUTION_ARGUMENTS) {
            throw new UnsupportedOperationException("it has the integer arguments " + Arrays.toString(arguments)
                    + ", needed are " + CONVOLUTION_ARGUMENTS);
        }
        return arguments;
    }

    private static Value.Activation images(OpReading op, long[] arguments) {
        op.requireRank(0, 4);
        Value.Activation input = op.activation(0);
        if (layout(op.opName(), arguments) != input.layout()) {
            throw new UnsupportedOperationException("it reads \"" + op.inputName(0) + "\" as "
                    + layout(op.opName(), arguments) + ", but that is " + input.layout());
        }
        return input;
    }

    private static ConvolutionMode mode(long[] arguments) {
        int mode = (int) arguments[PADDING_MODE];
        return switch (mode) {
            case 0 -> ConvolutionMode.Truncate;
            case 1 -> ConvolutionMode.Same;
            default ->
                throw new UnsupportedOperationException(
                        "its padding mode is " + mode + ", supported are VALID (0) and SAME (1)");
        };
    }

    private static int[] pair(long[] arguments, int first) {
        return new int[] {Math.toIntExact(arguments[first]), Math.toIntExact(arguments[first + 1])};
    }
}

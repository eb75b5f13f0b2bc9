package io.github.dl4jep.vertex.window;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/** The sizes of a DL4J convolution or pooling layer, one entry per dimension, and where that puts its windows on an input. */
public final class Windows implements WindowPlacement {

    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final ConvolutionMode mode;

    /**
     * Windows.
     *
     * @param kernel kernel sizes
     * @param stride steps between windows
     * @param padding zeros before and after the input; not used by the modes Same and Causal
     * @param dilation steps between kernel elements
     * @param mode how the output size is found
     */
    public Windows(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.mode = mode;
    }

    /** Windows of one position. */
    public static Windows ofOne(int dimensions) {
        int[] ones = new int[dimensions];
        Arrays.fill(ones, 1);
        return new Windows(ones, ones, new int[dimensions], ones, ConvolutionMode.Truncate);
    }

    @Override
    public WindowGeometry on(ExampleShape shape, String place) {
        WindowPlacement.requireDimensions(kernel.length, shape, place);
        int[] output = new int[kernel.length];
        int[] before = new int[kernel.length];
        for (int i = 0; i < kernel.length; i++) {
            int in = Math.toIntExact(shape.dims()[i + 1]);
            output[i] = outputSize(i, in, shape, place);
            before[i] = paddingBefore(i, in, output[i]);
        }
        return WindowGeometry.on(shape)
                .kernel(kernel)
                .stride(stride)
                .dilation(dilation)
                .paddingBefore(before)
                .output(output)
                .build();
    }

    private int extent(int i) {
        return (kernel[i] - 1) * dilation[i] + 1;
    }

    private int outputSize(int i, int in, ExampleShape shape, String place) {
        if (mode == ConvolutionMode.Same || mode == ConvolutionMode.Causal) {
            return (in + stride[i] - 1) / stride[i];
        }
        int free = in + 2 * padding[i] - extent(i);
        boolean strict = mode == ConvolutionMode.Strict;
        if (free < 0 || (strict && free % stride[i] != 0)) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", which windows of kernel "
                    + Arrays.toString(kernel) + ", stride " + Arrays.toString(stride) + ", padding "
                    + Arrays.toString(padding) + " and dilation " + Arrays.toString(dilation) + " do not fit at "
                    + place
                    + (free < 0
                            ? "; use larger inputs or a smaller kernel"
                            : "; use ConvolutionMode.Truncate, or sizes that divide"));
        }
        return free / stride[i] + 1;
    }

    private int paddingBefore(int i, int in, int output) {
        return switch (mode) {
            case Same -> Math.max(0, (output - 1) * stride[i] + extent(i) - in) / 2;
            case Causal -> extent(i) - 1;
            default -> padding[i];
        };
    }
}

package io.github.dl4jep.vertex;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * The sizes of a DL4J convolution or pooling layer, one entry per dimension, and where that puts its windows on an input.
 *
 * <p>Of a deconvolution every input position adds its kernel to the output, stride positions further each time. Read the other way
 * round, an output position sees a window of the input with stride - 1 zeros between its positions, in which the elements of the kernel
 * stand in reverse order.
 */
public final class Windows {

    private final boolean transposed;
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final ConvolutionMode mode;

    private Windows(
            boolean transposed, int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        this.transposed = transposed;
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.mode = mode;
    }

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
        this(false, kernel, stride, padding, dilation, mode);
    }

    /**
     * Those of a deconvolution.
     *
     * @param kernel kernel sizes
     * @param stride steps in the output between input positions
     * @param padding positions that are cut off the output on either side; not used by the mode Same
     * @param dilation steps between kernel elements
     * @param mode Same gives stride times the input's size
     * @return the windows
     */
    public static Windows transposed(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        return new Windows(true, kernel, stride, padding, dilation, mode);
    }

    /** Windows of one position. */
    public static Windows ofOne(int dimensions) {
        int[] ones = new int[dimensions];
        Arrays.fill(ones, 1);
        return new Windows(ones, ones, new int[dimensions], ones, ConvolutionMode.Truncate);
    }

    /**
     * The windows on an input. Windows on images see every image of a sequence by itself.
     *
     * @param shape channels and as many dimensions as the sizes have; or channels, steps, height and width
     * @param place the layer, for messages
     * @return the geometry
     * @throws DL4JInvalidInputException if the input has other dimensions or is smaller than a window
     */
    public WindowGeometry on(ExampleShape shape, String place) {
        return kernel.length == 2 && shape.spatialRank() == 3 ? ofFrames().onAll(shape, place) : onAll(shape, place);
    }

    private Windows ofFrames() {
        return new Windows(
                transposed, before(1, kernel), before(1, stride), before(0, padding), before(1, dilation), mode);
    }

    private static int[] before(int first, int[] rest) {
        return new int[] {first, rest[0], rest[1]};
    }

    private WindowGeometry onAll(ExampleShape shape, String place) {
        if (shape.spatialRank() != kernel.length) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are channels and "
                    + kernel.length + " dimension(s) at " + place
                    + "; set the input type of the network or add a preprocessor");
        }
        int[] output = new int[kernel.length];
        int[] before = new int[kernel.length];
        for (int i = 0; i < kernel.length; i++) {
            int in = Math.toIntExact(shape.dims()[i + 1]);
            output[i] = transposed ? transposedSize(i, in, shape, place) : outputSize(i, in, shape, place);
            before[i] = transposed ? paddingOfTransposed(i, in, output[i]) : paddingBefore(i, in, output[i]);
        }
        WindowGeometry.Builder geometry = WindowGeometry.on(shape)
                .kernel(kernel)
                .dilation(dilation)
                .paddingBefore(before)
                .output(output);
        return (transposed ? geometry.inputDilation(stride) : geometry.stride(stride)).build();
    }

    /**
     * Whether these are the windows of a deconvolution.
     *
     * @return true if strides are between the positions of the input
     */
    public boolean isTransposed() {
        return transposed;
    }

    /**
     * Which windows are there.
     *
     * @param mask which steps of a sequence, or positions of an image, are there
     * @param geometry the windows on it
     * @return those that see one of these; where each of them has a window around it or before it, these
     */
    public StepMask after(StepMask mask, WindowGeometry geometry) {
        boolean all = mode == ConvolutionMode.Same || mode == ConvolutionMode.Causal;
        return all && Arrays.stream(stride).allMatch(each -> each == 1) ? mask : geometry.after(mask);
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

    private int transposedSize(int i, int in, ExampleShape shape, String place) {
        int size = mode == ConvolutionMode.Same ? stride[i] * in : full(i, in) - 2 * padding[i];
        if (size < 1) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", of which padding "
                    + Arrays.toString(padding) + " leaves nothing at " + place + "; use less padding");
        }
        return size;
    }

    /** Size of the output of a deconvolution before anything is cut off. */
    private int full(int i, int in) {
        return stride[i] * (in - 1) + extent(i);
    }

    private int paddingOfTransposed(int i, int in, int output) {
        int cut = mode == ConvolutionMode.Same ? (full(i, in) - output) / 2 : padding[i];
        return extent(i) - 1 - cut;
    }
}

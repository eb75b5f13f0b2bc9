package io.github.dl4jep.vertex.window;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * The windows of a deconvolution: every input position adds its kernel to the output, stride positions further each time. Read the
 * other way round, an output position sees a window of the input with stride - 1 zeros between its positions, in which the elements of
 * the kernel stand in reverse order.
 */
public final class TransposedWindows implements WindowPlacement {

    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final ConvolutionMode mode;

    /**
     * Windows.
     *
     * @param kernel kernel sizes
     * @param stride steps in the output between input positions
     * @param padding positions that are cut off the output on either side; not used by the mode Same
     * @param dilation steps between kernel elements
     * @param mode Same gives stride times the input's size
     */
    public TransposedWindows(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.mode = mode;
    }

    @Override
    public WindowGeometry on(ExampleShape shape, String place) {
        WindowPlacement.requireDimensions(kernel.length, shape, place);
        int[] output = new int[kernel.length];
        int[] before = new int[kernel.length];
        for (int i = 0; i < kernel.length; i++) {
            int in = Math.toIntExact(shape.dims()[i + 1]);
            int reach = (kernel[i] - 1) * dilation[i];
            int full = stride[i] * (in - 1) + reach + 1;
            boolean same = mode == ConvolutionMode.Same;
            output[i] = same ? stride[i] * in : full - 2 * padding[i];
            before[i] = reach - (same ? (full - output[i]) / 2 : padding[i]);
            if (output[i] < 1) {
                throw new DL4JInvalidInputException("An example has shape " + shape + ", of which padding "
                        + Arrays.toString(padding) + " leaves nothing at " + place + "; use less padding");
            }
        }
        return WindowGeometry.on(shape)
                .kernel(kernel)
                .inputDilation(stride)
                .dilation(dilation)
                .paddingBefore(before)
                .output(output)
                .build();
    }
}

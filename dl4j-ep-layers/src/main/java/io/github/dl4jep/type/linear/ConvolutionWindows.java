package io.github.dl4jep.type.linear;

import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.vertex.Windows;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/**
 * A convolution as one product over patches.
 *
 * @param placement where the windows lie
 * @param groups which channels a unit sees
 * @param rows rows of the weights: elements of a window in one group
 * @param fanIn how many of them a unit sees at one position
 */
public record ConvolutionWindows(Windows placement, WeightGroups groups, long rows, long fanIn) {

    /**
     * The windows of a layer.
     *
     * @param layer a DL4J layer whose number of inputs is set
     * @return its windows
     * @throws UnsupportedOperationException if the type is no convolution of {@link LayerTypes}
     */
    public static ConvolutionWindows of(ConvolutionLayer layer) {
        return find(layer);
    }

    private static <L extends ConvolutionLayer> ConvolutionWindows find(L layer) {
        if (LayerTypes.find(layer) instanceof ConvolutionType<L> convolution) {
            return convolution.windows(layer);
        }
        throw new UnsupportedOperationException("there are no windows for the convolution type "
                + layer.getClass().getSimpleName());
    }

    /**
     * A convolution whose units see all channels.
     *
     * @param layer a DL4J layer whose number of inputs is set
     * @param dimensions dimensions of its positions
     * @return its windows
     */
    public static ConvolutionWindows allChannels(ConvolutionLayer layer, int dimensions) {
        long fanIn = layer.getNIn() * kernelPositions(layer, dimensions);
        return new ConvolutionWindows(windows(layer, dimensions), WeightGroups.NONE, fanIn, fanIn);
    }

    /** The windows of a layer without what it does with channels. */
    static Windows windows(ConvolutionLayer layer, int dimensions) {
        return new Windows(
                Arrays.copyOf(layer.getKernelSize(), dimensions),
                Arrays.copyOf(layer.getStride(), dimensions),
                Arrays.copyOf(layer.getPadding(), dimensions),
                Arrays.copyOf(layer.getDilation(), dimensions),
                layer.getConvolutionMode());
    }

    static long kernelPositions(ConvolutionLayer layer, int dimensions) {
        return product(Arrays.copyOf(layer.getKernelSize(), dimensions));
    }

    /**
     * A transposed convolution.
     *
     * @param layer a DL4J layer whose number of inputs is set
     * @return its windows
     */
    public static ConvolutionWindows transposed(ConvolutionLayer layer) {
        long rows = layer.getNIn() * product(layer.getKernelSize());
        return new ConvolutionWindows(
                Windows.transposed(
                        layer.getKernelSize(),
                        layer.getStride(),
                        layer.getPadding(),
                        layer.getDilation(),
                        layer.getConvolutionMode()),
                WeightGroups.NONE,
                rows,
                // The other elements of a window lie between the positions of the input.
                Math.max(1, rows / product(layer.getStride())));
    }

    /**
     * A convolution in two dimensions whose units see one channel each.
     *
     * @param layer a DL4J layer whose number of inputs is set
     * @return its windows
     */
    public static ConvolutionWindows depthwise(ConvolutionLayer layer) {
        long kernel = kernelPositions(layer, 2);
        return new ConvolutionWindows(
                windows(layer, 2), new WeightGroups(Math.max(1, Math.toIntExact(layer.getNIn()))), kernel, kernel);
    }

    private static long product(int[] sizes) {
        long product = 1;
        for (int size : sizes) {
            product *= size;
        }
        return product;
    }
}

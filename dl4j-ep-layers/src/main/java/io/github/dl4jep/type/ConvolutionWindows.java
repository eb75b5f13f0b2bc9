package io.github.dl4jep.type;

import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.vertex.TransposedWindows;
import io.github.dl4jep.vertex.WindowPlacement;
import io.github.dl4jep.vertex.Windows;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;

/**
 * Which of DL4J's convolutions are one product over patches: one registration line each.
 *
 * @param placement where the windows lie
 * @param groups which channels a unit sees
 * @param rows rows of the weights: elements of a window in one group
 * @param fanIn how many of them a unit sees at one position
 */
public record ConvolutionWindows(WindowPlacement placement, WeightGroups groups, long rows, long fanIn) {

    private static final Map<Class<? extends ConvolutionLayer>, Function<? super ConvolutionLayer, ConvolutionWindows>>
            REGISTRY = new LinkedHashMap<>();

    static {
        register(ConvolutionLayer.class, layer -> allChannels(layer, 2));
        register(Convolution1DLayer.class, layer -> allChannels(layer, 1));
        register(Convolution3D.class, layer -> allChannels(layer, 3));
        register(Deconvolution2D.class, ConvolutionWindows::transposed);
        register(Deconvolution3D.class, ConvolutionWindows::transposed);
        register(DepthwiseConvolution2D.class, ConvolutionWindows::depthwise);
    }

    @SuppressWarnings("unchecked") // the key is the class of what the function takes
    private static <L extends ConvolutionLayer> void register(Class<L> type, Function<L, ConvolutionWindows> windows) {
        REGISTRY.put(type, layer -> windows.apply((L) layer));
    }

    /**
     * Whether a layer's convolution is of a registered type.
     *
     * @param layer a DL4J layer
     * @return true if {@link #of} answers
     */
    public static boolean supports(ConvolutionLayer layer) {
        return REGISTRY.containsKey(layer.getClass());
    }

    /**
     * The windows of a layer.
     *
     * @param layer a DL4J layer whose number of inputs is set
     * @return its windows
     * @throws UnsupportedOperationException if the type is not registered
     */
    public static ConvolutionWindows of(ConvolutionLayer layer) {
        Function<? super ConvolutionLayer, ConvolutionWindows> windows = REGISTRY.get(layer.getClass());
        if (windows == null) {
            throw new UnsupportedOperationException("there are no windows for the convolution type "
                    + layer.getClass().getSimpleName());
        }
        return windows.apply(layer);
    }

    private static ConvolutionWindows allChannels(ConvolutionLayer layer, int dimensions) {
        long fanIn = layer.getNIn() * kernelPositions(layer, dimensions);
        return new ConvolutionWindows(windows(layer, dimensions), WeightGroups.NONE, fanIn, fanIn);
    }

    /** The windows of a layer without what it does with channels. */
    static WindowPlacement windows(ConvolutionLayer layer, int dimensions) {
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

    private static ConvolutionWindows transposed(ConvolutionLayer layer) {
        long rows = layer.getNIn() * product(layer.getKernelSize());
        return new ConvolutionWindows(
                new TransposedWindows(
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

    private static ConvolutionWindows depthwise(ConvolutionLayer layer) {
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

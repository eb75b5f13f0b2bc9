package io.github.dl4jep.layer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/** Which of DL4J's convolutions have windows that one product over patches computes: one registration line each. */
public final class ConvolutionWindows {

    private static final Map<Class<? extends ConvolutionLayer>, Function<ConvolutionLayer, Windows>> REGISTRY =
            new LinkedHashMap<>();

    static {
        REGISTRY.put(ConvolutionLayer.class, ConvolutionWindows::ofAllSizes);
    }

    private ConvolutionWindows() {}

    /**
     * Whether a layer's convolution is of a registered type.
     *
     * @param layer a DL4J layer
     * @return true if {@link #of} answers
     */
    public static boolean supports(ConvolutionLayer layer) {
        return REGISTRY.containsKey(layer.getClass());
    }

    static Windows of(ConvolutionLayer layer) {
        Function<ConvolutionLayer, Windows> windows = REGISTRY.get(layer.getClass());
        if (windows == null) {
            throw new UnsupportedOperationException("there are no windows for the convolution type "
                    + layer.getClass().getSimpleName());
        }
        return windows.apply(layer);
    }

    private static Windows ofAllSizes(ConvolutionLayer layer) {
        return new Windows(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
    }
}

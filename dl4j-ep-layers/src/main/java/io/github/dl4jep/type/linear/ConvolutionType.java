package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.LayerType;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution that is one product over patches.
 *
 * @param <L> the layer type
 */
public final class ConvolutionType<L extends ConvolutionLayer> extends LayerType<L> {

    private final Function<L, ConvolutionWindows> windows;
    private final Function<L, ExampleFormat> format;
    private final KernelArrangement arrangement;

    /**
     * A convolution.
     *
     * @param type the DL4J layer class
     * @param windows where its windows lie, and which channels a unit sees
     * @param format where it has its channels
     * @param arrangement how DL4J arranges its weights
     */
    public ConvolutionType(
            Class<L> type,
            Function<L, ConvolutionWindows> windows,
            Function<L, ExampleFormat> format,
            KernelArrangement arrangement) {
        super(type);
        this.windows = windows;
        this.format = format;
        this.arrangement = arrangement;
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        ConvolutionLayer original = WeightedType.withActivation(layer, place);
        return new EpConvolutionLayer(original, place.hiddenPrior(), place.gain(original.getActivationFn()));
    }

    /**
     * The windows of a layer.
     *
     * @param layer a layer of this type whose number of inputs is set
     * @return its windows
     */
    public ConvolutionWindows windows(L layer) {
        return windows.apply(layer);
    }

    @Override
    public ExampleFormat format(L layer) {
        return format.apply(layer);
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    @Override
    protected INDArray arranged(INDArray weights, long[] shape) {
        return arrangement.of(weights, shape);
    }
}

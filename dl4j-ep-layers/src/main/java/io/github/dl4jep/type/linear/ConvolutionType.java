package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.weight.GaussianPrior;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
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
    /** Dimensions of the positions where a unit sees all channels, else -1. */
    private final int dimensions;

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
        this(type, windows, format, arrangement, -1);
    }

    private ConvolutionType(
            Class<L> type,
            Function<L, ConvolutionWindows> windows,
            Function<L, ExampleFormat> format,
            KernelArrangement arrangement,
            int dimensions) {
        super(type);
        this.dimensions = dimensions;
        this.windows = windows;
        this.format = format;
        this.arrangement = arrangement;
    }

    /**
     * A convolution whose units see all channels of a window.
     *
     * @param <L> the layer type
     * @param type the DL4J layer class
     * @param dimensions dimensions of the positions
     * @param format where it has its channels
     * @param arrangement how DL4J arranges its weights
     * @return the type
     */
    public static <L extends ConvolutionLayer> ConvolutionType<L> ofAllChannels(
            Class<L> type, int dimensions, Function<L, ExampleFormat> format, KernelArrangement arrangement) {
        return new ConvolutionType<>(
                type, l -> ConvolutionWindows.allChannels(l, dimensions), format, arrangement, dimensions);
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        ConvolutionLayer original = WeightedType.withActivation(layer, place);
        double gain = place.gain(original.getActivationFn());
        @Nullable GaussianPrior readout = place.readoutPrior();
        EpConvolutionLayer converted =
                new EpConvolutionLayer(original, readout == null ? place.hiddenPrior() : place.outputPrior(), gain);
        converted.setReadoutPrior(readout);
        return converted;
    }

    @Override
    public boolean canBeReadout(L layer, int labelDimensions) {
        return labelDimensions == dimensions;
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

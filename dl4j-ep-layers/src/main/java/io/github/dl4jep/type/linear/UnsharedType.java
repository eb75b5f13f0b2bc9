package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.Windows;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * A convolution with weights of its own at each position. DL4J's is a SameDiff layer; its graph of a slice for each window is not read.
 *
 * @param <L> the layer type
 */
public final class UnsharedType<L extends SameDiffLayer> extends WeightedType<L> {

    private final Function<L, Settings> settings;
    private final Function<L, ExampleFormat> format;
    private final Consumer<L> computeOutputSize;

    /**
     * What DL4J's layers of one and of two dimensions have in common.
     *
     * @param channels channels of the input
     * @param units units at a position
     * @param activation the activation
     * @param windows sizes of the windows
     * @param mode what is done at the edges
     * @param output number of windows in each dimension; empty where it is not known yet
     * @param bias whether there is a bias
     */
    private record Settings(
            long channels,
            long units,
            Activation activation,
            List<int[]> windows,
            ConvolutionMode mode,
            List<Integer> output,
            boolean bias) {

        private static final int DILATION = 3;

        int positions() {
            return output.isEmpty() ? 0 : output.stream().reduce(1, (a, b) -> a * b);
        }

        long fanIn() {
            return channels * Arrays.stream(windows.get(0)).reduce(1, (a, b) -> a * b);
        }

        Windows placement() {
            return new Windows(windows.get(0), windows.get(1), windows.get(2), windows.get(DILATION), mode);
        }

        /** DL4J lists the windows of an image column by column, and reads the list row by row. */
        int window(int position) {
            if (output.size() < 2) {
                return position;
            }
            return position % output.get(0) * output.get(1) + position / output.get(0);
        }
    }

    private UnsharedType(
            Class<L> type,
            Function<L, Settings> settings,
            Function<L, ExampleFormat> format,
            Consumer<L> computeOutputSize) {
        super(type);
        this.settings = settings;
        this.format = format;
        this.computeOutputSize = computeOutputSize;
    }

    /**
     * The types.
     *
     * @return of one and of two dimensions
     */
    public static List<UnsharedType<?>> all() {
        return List.of(
                new UnsharedType<>(
                        LocallyConnected1D.class,
                        l -> new Settings(
                                l.getNIn(),
                                l.getNOut(),
                                l.getActivation(),
                                List.of(
                                        new int[] {l.getKernel()},
                                        new int[] {l.getStride()},
                                        new int[] {l.getPadding()},
                                        new int[] {l.getDilation()}),
                                l.getCm(),
                                l.getOutputSize() > 0 ? List.of(l.getOutputSize()) : List.of(),
                                l.isHasBias()),
                        l -> ExampleFormat.CHANNELS_FIRST,
                        LocallyConnected1D::computeOutputSize),
                new UnsharedType<>(
                        LocallyConnected2D.class,
                        l -> new Settings(
                                l.getNIn(),
                                l.getNOut(),
                                l.getActivation(),
                                List.of(l.getKernel(), l.getStride(), l.getPadding(), l.getDilation()),
                                l.getCm(),
                                l.getOutputSize() == null
                                        ? List.of()
                                        : Arrays.stream(l.getOutputSize())
                                                .boxed()
                                                .toList(),
                                l.isHasBias()),
                        l -> DataFormats.of(l.getFormat()),
                        LocallyConnected2D::computeOutputSize));
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        @SuppressWarnings("unchecked") // a clone has the type of what it is a clone of
        L original = (L) layer.clone();
        if (settings.apply(original).output().isEmpty()) {
            computeOutputSize.accept(original);
        }
        Settings of = settings.apply(original);
        int[] dilation = of.windows().get(Settings.DILATION);
        if (Arrays.stream(dilation).anyMatch(each -> each != 1) || of.mode() == ConvolutionMode.Causal) {
            throw new UnsupportedOperationException("it has dilation " + Arrays.toString(dilation) + " and mode "
                    + of.mode() + ", which DL4J leaves out where it slices the input; use dilation 1 and another mode");
        }
        IActivation defined = of.activation().getActivationFunction();
        IActivation activation = place.activation(defined);
        if (!activation.equals(defined)) {
            throw new UnsupportedOperationException("an option replaces its activation by " + activation
                    + ", which a stock layer of this type cannot have; set it in the definition");
        }
        return new EpWeightedLayer(original, activation, place.hiddenPrior(), place.gain(activation));
    }

    @Override
    protected LinearMaps.Sizes sizes(L layer) {
        Settings of = settings.apply(layer);
        return new LinearMaps.Sizes(of.channels(), of.units());
    }

    @Override
    protected PosteriorParamInitializer parameters(L layer, EpWeightedLayer conf) {
        Settings of = settings.apply(layer);
        int positions = Math.max(1, of.positions());
        return layout(
                conf,
                conf.gain(),
                positions,
                of.fanIn(),
                of.fanIn(),
                positions * of.units(),
                of.bias() ? of.units() : 0);
    }

    @Override
    protected LinearMap map(
            L layer, EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        Settings of = settings.apply(layer);
        Map<ExampleShape, WindowCopies> made = new ConcurrentHashMap<>();
        return new UnsharedVertex(
                new LayerWeights(place, parameters(layer, conf), parameters),
                shape -> made.computeIfAbsent(shape, s -> copies(of, s, place.get())));
    }

    private static WindowCopies copies(Settings of, ExampleShape shape, String place) {
        WindowGeometry geometry = of.placement().on(shape, place);
        if (geometry.outputPositions() != of.positions() || geometry.channels() != of.channels()) {
            throw new org.deeplearning4j.exception.DL4JInvalidInputException("An example has shape " + shape
                    + ", which gives " + geometry.outputPositions() + " windows on " + geometry.channels()
                    + " channel(s), but there are weights for " + of.positions() + " on " + of.channels() + " at "
                    + place + "; weights of each position need inputs of one size");
        }
        return new WindowCopies(geometry, of::window);
    }

    @Override
    protected boolean hasBias(L layer) {
        return settings.apply(layer).bias();
    }

    @Override
    public ExampleFormat format(L layer) {
        return format.apply(layer);
    }

    @Override
    public Layer stock(L layer, org.deeplearning4j.nn.api.Layer runtime) {
        SameDiffLayer copy = (SameDiffLayer) layer.clone();
        copy.setUpdater(new NoOp());
        return copy;
    }

    /** In place: the setter of DL4J's SameDiff layers only compares shapes. */
    @Override
    public void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        to.paramTable().forEach((name, place) -> {
            INDArray value = Parameters.get(values, name);
            place.assign(
                    name.equals(PosteriorParamInitializer.BIAS_PREFIX)
                            ? value.reshape(place.shape())
                            : arranged(value, place.shape()));
        });
    }

    /** [positions, fan-in, units] of [fan-in, positions x units]. */
    @Override
    protected INDArray arranged(INDArray weights, long[] shape) {
        return weights.dup('c')
                .reshape('c', shape[1], shape[0], shape[2])
                .permute(1, 0, 2)
                .dup('c');
    }
}

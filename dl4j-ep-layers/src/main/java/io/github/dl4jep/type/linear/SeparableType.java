package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.StockArrays;
import io.github.dl4jep.vertex.ChainedMap;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.Windows;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A depthwise convolution without bias, then one of kernel size 1. */
public final class SeparableType extends WeightedType<SeparableConvolution2D> {

    /** No unit follows the first array. */
    private static final double GAIN_BETWEEN = 1;

    /** The only one. */
    public SeparableType() {
        super(SeparableConvolution2D.class);
    }

    private static PosteriorParamInitializer depthwise(SeparableConvolution2D layer, EpWeightedLayer conf) {
        long kernel = ConvolutionWindows.kernelPositions(layer, 2);
        long units = conf.getNIn() * layer.getDepthMultiplier();
        return layout(conf, GAIN_BETWEEN, channels(conf), kernel, kernel, units, false);
    }

    private static PosteriorParamInitializer pointwise(SeparableConvolution2D layer, EpWeightedLayer conf) {
        long channels = conf.getNIn() * layer.getDepthMultiplier();
        return layout(conf, conf.gain(), 1, channels, channels, conf.getNOut(), layer.hasBias());
    }

    private static int channels(EpWeightedLayer conf) {
        return Math.max(1, Math.toIntExact(conf.getNIn()));
    }

    @Override
    protected ChainedParamInitializer parameters(SeparableConvolution2D layer, EpWeightedLayer conf) {
        return new ChainedParamInitializer(depthwise(layer, conf), pointwise(layer, conf));
    }

    @Override
    protected LinearMap map(
            SeparableConvolution2D layer,
            EpWeightedLayer conf,
            Supplier<String> place,
            Supplier<Map<String, INDArray>> parameters) {
        LinearMap first = new LinearVertex(
                conf.getNIn(),
                ConvolutionWindows.windows(layer, 2),
                new WeightGroups(channels(conf)),
                new LayerWeights(
                        place,
                        ChainedParamInitializer.FIRST_PREFIX,
                        depthwise(layer, conf),
                        () -> ChainedParamInitializer.part(parameters.get(), ChainedParamInitializer.FIRST_PREFIX)));
        LinearMap second = new LinearVertex(
                conf.getNIn() * layer.getDepthMultiplier(),
                Windows.ofOne(2),
                WeightGroups.NONE,
                new LayerWeights(place, pointwise(layer, conf), parameters));
        return new ChainedMap(first, second);
    }

    @Override
    protected boolean hasBias(SeparableConvolution2D layer) {
        return layer.hasBias();
    }

    @Override
    public ExampleFormat format(SeparableConvolution2D layer) {
        return DataFormats.of(layer.getCnn2dDataFormat());
    }

    @Override
    public int linearMaps() {
        return 2;
    }

    @Override
    public void setStock(Layer to, Map<String, INDArray> values) {
        String depthwise = SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY;
        String pointwise = SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY;
        INDArray first =
                Parameters.get(values, ChainedParamInitializer.FIRST_PREFIX + PosteriorParamInitializer.WEIGHT_PREFIX);
        INDArray second = Parameters.get(values, PosteriorParamInitializer.WEIGHT_PREFIX);
        to.setParam(
                depthwise,
                KernelArrangement.depthwiseOfSeparable(
                        first, to.getParam(depthwise).shape()));
        to.setParam(
                pointwise,
                KernelArrangement.unitsFirst(second, to.getParam(pointwise).shape()));
        setBias(to, values);
    }

    @Override
    public Map<String, INDArray> stockValues(Layer from, Map<String, long[]> shapes) {
        String first = ChainedParamInitializer.FIRST_PREFIX + PosteriorParamInitializer.WEIGHT_PREFIX;
        String second = PosteriorParamInitializer.WEIGHT_PREFIX;
        Map<String, INDArray> values = new LinkedHashMap<>();
        values.put(
                first,
                StockArrays.arrangedBack(
                        from,
                        SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY,
                        Objects.requireNonNull(shapes.get(first)),
                        KernelArrangement::depthwiseOfSeparable));
        values.put(
                second,
                StockArrays.arrangedBack(
                        from,
                        SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY,
                        Objects.requireNonNull(shapes.get(second)),
                        KernelArrangement::unitsFirst));
        addBias(from, shapes, values);
        return values;
    }
}

package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.params.SlopeParamInitializer;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.weight.GaussianPrior;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A ReLU whose slope below 0 is learned, for each element or for those along some axes together. */
final class PreluType extends WeightedType<PReLULayer> {

    static final String SLOPES = "W";

    /** Prior variance of a slope, around the value that DL4J starts it with. */
    private static final double PRIOR_VARIANCE = 0.1;

    PreluType() {
        super(PReLULayer.class);
    }

    @Override
    public Layer convert(PReLULayer layer, ConversionPlace place) {
        if (layer.getInputShape() == null) {
            throw new UnsupportedOperationException(
                    "its input shape is not set, without which DL4J does not know its slopes either; use inputShape(...)");
        }
        place.dropGradientSettings(layer);
        PReLULayer original = (PReLULayer) layer.clone();
        original.setInputShape(slopes(layer));
        original.setSharedAxes(layer.getSharedAxes());
        return new EpWeightedLayer(original, new ActivationIdentity(), new GaussianPrior(PRIOR_VARIANCE), 1);
    }

    /** The shape of the slopes: 1 along shared axes. */
    private static long[] slopes(PReLULayer layer) {
        long[] shape = layer.getInputShape().clone();
        if (layer.getSharedAxes() != null) {
            for (long axis : layer.getSharedAxes()) {
                shape[(int) axis - 1] = 1;
            }
        }
        return shape;
    }

    private static long count(PReLULayer layer) {
        return Arrays.stream(slopes(layer)).reduce(1, (a, b) -> a * b);
    }

    @Override
    protected LinearMaps.Sizes sizes(PReLULayer layer) {
        return new LinearMaps.Sizes(count(layer), count(layer));
    }

    @Override
    protected SlopeParamInitializer parameters(PReLULayer layer, EpWeightedLayer conf) {
        return new SlopeParamInitializer(layout(conf, 1, 1, 1, 1, count(layer), false), start(layer));
    }

    /** The constant that DL4J starts with; 0 where it draws. */
    private static double start(PReLULayer layer) {
        if (!(layer.getWeightInitFn() instanceof WeightInitConstant constant)) {
            return 0;
        }
        INDArray one = Nd4j.create(DataType.DOUBLE, 1);
        constant.init(1, 1, one.shape(), 'c', one);
        return one.getDouble(0);
    }

    @Override
    protected LinearMap map(
            PReLULayer layer,
            EpWeightedLayer conf,
            Supplier<String> place,
            Supplier<Map<String, INDArray>> parameters) {
        PosteriorLayout layout = parameters(layer, conf);
        long[] slopes = slopes(layer);
        return new PreluVertex(
                place,
                () -> layout.posteriors(parameters.get()).get(0).posterior(),
                shape -> slopeOfColumn(shape, slopes, place.get()));
    }

    /** For each element of an example, in c-order, the number of its slope, in c-order. */
    private static int[] slopeOfColumn(ExampleShape shape, long[] slopes, String place) {
        long[] dims = shape.dims();
        boolean fits = dims.length == slopes.length;
        for (int i = 0; fits && i < dims.length; i++) {
            fits = slopes[i] == 1 || slopes[i] == dims[i];
        }
        if (!fits) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", but the slopes have shape "
                    + Arrays.toString(slopes) + " at " + place + "; allowed is the same shape, channels first, or 1"
                    + " along shared axes");
        }
        int[] of = new int[Math.toIntExact(shape.length())];
        for (int column = 0; column < of.length; column++) {
            int rest = column;
            int stride = 1;
            for (int i = dims.length - 1; i >= 0; i--) {
                of[column] += slopes[i] == 1 ? 0 : (int) (rest % dims[i]) * stride;
                rest = (int) (rest / dims[i]);
                stride *= (int) slopes[i];
            }
        }
        return of;
    }

    @Override
    protected boolean hasBias(PReLULayer layer) {
        return false;
    }

    /** Where its input has them. */
    @Override
    public @Nullable ExampleFormat format(PReLULayer layer) {
        return null;
    }

    @Override
    public int linearMaps() {
        return 0;
    }

    @Override
    protected INDArray arranged(INDArray weights, long[] shape) {
        return weights.dup('c').reshape('c', shape);
    }
}

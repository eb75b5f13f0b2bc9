package io.github.dl4jep.type.samediff;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.ArraysParamInitializer;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.StockArrays;
import io.github.dl4jep.type.linear.LinearMaps;
import io.github.dl4jep.type.linear.WeightedType;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PriorScale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * A SameDiff layer of the user whose graph is not read: its parameters get normal posteriors around what the layer itself starts with, and
 * the layer is linearised at the means.
 */
public final class LinearisedType extends WeightedType<SameDiffLayer> {

    /** Prior variance of parameters that no sum over inputs has, as of the scale of a normalization. */
    private static final double PRIOR_VARIANCE = 0.1;

    /** The type of all such layers. */
    public LinearisedType() {
        super(SameDiffLayer.class);
    }

    @Override
    public Layer convert(SameDiffLayer layer, ConversionPlace place) {
        if (layer.getLayerParams().getParamShapes().isEmpty()) {
            throw new UnsupportedOperationException("it has no parameters; derive it from SameDiffLambdaLayer");
        }
        if (!(place.hiddenPrior() instanceof GaussianPrior prior)) {
            throw new UnsupportedOperationException("it is linearised, for which parameters need a Gaussian prior, but"
                    + " the options say " + place.hiddenPrior() + "; choose another prior for this layer");
        }
        if (place.outputsBefore() > 0) {
            requireSize(layer, place.outputsBefore());
        }
        SameDiffLayer original = (SameDiffLayer) layer.clone();
        ActivationIdentity identity = new ActivationIdentity();
        return new EpWeightedLayer(original, identity, prior, place.gain(identity));
    }

    private static void requireSize(SameDiffLayer layer, long inputs) {
        long parameters = layer.getLayerParams().getParamShapes().values().stream()
                .mapToLong(LinearisedType::length)
                .sum();
        try {
            LinearisedRows.requireSizeOfRow(outputs(layer, inputs) * (inputs + parameters));
        } catch (DL4JInvalidConfigException e) {
            throw new UnsupportedOperationException(e.getMessage(), e);
        }
    }

    private static long length(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private static long outputs(SameDiffLayer layer, long inputs) {
        return layer.getOutputType(-1, InputType.feedForward(inputs)).arrayElementsPerExample();
    }

    /** A matrix that sums over its rows. */
    private static boolean isMatrix(long[] shape) {
        return shape.length > 1 && length(shape) > shape[shape.length - 1];
    }

    private static long rows(long[] shape) {
        return length(shape) / shape[shape.length - 1];
    }

    /** Rows of the first matrix: inputs of a unit. */
    private static long fanIn(SameDiffLayer layer) {
        SDLayerParams parameters = layer.getLayerParams();
        return parameters.getWeightParameterKeys().stream()
                .map(parameters.getParamShapes()::get)
                .filter(LinearisedType::isMatrix)
                .mapToLong(LinearisedType::rows)
                .findFirst()
                .orElse(0);
    }

    @Override
    protected LinearMaps.Sizes sizes(SameDiffLayer layer) {
        long inputs = Math.max(1, fanIn(layer));
        return new LinearMaps.Sizes(inputs, Math.max(1, outputs(layer, inputs)));
    }

    @Override
    protected ArraysParamInitializer parameters(SameDiffLayer layer, EpWeightedLayer conf) {
        SDLayerParams given = layer.getLayerParams();
        long fanIn = fanIn(layer);
        List<ArraysParamInitializer.Array> arrays = new ArrayList<>();
        given.getParamShapes().forEach((name, shape) -> {
            boolean bias = given.isBiasParam(name);
            boolean summed = bias ? fanIn > 0 : isMatrix(shape);
            NamedPosterior.Role role = summed
                    ? bias ? NamedPosterior.Role.BIAS : NamedPosterior.Role.WEIGHTS
                    : bias ? NamedPosterior.Role.SHIFT : NamedPosterior.Role.SCALE;
            arrays.add(new ArraysParamInitializer.Array(
                    name,
                    role,
                    summed ? conf.getWeightPrior() : new GaussianPrior(PRIOR_VARIANCE),
                    summed ? new PriorScale(bias ? fanIn : rows(shape), conf.gain()) : new PriorScale(1, 1),
                    Arrays.stream(shape).boxed().toList()));
        });
        return new ArraysParamInitializer(arrays, (of, type) -> start(layer, type));
    }

    /** What the layer itself starts with. */
    private static Map<String, INDArray> start(SameDiffLayer layer, DataType type) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        layer.getLayerParams().getParamShapes().forEach((name, shape) -> values.put(name, Nd4j.zeros(type, shape)));
        layer.initializeParameters(values);
        values.forEach((name, value) -> {
            if (!Double.isFinite(value.sumNumber().doubleValue())) {
                throw new DL4JInvalidConfigException("layer \"" + layer.getLayerName() + "\" ("
                        + layer.getClass().getSimpleName() + "): its parameter \"" + name
                        + "\" starts with elements that are not finite; change its initializeParameters");
            }
        });
        return values;
    }

    @Override
    protected LinearMap map(
            SameDiffLayer layer,
            EpWeightedLayer conf,
            Supplier<String> place,
            Supplier<Map<String, INDArray>> parameters) {
        return new LinearisedVertex(layer, place, parameters(layer, conf), parameters);
    }

    @Override
    protected boolean hasBias(SameDiffLayer layer) {
        return !layer.getLayerParams().getBiasParameterKeys().isEmpty();
    }

    @Override
    public @Nullable ExampleFormat format(SameDiffLayer layer) {
        return null;
    }

    @Override
    public Layer stock(SameDiffLayer layer, org.deeplearning4j.nn.api.Layer runtime) {
        SameDiffLayer copy = (SameDiffLayer) layer.clone();
        copy.setUpdater(new NoOp());
        return copy;
    }

    /** In place: the setter of DL4J's SameDiff layers only compares shapes. */
    @Override
    public void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        to.paramTable()
                .forEach((name, array) ->
                        array.assign(Parameters.get(values, name).dup('c').reshape('c', array.shape())));
    }

    @Override
    public Map<String, INDArray> stockValues(org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> values.put(name, StockArrays.reshaped(from, name, shape)));
        return values;
    }
}

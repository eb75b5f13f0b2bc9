package io.github.dl4jep.params;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The layout of arrays that have names of their own, each with a prior of its own around given values.
 *
 * <p>An array of any number of dimensions is kept as a matrix, its elements in c-order: its last dimension are the columns.
 */
public final class ArraysParamInitializer implements PosteriorLayout {

    private final List<Array> arrays;
    private final BiFunction<NeuralNetConfiguration, DataType, Map<String, INDArray>> start;

    /**
     * One array.
     *
     * @param name its name
     * @param role what the layer does with it
     * @param prior its prior, under which a weight has a given mean
     * @param scale fan-in and gain
     * @param shape its shape in the layer of DL4J
     */
    public record Array(String name, NamedPosterior.Role role, WeightPrior prior, PriorScale scale, List<Long> shape) {

        /**
         * The shape of the matrix.
         *
         * @return rows and columns
         */
        public long[] matrix() {
            long columns = shape.get(shape.size() - 1);
            return new long[] {length() / columns, columns};
        }

        /**
         * The number of elements.
         *
         * @return the product of all dimensions
         */
        public long length() {
            return shape.stream().reduce(1L, (a, b) -> a * b);
        }

        private Map<String, long[]> parameters() {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            prior.parameterNames()
                    .forEach(parameter -> shapes.put(name + parameter, prior.shapeOf(parameter, matrix())));
            return shapes;
        }
    }

    /**
     * The layout of some arrays.
     *
     * @param arrays the arrays, in order
     * @param start the means to start from by name, each in the shape of the array, for a layer and a data type
     */
    public ArraysParamInitializer(
            List<Array> arrays, BiFunction<NeuralNetConfiguration, DataType, Map<String, INDArray>> start) {
        this.arrays = List.copyOf(arrays);
        this.start = start;
    }

    /**
     * The arrays.
     *
     * @return in the order of the parameters
     */
    public List<Array> arrays() {
        return arrays;
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        List<NamedPosterior> posteriors = new ArrayList<>();
        for (Array array : arrays) {
            Map<String, INDArray> own = NamedPosterior.select(array.prior(), parameters, array.name());
            posteriors.add(new NamedPosterior(
                    array.name(), array.role(), array.prior(), array.prior().posterior(own, array.scale()), own));
        }
        return posteriors;
    }

    private Map<String, INDArray> values(Map<String, INDArray> parameters, Function<WeightPosterior, INDArray> chosen) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        posteriors(parameters).forEach(of -> values.put(of.name(), chosen.apply(of.posterior())));
        return values;
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        return values(parameters, WeightPosterior::mode);
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        return values(parameters, WeightPosterior::sample);
    }

    private Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        arrays.forEach(array -> shapes.putAll(array.parameters()));
        return shapes;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return shapes().values().stream()
                .mapToLong(shape -> shape[0] * shape[1])
                .sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return new ArrayList<>(shapes().keySet());
    }

    private List<String> keys(boolean factors) {
        return arrays.stream()
                .filter(array -> array.role().isFactor() == factors)
                .flatMap(array -> array.parameters().keySet().stream())
                .toList();
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return keys(true);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return keys(false);
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return weightKeys(layer).contains(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return biasKeys(layer).contains(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        Map<String, INDArray> parameters = Collections.synchronizedMap(views(paramsView));
        parameters.keySet().forEach(conf::addVariable);
        if (initializeParams) {
            Map<String, INDArray> values = start.apply(conf, paramsView.dataType());
            for (NamedPosterior of : posteriors(parameters)) {
                INDArray value = Parameters.get(values, of.name());
                of.posterior().startAt(value.dup('c').reshape('c', of.shape()));
            }
        }
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return views(gradientView);
    }

    private Map<String, INDArray> views(INDArray flat) {
        INDArray vector = flat.reshape(flat.length());
        Map<String, INDArray> views = new LinkedHashMap<>();
        long from = 0;
        for (Map.Entry<String, long[]> entry : shapes().entrySet()) {
            long[] shape = entry.getValue();
            long to = from + shape[0] * shape[1];
            views.put(
                    entry.getKey(), vector.get(NDArrayIndex.interval(from, to)).reshape('f', shape));
            from = to;
        }
        return views;
    }
}

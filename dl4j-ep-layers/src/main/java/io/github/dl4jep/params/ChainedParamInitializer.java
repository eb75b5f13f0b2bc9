package io.github.dl4jep.params;

import io.github.dl4jep.weight.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of a layer with two arrays of weights behind each other: those of the first, whose names begin with
 * {@value #FIRST_PREFIX}, then those of the second. The first has no bias.
 */
public final class ChainedParamInitializer implements ParamInitializer {

    /** Put before the names of the first array's parameters. */
    public static final String FIRST_PREFIX = "first";

    private final PosteriorParamInitializer first;
    private final PosteriorParamInitializer second;

    /**
     * A layout.
     *
     * @param first layout of the first array, without bias
     * @param second layout of the second array and the bias
     */
    public ChainedParamInitializer(PosteriorParamInitializer first, PosteriorParamInitializer second) {
        this.first = first;
        this.second = second;
    }

    /**
     * The layout of the first array.
     *
     * @return the layout, for the parameters that {@link #first(Map)} gives
     */
    public PosteriorParamInitializer first() {
        return first;
    }

    /**
     * The layout of the second array.
     *
     * @return the layout, for the layer's parameters
     */
    public PosteriorParamInitializer second() {
        return second;
    }

    /**
     * The first array's parameters under their own names.
     *
     * @param parameters the layer's parameter table
     * @return views by name
     */
    public static Map<String, INDArray> first(Map<String, INDArray> parameters) {
        return Parameters.withoutPrefix(parameters, FIRST_PREFIX);
    }

    private static List<String> prefixed(List<String> names) {
        return names.stream().map(name -> FIRST_PREFIX + name).toList();
    }

    private static List<String> both(List<String> firstNames, List<String> secondNames) {
        List<String> names = new ArrayList<>(prefixed(firstNames));
        names.addAll(secondNames);
        return names;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return first.numParams(layer) + second.numParams(layer);
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return both(first.paramKeys(layer), second.paramKeys(layer));
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return both(first.weightKeys(layer), second.weightKeys(layer));
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return second.biasKeys(layer);
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
        INDArray flat = paramsView.reshape(paramsView.length());
        long split = first.numParams(conf);
        Map<String, INDArray> parameters = Collections.synchronizedMap(new LinkedHashMap<>());
        // The two layouts register their own names; these are replaced by the joint ones.
        NeuralNetConfiguration own = new NeuralNetConfiguration();
        first.init(own, flat.get(NDArrayIndex.interval(0, split)), initializeParams)
                .forEach((name, value) -> parameters.put(FIRST_PREFIX + name, value));
        parameters.putAll(second.init(own, flat.get(NDArrayIndex.interval(split, flat.length())), initializeParams));
        parameters.keySet().forEach(conf::addVariable);
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        INDArray flat = gradientView.reshape(gradientView.length());
        long split = first.numParams(conf);
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        first.getGradientsFromFlattened(conf, flat.get(NDArrayIndex.interval(0, split)))
                .forEach((name, value) -> gradients.put(FIRST_PREFIX + name, value));
        gradients.putAll(second.getGradientsFromFlattened(conf, flat.get(NDArrayIndex.interval(split, flat.length()))));
        return gradients;
    }
}

package io.github.dl4jep.params;

import io.github.dl4jep.weight.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of a layer with two arrays of weights behind each other: those of the first, whose names begin with
 * {@value #FIRST_PREFIX}, then those of the second. The first has no bias.
 */
public final class ChainedParamInitializer implements PosteriorLayout {

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
     * The first array's parameters under their own names.
     *
     * @param parameters the layer's parameter table
     * @return views by name
     */
    public static Map<String, INDArray> first(Map<String, INDArray> parameters) {
        return Parameters.withoutPrefix(parameters, FIRST_PREFIX);
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        List<NamedPosterior> posteriors = new ArrayList<>();
        for (NamedPosterior of : first.posteriors(first(parameters))) {
            posteriors.add(new NamedPosterior(
                    FIRST_PREFIX + of.name(), of.role(), of.prior(), of.posterior(), of.parameters()));
        }
        posteriors.addAll(second.posteriors(parameters));
        return posteriors;
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        return joined(first.modes(first(parameters)), second.modes(parameters));
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        return joined(first.draws(first(parameters)), second.draws(parameters));
    }

    private static Map<String, INDArray> joined(Map<String, INDArray> ofFirst, Map<String, INDArray> ofSecond) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        ofFirst.forEach((name, value) -> values.put(FIRST_PREFIX + name, value));
        values.putAll(ofSecond);
        return values;
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

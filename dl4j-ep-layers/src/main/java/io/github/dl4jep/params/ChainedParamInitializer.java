package io.github.dl4jep.params;

import io.github.dl4jep.learned.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of a layer with several arrays of weights: those of each part, whose names begin with the part's prefix. One part may
 * have the empty prefix.
 */
public final class ChainedParamInitializer implements PosteriorLayout {

    /** Put before the names of the first of two arrays one after the other. */
    public static final String FIRST_PREFIX = "first";

    private final Map<String, PosteriorLayout> parts;

    /**
     * A layout of two arrays one after the other.
     *
     * @param first layout of the first array, without bias
     * @param second layout of the second array and the bias
     */
    public ChainedParamInitializer(PosteriorParamInitializer first, PosteriorParamInitializer second) {
        this.parts = new LinkedHashMap<>();
        parts.put(FIRST_PREFIX, first);
        parts.put("", second);
    }

    /**
     * A layout of several parts.
     *
     * @param parts layouts by their prefixes, in order
     */
    public ChainedParamInitializer(Map<String, PosteriorLayout> parts) {
        this.parts = new LinkedHashMap<>(parts);
    }

    /**
     * One part's parameters under their own names.
     *
     * @param parameters the layer's parameter table
     * @param prefix prefix of the part
     * @return views by name
     */
    public static Map<String, INDArray> part(Map<String, INDArray> parameters, String prefix) {
        return prefix.isEmpty() ? parameters : Parameters.withoutPrefix(parameters, prefix);
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        List<NamedPosterior> posteriors = new ArrayList<>();
        parts.forEach((prefix, layout) -> {
            for (NamedPosterior of : layout.posteriors(part(parameters, prefix))) {
                posteriors.add(
                        new NamedPosterior(prefix + of.name(), of.role(), of.prior(), of.posterior(), of.parameters()));
            }
        });
        return posteriors;
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        parts.forEach((prefix, layout) ->
                layout.modes(part(parameters, prefix)).forEach((name, value) -> values.put(prefix + name, value)));
        return values;
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        parts.forEach((prefix, layout) ->
                layout.draws(part(parameters, prefix)).forEach((name, value) -> values.put(prefix + name, value)));
        return values;
    }

    private List<String> names(Function<PosteriorLayout, List<String>> ofPart) {
        List<String> names = new ArrayList<>();
        parts.forEach((prefix, layout) -> ofPart.apply(layout).forEach(name -> names.add(prefix + name)));
        return names;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return parts.values().stream().mapToLong(part -> part.numParams(layer)).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return names(part -> part.paramKeys(layer));
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return names(part -> part.weightKeys(layer));
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return names(part -> part.biasKeys(layer));
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
        Map<String, INDArray> parameters = Collections.synchronizedMap(new LinkedHashMap<>());
        // The parts register their own names; these are replaced by the joint ones.
        NeuralNetConfiguration own = new NeuralNetConfiguration();
        own.setLayer(conf.getLayer());
        forEachView(
                conf.getLayer(),
                paramsView,
                (prefix, view) -> partOf(prefix)
                        .init(own, view, initializeParams)
                        .forEach((name, value) -> parameters.put(prefix + name, value)));
        parameters.keySet().forEach(conf::addVariable);
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        forEachView(
                conf.getLayer(),
                gradientView,
                (prefix, view) -> partOf(prefix)
                        .getGradientsFromFlattened(conf, view)
                        .forEach((name, value) -> gradients.put(prefix + name, value)));
        return gradients;
    }

    private PosteriorLayout partOf(String prefix) {
        return Objects.requireNonNull(parts.get(prefix));
    }

    private void forEachView(Layer layer, INDArray all, BiConsumer<String, INDArray> action) {
        INDArray flat = all.reshape(all.length());
        long from = 0;
        for (Map.Entry<String, PosteriorLayout> part : parts.entrySet()) {
            long to = from + part.getValue().numParams(layer);
            action.accept(part.getKey(), flat.get(NDArrayIndex.interval(from, to)));
            from = to;
        }
    }
}

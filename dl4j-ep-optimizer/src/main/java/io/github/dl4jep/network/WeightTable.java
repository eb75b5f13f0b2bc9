package io.github.dl4jep.network;

import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.weight.WeightMoments;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The weights of a network as DL4J's listeners know them: {@code W} and {@code b} (batch normalization {@code gamma} and
 * {@code beta}) are the means that predictions use, {@code WDeviation}, {@code bDeviation}, ... the posterior standard deviations.
 * The parameters themselves follow. Also their change by the last batch, which stands in for a gradient.
 */
final class WeightTable {

    private static final String DEVIATION = "Deviation";

    private @Nullable Map<String, INDArray> before;
    private @Nullable Gradient change;

    /**
     * The weights of some layers.
     *
     * @param layers layers by the name that DL4J puts before the names of their parameters
     * @return new arrays, and views of the parameters, by DL4J's names
     */
    static Map<String, INDArray> of(Map<String, Layer> layers) {
        Map<String, INDArray> table = new LinkedHashMap<>();
        layers.forEach((name, layer) -> {
            moments(layer).forEach((array, moments) -> {
                table.put(name + "_" + array, moments.mean());
                table.put(name + "_" + array + DEVIATION, Transforms.sqrt(moments.variance(), true));
            });
            layer.paramTable().forEach((parameter, value) -> table.put(name + "_" + parameter, value));
        });
        return table;
    }

    /** Moments of all arrays with a posterior, by layer. */
    static Map<String, Map<String, WeightMoments>> moments(NetworkLayout layout) {
        Map<String, Map<String, WeightMoments>> posterior = new LinkedHashMap<>();
        for (String name : layout.namesOfLayers()) {
            Map<String, WeightMoments> moments = moments(layout.layerOf(name));
            if (!moments.isEmpty()) {
                posterior.put(name, moments);
            }
        }
        return posterior;
    }

    /**
     * The posterior of a layer as predictions use it.
     *
     * @param layer a layer
     * @return means and variances by DL4J's names of the arrays; empty for a layer without weights
     */
    static Map<String, WeightMoments> moments(Layer layer) {
        Map<String, WeightMoments> moments = new LinkedHashMap<>();
        PosteriorLayout.of(layer)
                .forEach(each -> moments.put(each.name(), each.posterior().predictiveMoments()));
        return moments;
    }

    /**
     * Keeps the weights before a batch.
     *
     * @param weights of the whole network
     */
    void keep(Map<String, INDArray> weights) {
        Map<String, INDArray> copies = new LinkedHashMap<>();
        weights.forEach((name, value) -> copies.put(name, value.dup()));
        before = copies;
        change = null;
    }

    /** Forgets them: the next batch may not be observed. */
    void forget() {
        before = null;
        change = null;
    }

    /**
     * What the last batch changed.
     *
     * @param now gives the weights of the whole network
     * @return new value minus old value of each array, or null if the old values were not kept
     */
    @Nullable
    Gradient change(Supplier<Map<String, INDArray>> now) {
        Map<String, INDArray> old = before;
        if (change == null && old != null) {
            Gradient computed = new DefaultGradient();
            now.get().forEach((name, value) -> computed.setGradientFor(name, value.sub(old.get(name))));
            change = computed;
        }
        return change;
    }
}

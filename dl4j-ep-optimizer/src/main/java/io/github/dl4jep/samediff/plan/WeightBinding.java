package io.github.dl4jep.samediff.plan;

import io.github.dl4jep.type.LayerTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which parameters of a layer a SameDiff variable holds.
 *
 * @param variable name of the variable, a VARIABLE; of running averages perhaps a CONSTANT
 * @param prefix what the layer's parameter names begin with: W, b, gamma, beta; mean and var are whole names
 * @param arrangement how the variable arranges them
 */
public record WeightBinding(String variable, String prefix, Arrangement arrangement) {

    /**
     * Puts variables into a layer of DL4J.
     *
     * @param layer an initialised layer
     * @param bindings which variables hold which of its parameters
     * @param arrays the arrays of variables, by name
     */
    public static void set(Layer layer, List<WeightBinding> bindings, Function<String, INDArray> arrays) {
        if (bindings.isEmpty()) {
            return;
        }
        Map<String, INDArray> values = new LinkedHashMap<>();
        for (WeightBinding binding : bindings) {
            INDArray array = Objects.requireNonNull(arrays.apply(binding.variable()));
            values.put(binding.prefix(), binding.arrangement().toPosterior(array));
        }
        LayerTypes.setStock(layer, values);
    }
}

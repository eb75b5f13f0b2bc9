package io.github.dl4jep.network;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean activations for listeners: a forward pass of its own, so it is run only when one looks. Valid within the callback. */
final class LazyActivations {

    private LazyActivations() {}

    /** The input, then the activation of each layer. */
    static List<INDArray> list(int size, Supplier<List<INDArray>> activations) {
        Once<List<INDArray>> once = new Once<>(activations);
        return new AbstractList<>() {
            @Override
            public INDArray get(int index) {
                return once.get().get(index);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    /** Inputs and vertices by name. */
    static Map<String, INDArray> map(Supplier<Map<String, INDArray>> activations) {
        Once<Map<String, INDArray>> once = new Once<>(activations);
        return new AbstractMap<>() {
            @Override
            public Set<Entry<String, INDArray>> entrySet() {
                return once.get().entrySet();
            }
        };
    }

    private static final class Once<T> implements Supplier<T> {

        private final Supplier<T> computation;
        private @Nullable T result;

        Once(Supplier<T> computation) {
            this.computation = computation;
        }

        @Override
        public T get() {
            T value = result;
            if (value == null) {
                value = computation.get();
                result = value;
            }
            return value;
        }
    }
}

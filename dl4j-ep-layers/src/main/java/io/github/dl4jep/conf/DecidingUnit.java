package io.github.dl4jep.conf;

import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** Which layer's unit decides about the scale of a layer's weights: its own, or that of an activation layer behind it. */
public final class DecidingUnit {

    private DecidingUnit() {}

    /**
     * Finds the layer in a chain.
     *
     * @param layers all layers, in order
     * @param index index of a layer with weights
     * @param own the activation of that layer
     * @return the index of the first activation layer behind it if its own activation is the identity and nothing but dropout
     *     and batch normalization stands between, else {@code index}
     */
    public static int indexOf(List<Layer> layers, int index, IActivation own) {
        return find(index, own, layers::get, i -> i + 1 < layers.size() ? List.of(i + 1) : List.of());
    }

    /**
     * Finds the layer in a graph.
     *
     * @param node the node of a layer with weights
     * @param own the activation of that layer
     * @param layer the layer of a node, or null where it is none
     * @param readers the nodes that read a node's activation
     * @param <N> type of the nodes
     * @return the node of the nearest activation layer if its own activation is the identity and nothing but dropout and batch
     *     normalization stands between, else {@code node}; of several readers the first that leads to one decides
     */
    public static <N> N find(
            N node, IActivation own, Function<N, @Nullable Layer> layer, Function<N, List<N>> readers) {
        N found = own instanceof ActivationIdentity ? behind(node, layer, readers) : null;
        return found == null ? node : found;
    }

    private static <N> @Nullable N behind(N node, Function<N, @Nullable Layer> layer, Function<N, List<N>> readers) {
        for (N reader : readers.apply(node)) {
            Layer read = layer.apply(reader);
            Layer next = read == null ? null : EpConf.definition(read);
            if (next instanceof ActivationLayer) {
                return reader;
            }
            N further = next instanceof DropoutLayer || next instanceof BatchNormalization
                    ? behind(reader, layer, readers)
                    : null;
            if (further != null) {
                return further;
            }
        }
        return null;
    }
}

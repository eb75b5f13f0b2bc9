package io.github.dl4jep.conf;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** Which layer's unit decides about the scale of a layer's weights: its own, or that of an activation layer behind it. */
public final class DecidingUnit {

    private DecidingUnit() {}

    /**
     * Finds the layer.
     *
     * @param layers all layers, in order
     * @param index index of a layer with weights
     * @param own the activation of that layer
     * @return the index of the first activation layer behind it if its own activation is the identity and nothing but dropout
     *     stands between, else {@code index}
     */
    public static int indexOf(List<Layer> layers, int index, IActivation own) {
        for (int i = index + 1; own instanceof ActivationIdentity && i < layers.size(); i++) {
            if (layers.get(i) instanceof ActivationLayer) {
                return i;
            }
            if (!(layers.get(i) instanceof DropoutLayer)) {
                break;
            }
        }
        return index;
    }
}

package io.github.dl4jep.convert;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * A softmax in a layer of its own before a loss layer that leaves its input as it is, as DL4J's Darknet19 and SqueezeNet have it. To
 * EP the softmax belongs to the loss, because potentials meet labels there.
 */
final class SoftmaxBeforeLoss {

    private SoftmaxBeforeLoss() {}

    /** Whether a layer is the softmax of a loss layer behind it. */
    static boolean isSoftmax(LayerNode node) {
        List<LayerNode> readers = node.readers();
        return isSoftmax(node.layer())
                && readers.size() == 1
                && isPlain(readers.get(0).layer())
                && readers.get(0).inputs().size() == 1;
    }

    private static boolean isSoftmax(@Nullable Layer layer) {
        return layer instanceof ActivationLayer activation && activation.getActivationFn() instanceof ActivationSoftmax;
    }

    private static boolean isPlain(@Nullable Layer layer) {
        return layer instanceof LossLayer loss && loss.getActivationFn() instanceof ActivationIdentity;
    }

    /** The loss layer with the softmax before it, if there is one. */
    static LossLayer withSoftmax(LossLayer layer, LayerNode node) {
        if (!isPlain(layer) || node.inputs().stream().noneMatch(SoftmaxBeforeLoss::isSoftmax)) {
            return layer;
        }
        LossLayer with = (LossLayer) layer.clone();
        with.setActivationFn(new ActivationSoftmax());
        return with;
    }
}

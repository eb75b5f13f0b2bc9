package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpConf;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

/**
 * A softmax, or a sigmoid of a binary cross-entropy, directly before a loss layer that leaves its input as it is: in a layer of its
 * own, as DL4J's Darknet19 and SqueezeNet have it, or in a dense layer, as DL4J's Keras importer makes it. To EP it belongs to the
 * loss, because potentials meet labels there.
 */
final class ActivationBeforeLoss {

    private ActivationBeforeLoss() {}

    /** Whether a layer's activation is that of a loss layer behind it. */
    static boolean belongsToLoss(LayerNode node) {
        List<LayerNode> readers = node.readers();
        return readers.size() == 1
                && readers.get(0).inputs().size() == 1
                && readers.get(0).layer() instanceof LossLayer loss
                && loss.getActivationFn() instanceof ActivationIdentity
                && belongs(activation(node.layer()), loss.getLossFn());
    }

    private static @Nullable IActivation activation(@Nullable Layer layer) {
        Layer unfrozen = layer == null ? null : EpConf.unfrozen(layer);
        if (unfrozen instanceof DenseLayer dense) {
            return dense.getActivationFn();
        }
        return unfrozen instanceof ActivationLayer activation ? activation.getActivationFn() : null;
    }

    /** A softmax is no unit at all; a sigmoid is a unit unless the loss is one of probabilities. */
    private static boolean belongs(@Nullable IActivation activation, ILossFunction loss) {
        return activation instanceof ActivationSoftmax
                || (activation instanceof ActivationSigmoid && loss instanceof LossBinaryXENT);
    }

    /** The loss layer with the activation before it, if that belongs to it. */
    static LossLayer withActivation(LossLayer layer, LayerNode node) {
        if (node.inputs().isEmpty() || !belongsToLoss(node.inputs().get(0))) {
            return layer;
        }
        LossLayer with = (LossLayer) layer.clone();
        with.setActivationFn(activation(node.inputs().get(0).layer()));
        return with;
    }
}

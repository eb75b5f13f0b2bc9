package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.EpHiddenLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.LossType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A dense layer or convolution without an activation and the loss layer directly behind it: together they are an output layer, so that
 * classes are learned there as in one, by a teacher and a softmax (docs/algorithm.md, section 4). The weights of both are in the first.
 */
final class ReadoutBeforeLoss {

    private ReadoutBeforeLoss() {}

    /** Whether a layer has the weights of a loss layer's teacher beside those of the potentials. */
    static boolean isReadout(LayerNode node, EpOptions options) {
        return node.readers().size() == 1 && readsReadout(node.readers().get(0), options);
    }

    /** Whether the layer that a loss layer reads has them: not a frozen one. */
    static boolean readsReadout(LayerNode labels, EpOptions options) {
        if (labels.inputs().size() != 1 || labels.rearrangesInput()) {
            return false;
        }
        LayerNode weights = labels.inputs().get(0);
        Layer layer = weights.layer();
        Layer loss = labels.layer();
        if (layer == null || loss == null || weights.readers().size() != 1) {
            return false;
        }
        // What is converted already stays what it is, and the other follows it.
        if (loss instanceof EpLossLayer converted) {
            return converted.isTaught();
        }
        if (layer instanceof EpConf) {
            return layer instanceof EpHiddenLayer converted && converted.getReadoutPrior() != null;
        }
        return options.schedule().getSweepsPerBatch() == 1
                && LayerTypes.canBeReadout(layer, loss)
                && isLinear(weights, options)
                && options.priors()
                        .ofOutput(weights.name(), weights.networkDepth())
                        .hasNormalPosterior()
                && hasTeacher(labels, loss, options);
    }

    private static boolean isLinear(LayerNode node, EpOptions options) {
        return ActivationBeforeLoss.belongsToLoss(node)
                || (node.layer() instanceof BaseLayer layer
                        && options.activationOf(node.name(), layer.getActivationFn()) instanceof ActivationIdentity);
    }

    private static boolean hasTeacher(LayerNode node, Layer loss, EpOptions options) {
        ILossFunction function = LossType.lossOf(loss);
        if (function == null) {
            return false;
        }
        Likelihood chosen = options.likelihood();
        if (chosen != null) {
            return chosen.teacher() != null;
        }
        try {
            return Likelihoods.ofWeights(function, activation(node, loss)).teacher() != null;
        } catch (UnsupportedOperationException e) {
            return false; // The loss layer itself is refused for it.
        }
    }

    private static IActivation activation(LayerNode node, Layer loss) {
        return loss instanceof LossLayer plain
                ? ActivationBeforeLoss.withActivation(plain, node).getActivationFn()
                : ((FeedForwardLayer) loss).getActivationFn();
    }
}

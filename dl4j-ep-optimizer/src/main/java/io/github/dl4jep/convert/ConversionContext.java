package io.github.dl4jep.convert;

import io.github.dl4jep.conf.DecidingUnit;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One layer's place in the network that is converted.
 *
 * @param options the user's options
 * @param node a node that is a layer
 */
record ConversionContext(EpOptions options, LayerNode node) {

    private static final Logger LOG = LoggerFactory.getLogger(EpNetworks.class);

    Layer layer() {
        return Objects.requireNonNull(node.layer());
    }

    /** Whether it is at the end of a chain of layers. */
    boolean isLast() {
        return node.isInChain() && node.readers().isEmpty();
    }

    /** Name for options and messages: the layer's own, else its index. */
    String name() {
        return node.name();
    }

    /** Says in the log that a setting of the definition has no effect under EP, and why. */
    void dropped(String setting, String reason) {
        LOG.info("Layer {}: {} has no effect under EP: {}", node.label(), setting, reason);
    }

    /** Says what DL4J's settings for gradients are left out. */
    void dropGradientSettings(BaseLayer layer) {
        if (layer.getIDropout() != null) {
            dropped("dropout", "weight uncertainty regularises instead; the layer passes its input on unchanged");
        }
        if (isSet(layer.getRegularization()) || isSet(layer.getRegularizationBias())) {
            dropped("l1/l2/weight decay", "the weight prior takes its place (EpOptions.priorScale)");
        }
        if (layer.getWeightNoise() != null) {
            dropped("weight noise", "every weight already has a variance");
        }
        if (isSet(layer.getConstraints())) {
            dropped("constraints", "they would change means without their precisions");
        }
    }

    private static boolean isSet(@Nullable List<?> settings) {
        return settings != null && !settings.isEmpty();
    }

    /**
     * The activation that decides about the scale of this layer's weights: its own, or that of an activation layer behind it that is no
     * part of the loss.
     */
    IActivation activationBehind(IActivation own) {
        LayerNode deciding = DecidingUnit.find(node, own, LayerNode::layer, LayerNode::readers);
        return deciding != node
                        && deciding.layer() instanceof ActivationLayer behind
                        && !ActivationBeforeLoss.belongsToLoss(deciding)
                ? options.activationOf(deciding.name(), behind.getActivationFn())
                : own;
    }

    /** The same place with the layer that this one wraps. */
    ConversionContext around(Layer wrapped) {
        return new ConversionContext(options, node.around(wrapped));
    }

    /** Number of layers with weights on the longest path of the network. */
    int depth() {
        return node.networkDepth();
    }

    /** Number of channels of the layer's input, where the layers before say so; else 0. */
    long outputsBefore() {
        return node.outputsBefore();
    }
}

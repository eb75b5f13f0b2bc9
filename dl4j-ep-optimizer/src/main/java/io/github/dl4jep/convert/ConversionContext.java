package io.github.dl4jep.convert;

import io.github.dl4jep.conf.DecidingUnit;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One layer's place in the network that is converted.
 *
 * @param options the user's options
 * @param layers all DL4J layers, in order
 * @param index index of the layer
 */
record ConversionContext(EpOptions options, List<Layer> layers, int index) {

    private static final Logger LOG = LoggerFactory.getLogger(EpNetworks.class);

    Layer layer() {
        return layers.get(index);
    }

    /** Name for options and messages: the layer's own, else its index. */
    String name() {
        return nameOf(layer(), index);
    }

    private static String nameOf(Layer layer, int at) {
        String name = layer.getLayerName();
        return name == null ? "layer" + at : name;
    }

    /** Says in the log that a setting of the definition has no effect under EP, and why. */
    void dropped(String setting, String reason) {
        LOG.info("Layer \"{}\" (index {}): {} has no effect under EP: {}", name(), index, setting, reason);
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
     * The activation that decides about the scale of this layer's weights: its own, or that of an activation layer behind it.
     */
    IActivation activationBehind(IActivation own) {
        int deciding = DecidingUnit.indexOf(layers, index, own);
        return deciding != index && layers.get(deciding) instanceof ActivationLayer behind
                ? options.activationOf(nameOf(behind, deciding), behind.getActivationFn())
                : own;
    }

    /** The same place with the layer that this one wraps. */
    ConversionContext around(Layer wrapped) {
        List<Layer> unwrapped = new ArrayList<>(layers);
        unwrapped.set(index, wrapped);
        return new ConversionContext(options, unwrapped, index);
    }

    /** Size of the nearest layer before that has one, or 0. */
    long outputsBefore() {
        for (int i = index - 1; i >= 0; i--) {
            Layer layer = layers.get(i) instanceof FrozenLayer frozen ? frozen.getLayer() : layers.get(i);
            if (layer instanceof FeedForwardLayer before && before.getNOut() > 0) {
                return before.getNOut();
            }
        }
        return 0;
    }
}

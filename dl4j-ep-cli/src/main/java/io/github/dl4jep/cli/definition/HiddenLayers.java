package io.github.dl4jep.cli.definition;

import io.github.dl4jep.activation.SpikingActivation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * The units of a definition's hidden layers: the activations of all layers but those that give the outputs. An identity is
 * no unit, so that a dense layer followed by an activation layer has one, and neither is a softmax, which goes to the loss.
 *
 * @param definition the definition, not changed here
 */
public record HiddenLayers(Definition definition) {
    /**
     * The units of a list of layers.
     *
     * @param definition the definition, not changed here
     */
    public HiddenLayers(MultiLayerConfiguration definition) {
        this(Definition.of(definition));
    }

    /**
     * Says whether there are spiking units.
     *
     * @return true if at least one layer spikes
     */
    public boolean spike() {
        return any(unit -> unit instanceof SpikingActivation);
    }

    /**
     * Says whether equal inputs can give different outputs.
     *
     * @return true if at least one layer draws its spikes
     */
    public boolean drawSpikes() {
        return any(unit -> unit instanceof SpikingActivation spiking && spiking.isStochastic());
    }

    /**
     * Names the units, for reports.
     *
     * @return each kind once in the order of the layers, for example {@code relu} or {@code relu,tanh}; {@code none} for a
     *     network without
     */
    public String names() {
        String names = units().map(IActivation::toString).distinct().collect(Collectors.joining(","));
        return names.isEmpty() ? "none" : names;
    }

    /**
     * Puts one kind of unit into all hidden dense, convolution and activation layers that have units.
     *
     * @param unit the unit
     * @return a copy of the definition that differs in nothing else
     */
    public Definition with(IActivation unit) {
        Definition copy = definition.copy();
        for (Definition.Place place : hidden(copy)) {
            Layer layer = place.conf().getLayer();
            if (layer instanceof ActivationLayer activation && isUnit(activation.getActivationFn())) {
                activation.setActivationFn(unit);
            } else if (isReplaceable(layer) && isUnit(((BaseLayer) layer).getActivationFn())) {
                ((BaseLayer) layer).setActivationFn(unit);
            }
        }
        return copy;
    }

    private static boolean isReplaceable(Layer layer) {
        return layer instanceof DenseLayer || layer instanceof ConvolutionLayer;
    }

    private boolean any(Predicate<IActivation> property) {
        return units().anyMatch(property);
    }

    private Stream<IActivation> units() {
        return hidden(definition).stream()
                .flatMap(place -> place.inner().stream())
                .flatMap(layer -> {
                    if (layer instanceof ActivationLayer activation) {
                        return Stream.ofNullable(activation.getActivationFn());
                    }
                    return layer instanceof BaseLayer base ? Stream.ofNullable(base.getActivationFn()) : Stream.empty();
                })
                .filter(HiddenLayers::isUnit);
    }

    private static boolean isUnit(IActivation activation) {
        return !(activation instanceof ActivationIdentity || activation instanceof ActivationSoftmax);
    }

    private static List<Definition.Place> hidden(Definition definition) {
        List<Definition.Place> hidden = new ArrayList<>(definition.layers());
        hidden.removeAll(definition.outputs());
        // These have an activation, but never apply it.
        hidden.removeIf(place -> place.conf().getLayer() instanceof DropoutLayer
                || place.conf().getLayer() instanceof BatchNormalization);
        return hidden;
    }
}

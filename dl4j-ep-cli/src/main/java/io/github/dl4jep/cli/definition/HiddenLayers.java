package io.github.dl4jep.cli.definition;

import io.github.dl4jep.activation.SpikingActivation;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * The units of a definition's hidden layers: the activations of all layers but the last. An identity is no unit, so that a dense
 * layer followed by an activation layer has one.
 *
 * @param definition the definition, not changed here
 */
public record HiddenLayers(MultiLayerConfiguration definition) {
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
     * Puts one kind of unit into all hidden dense and activation layers that have units.
     *
     * @param unit the unit
     * @return a copy of the definition that differs in nothing else
     */
    public MultiLayerConfiguration with(IActivation unit) {
        MultiLayerConfiguration copy = definition.clone();
        for (Layer layer : hidden(copy)) {
            if (layer instanceof ActivationLayer activation && isUnit(activation.getActivationFn())) {
                activation.setActivationFn(unit);
            } else if (layer instanceof DenseLayer dense && isUnit(dense.getActivationFn())) {
                dense.setActivationFn(unit);
            }
        }
        return copy;
    }

    private boolean any(Predicate<IActivation> property) {
        return units().anyMatch(property);
    }

    private Stream<IActivation> units() {
        return hidden(definition).stream()
                .flatMap(layer -> {
                    if (layer instanceof ActivationLayer activation) {
                        return Stream.ofNullable(activation.getActivationFn());
                    }
                    return layer instanceof BaseLayer base ? Stream.ofNullable(base.getActivationFn()) : Stream.empty();
                })
                .filter(HiddenLayers::isUnit);
    }

    private static boolean isUnit(IActivation activation) {
        return !(activation instanceof ActivationIdentity);
    }

    private static List<Layer> hidden(MultiLayerConfiguration definition) {
        List<NeuralNetConfiguration> layers = definition.getConfs();
        return layers.subList(0, layers.size() - 1).stream()
                .map(NeuralNetConfiguration::getLayer)
                .filter(layer -> !(layer instanceof DropoutLayer)) // has an activation, but never applies it
                .toList();
    }
}

package io.github.dl4jep.cli.definition;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/** A DL4J definition of either kind: what a list of layers and a graph have in common. */
public sealed interface Definition permits LayerList, LayerGraph, SameDiffGraph {
    /**
     * A list of layers.
     *
     * @param configuration the definition; changed in place where this is
     * @return the same as one of either kind
     */
    static Definition of(MultiLayerConfiguration configuration) {
        return new LayerList(configuration);
    }

    /**
     * A graph.
     *
     * @param configuration the definition; changed in place where this is
     * @return the same as one of either kind
     */
    static Definition of(ComputationGraphConfiguration configuration) {
        return new LayerGraph(configuration);
    }

    /**
     * A layer and its place.
     *
     * @param key its name in a graph, or its index in a list
     * @param name what to call it in a message: {@code layer 0 (hidden)}, or {@code layer "hidden"} in a graph
     * @param conf DL4J's configuration of the layer; changes reach the definition
     * @param preProcessor what its input goes through first, or null
     */
    record Place(
            String key,
            String name,
            NeuralNetConfiguration conf,
            @Nullable InputPreProcessor preProcessor) {
        /**
         * The layers that this one is made of.
         *
         * @return what is inside of a wrapper, both directions of a bidirectional layer, or the layer itself; changes reach the definition
         */
        public List<Layer> inner() {
            return inner(conf.getLayer()).toList();
        }

        private static Stream<Layer> inner(Layer layer) {
            if (layer instanceof BaseWrapperLayer wrapper) {
                return inner(wrapper.getUnderlying());
            }
            return layer instanceof Bidirectional both
                    ? Stream.concat(inner(both.getFwd()), inner(both.getBwd()))
                    : Stream.of(layer);
        }

        /**
         * Says whether the layer is recurrent.
         *
         * @return true if it, or one inside of it, is
         */
        boolean isRecurrent() {
            return inner().stream().anyMatch(BaseRecurrentLayer.class::isInstance);
        }
    }

    /**
     * All layers, each after those it gets its input from.
     *
     * @return the layers; those that give the network's outputs included
     */
    List<Place> layers();

    /**
     * The layers that give the network's outputs.
     *
     * @return for a list of layers the last one
     */
    List<Place> outputs();

    /**
     * The layers that the network's inputs reach first.
     *
     * @return for a list of layers the first one
     */
    List<Place> inputs();

    /**
     * A layer and those after it, up to the first that is not a layer, or whose output goes to several.
     *
     * @param layer one of {@link #layers()}
     * @return at least the layer itself
     */
    List<Place> pathFrom(Place layer);

    /**
     * Copies the definition.
     *
     * @return a copy that shares nothing
     */
    Definition copy();

    /**
     * Sets the seed of the initial weights.
     *
     * @param seed the seed
     */
    void setSeed(long seed);

    /**
     * Creates DL4J's own network with initial weights; the definition becomes part of it.
     *
     * @return the network
     */
    StockNetwork network();

    /**
     * Hands DL4J's definition to the function for its kind.
     *
     * @param layers what to make of a list of layers
     * @param graph what to make of a graph
     * @param <R> what is made
     * @return what the function makes
     */
    <R> R map(
            Function<? super MultiLayerConfiguration, ? extends R> layers,
            Function<? super ComputationGraphConfiguration, ? extends R> graph);

    /**
     * Returns the JSON of the definition.
     *
     * @return what DL4J's {@code toJson()} writes
     */
    default String toJson() {
        return map(MultiLayerConfiguration::toJson, ComputationGraphConfiguration::toJson);
    }
}

package io.github.dl4jep.convert;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Puts layers that {@link io.github.dl4jep.type.LayerTypes} knows in the place of layers that are written in another way, such as graphs
 * of SameDiff, before a definition is converted. Found by {@link java.util.ServiceLoader}; what has nothing to replace is returned as it
 * is.
 */
public interface DefinitionReader {

    /**
     * A definition of layers.
     *
     * @param configuration the definition; not changed
     * @return the same, or one with other layers
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer cannot be read
     */
    MultiLayerConfiguration read(MultiLayerConfiguration configuration);

    /**
     * A network with its weights.
     *
     * @param network an initialised network; not changed
     * @return the same, or one with other layers that computes the same
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer cannot be read
     */
    MultiLayerNetwork read(MultiLayerNetwork network);

    /**
     * A definition of a graph.
     *
     * @param configuration the definition; not changed
     * @return the same, or one with other layers and vertices
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex cannot be read
     */
    ComputationGraphConfiguration read(ComputationGraphConfiguration configuration);

    /**
     * A graph with its weights.
     *
     * @param graph an initialised graph; not changed
     * @return the same, or one with other layers and vertices that computes the same
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex cannot be read
     */
    ComputationGraph read(ComputationGraph graph);
}

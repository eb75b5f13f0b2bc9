package io.github.dl4jep.runtime;

import io.github.dl4jep.vertex.Vertex;

/** What DL4J makes of an EP layer: a shell that gives the engine its vertex. */
public interface EpRuntime {

    /**
     * The vertex, for the parameters that the layer has when it is used.
     *
     * @return the vertex; for an output layer, one whose activation is the output potentials
     */
    Vertex vertex();

    /**
     * Whether the parameters stay as they are.
     *
     * @return true for a frozen layer
     */
    default boolean isFrozen() {
        return false;
    }
}

package io.github.dl4jep.network;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The workspace into which DL4J wants outputs, where it wants them in one. */
final class OutputWorkspace {

    private OutputWorkspace() {}

    /**
     * Puts a result where it is wanted.
     *
     * @param result a detached array
     * @param workspace the workspace, or null for none; one that is not open is none
     * @return the array, or its copy in the workspace
     */
    static INDArray place(INDArray result, @Nullable MemoryWorkspace workspace) {
        return workspace == null || !workspace.isScopeActive() ? result : result.leverageTo(workspace.getId());
    }
}

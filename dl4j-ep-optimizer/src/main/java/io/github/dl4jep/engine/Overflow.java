package io.github.dl4jep.engine;

import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.VertexGraph;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What is said where finite features give moments that are NaN or infinite.
 *
 * @param graph all vertices
 * @param networkInputs number of inputs of the network
 */
record Overflow(VertexGraph graph, int networkInputs) {

    /** What to do about it. */
    String advice() {
        String always = "Standardise the features, or look for extreme values among them";
        return graph.hasState() ? always + "; recurrent layers need an activation with bounds, such as tanh" : always;
    }

    /**
     * Throws if the potentials of an output are not finite.
     *
     * @param slot the activation that they are
     * @param activations the inputs, then the activations of all or the first of the vertices
     * @param firstRow number of the first row in the arrays that the caller gave
     * @throws DL4JInvalidInputException naming the first layer where a moment is not finite, and its row
     */
    void requireFinite(int slot, List<Moments> activations, long firstRow) {
        if (firstRow(activations.get(slot)) < 0) {
            return;
        }
        int first = networkInputs;
        while (firstRow(activations.get(first)) < 0) {
            first++;
        }
        Moments moments = activations.get(first);
        boolean stacked = moments.mean().size(0) != activations.get(0).mean().size(0);
        String where = graph.nodes().get(first - networkInputs).vertex().describe();
        throw error(stacked ? "A row" : "Row " + (firstRow + firstRow(moments)), where);
    }

    /**
     * Throws if predictions are not finite.
     *
     * @param predictions [rows, ...]
     * @param where what made them of finite potentials
     * @param firstRow number of the first row in the arrays that the caller gave
     * @throws DL4JInvalidInputException naming the row
     */
    void requireFinite(INDArray predictions, String where, long firstRow) {
        long row = firstRow(predictions);
        if (row >= 0) {
            throw error("Row " + (firstRow + row), where);
        }
    }

    private DL4JInvalidInputException error(String row, String where) {
        return new DL4JInvalidInputException(
                row + " gives NaN or infinite moments at " + where + ", so there is no prediction. " + advice());
    }

    /** The first row with a mean or variance that is not finite, or -1. */
    private static long firstRow(Moments moments) {
        long row = firstRow(moments.mean());
        return row >= 0 || moments.variance() == null ? row : firstRow(moments.variance());
    }

    private static long firstRow(INDArray array) {
        long place = BatchCheck.firstNotFinite(array);
        return place < 0 ? -1 : place / (array.length() / array.size(0));
    }
}

package io.github.dl4jep.type.samediff;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A SameDiff vertex of several inputs, as a function of one: its inputs side by side. */
final class VertexOfColumns {

    private VertexOfColumns() {}

    /**
     * Builds the vertex's graph.
     *
     * @param vertex the vertex
     * @param sizes columns of each of its inputs
     * @param sd the graph
     * @param input all inputs, [minibatch, sum of sizes]
     * @param table the vertex's parameters
     * @return what the vertex returns
     */
    static SDVariable define(
            SameDiffVertex vertex, long[] sizes, SameDiff sd, SDVariable input, Map<String, SDVariable> table) {
        List<String> names = vertex.getVertexParams().getInputs();
        Map<String, SDVariable> inputs = new LinkedHashMap<>();
        long from = 0;
        for (int i = 0; i < sizes.length; i++) {
            inputs.put(names.get(i), sizes.length == 1 ? input : columns(sd, input, from, sizes, i));
            from += sizes[i];
        }
        return vertex.defineVertex(sd, inputs, table, new LinkedHashMap<>());
    }

    /** By a product: the derivative of a slice fails in SameDiff. */
    private static SDVariable columns(SameDiff sd, SDVariable input, long from, long[] sizes, int index) {
        INDArray chosen = Nd4j.zeros(input.dataType(), Arrays.stream(sizes).sum(), sizes[index]);
        for (long i = 0; i < sizes[index]; i++) {
            chosen.putScalar(from + i, i, 1);
        }
        return input.mmul(sd.constant(chosen));
    }
}

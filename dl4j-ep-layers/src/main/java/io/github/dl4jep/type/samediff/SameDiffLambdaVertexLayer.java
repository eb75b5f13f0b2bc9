package io.github.dl4jep.type.samediff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A SameDiff vertex without parameters as a lambda layer, whose input are the vertex's inputs side by side. */
public class SameDiffLambdaVertexLayer extends SameDiffLambdaLayer {

    private static final long serialVersionUID = 1L;

    private static final String INPUT = "input";

    /** The vertex of the definition; null until Jackson has set it. */
    private @Nullable SameDiffVertex vertex;

    /** Columns of each input. */
    private long[] sizes = new long[0];

    /** For Jackson. */
    public SameDiffLambdaVertexLayer() {}

    /**
     * A vertex as a layer.
     *
     * @param vertex the vertex, which gets a data type
     * @param sizes columns of each of its inputs
     */
    public SameDiffLambdaVertexLayer(SameDiffVertex vertex, List<Long> sizes) {
        this.vertex = vertex;
        vertex.setDataType(DataType.FLOAT); // Without a type it has no parameters to write down.
        this.sizes = sizes.stream().mapToLong(Long::longValue).toArray();
    }

    /** A lambda vertex keeps the inputs of the first graph that it is asked for, so each graph has a vertex of its own. */
    @Override
    public SDVariable defineLayer(SameDiff sd, SDVariable input) {
        SameDiffVertex fresh = (SameDiffVertex)
                Objects.requireNonNull(vertex, "there is no vertex").clone();
        fresh.setDataType(input.dataType());
        return VertexOfColumns.define(fresh, sizes, sd, input, Map.of());
    }

    /** By computing a row: a lambda vertex need not say it. */
    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        SameDiff sd = SameDiff.create();
        long columns = Arrays.stream(sizes).sum();
        SDVariable returned = defineLayer(sd, sd.placeHolder(INPUT, DataType.DOUBLE, -1, columns));
        return InputType.feedForward(sd.outputSingle(
                        Map.of(INPUT, Nd4j.zeros(DataType.DOUBLE, 1, columns)), returned.name())
                .length());
    }

    /**
     * The vertex.
     *
     * @return the vertex of the user
     */
    public @Nullable SameDiffVertex getVertex() {
        return vertex;
    }

    /**
     * Sets the vertex (for Jackson).
     *
     * @param vertex the vertex of the user
     */
    public void setVertex(SameDiffVertex vertex) {
        this.vertex = vertex;
    }

    /**
     * Columns of each input.
     *
     * @return sizes in the order of the vertex's inputs
     */
    public long[] getSizes() {
        return sizes.clone();
    }

    /**
     * Sets the columns of each input (for Jackson).
     *
     * @param sizes sizes in the order of the vertex's inputs
     */
    public void setSizes(long[] sizes) {
        this.sizes = sizes.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SameDiffLambdaVertexLayer that
                && super.equals(other)
                && Objects.equals(vertex, that.vertex)
                && Arrays.equals(sizes, that.sizes);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof SameDiffLambdaVertexLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), vertex, Arrays.hashCode(sizes));
    }
}

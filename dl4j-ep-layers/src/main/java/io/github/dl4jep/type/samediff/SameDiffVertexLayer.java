package io.github.dl4jep.type.samediff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A SameDiff vertex as a layer, whose input are the vertex's inputs side by side. */
public class SameDiffVertexLayer extends SameDiffLayer {

    private static final long serialVersionUID = 1L;

    /** The vertex of the definition; null until Jackson has set it. */
    private @Nullable SameDiffVertex vertex;

    /** Columns of each input. */
    private long[] sizes = new long[0];

    /** For Jackson. */
    public SameDiffVertexLayer() {}

    /**
     * A vertex as a layer.
     *
     * @param vertex the vertex
     * @param sizes columns of each of its inputs
     */
    public SameDiffVertexLayer(SameDiffVertex vertex, List<Long> sizes) {
        this.vertex = vertex;
        this.sizes = sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private SameDiffVertex present() {
        return Objects.requireNonNull(vertex, "there is no vertex");
    }

    @Override
    public void defineParameters(SDLayerParams params) {
        params.clear();
        SDVertexParams own = present().getVertexParams();
        own.getWeightParameterKeys()
                .forEach(
                        name -> params.addWeightParam(name, own.getParamShapes().get(name)));
        own.getBiasParameterKeys()
                .forEach(name -> params.addBiasParam(name, own.getParamShapes().get(name)));
    }

    @Override
    public void initializeParameters(Map<String, INDArray> params) {
        present().initializeParameters(params);
    }

    @Override
    public SDVariable defineLayer(
            SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
        return VertexOfColumns.define(present(), sizes, sd, input, table);
    }

    /** The type of the input is that of all inputs together. */
    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return present()
                .getOutputType(
                        layerIndex,
                        Arrays.stream(sizes).mapToObj(InputType::feedForward).toArray(InputType[]::new));
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
        return other instanceof SameDiffVertexLayer that
                && super.equals(other)
                && Objects.equals(vertex, that.vertex)
                && Arrays.equals(sizes, that.sizes);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof SameDiffVertexLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), vertex, Arrays.hashCode(sizes));
    }
}

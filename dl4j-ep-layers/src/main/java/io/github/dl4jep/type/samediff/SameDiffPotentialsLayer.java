package io.github.dl4jep.type.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The part of a SameDiff output layer before its loss, as a layer: from its input to what the loss reads. */
public class SameDiffPotentialsLayer extends SameDiffLayer {

    private static final long serialVersionUID = 1L;

    private static final String LABELS = "labels";

    /** The layer of the definition; null until Jackson has set it. */
    private @Nullable SameDiffOutputLayer output;

    /** Place among the layer's ops of the one that computes what the loss reads. */
    private int op;

    /** Columns of what the loss reads. */
    private long units;

    /** For Jackson. */
    public SameDiffPotentialsLayer() {}

    /**
     * The first part of a layer.
     *
     * @param output the layer
     * @param op place of the op that computes what the loss reads, among those that the layer adds to a graph
     * @param units number of columns of that
     */
    public SameDiffPotentialsLayer(SameDiffOutputLayer output, int op, long units) {
        this.output = output;
        this.op = op;
        this.units = units;
    }

    private SameDiffOutputLayer present() {
        return Objects.requireNonNull(output, "there is no output layer");
    }

    @Override
    public void defineParameters(SDLayerParams params) {
        present().defineParameters(params);
    }

    @Override
    public void initializeParameters(Map<String, INDArray> params) {
        present().initializeParameters(params);
    }

    /** The loss is in the graph, too, but is none of it. */
    @Override
    public SDVariable defineLayer(
            SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
        List<String> losses = new ArrayList<>(sd.getLossVariables());
        int before = sd.getOps().size();
        present().defineLayer(sd, input, sd.placeHolder(LABELS, input.dataType(), -1, -1), table);
        sd.setLossVariables(losses.toArray(String[]::new));
        List<SameDiffOp> ops = List.copyOf(sd.getOps().values());
        return sd.getVariable(ops.get(before + op).getOutputsOfOp().get(0));
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return InputType.feedForward(units);
    }

    /**
     * The output layer.
     *
     * @return the layer of the user
     */
    public @Nullable SameDiffOutputLayer getOutput() {
        return output;
    }

    /**
     * Sets the output layer (for Jackson).
     *
     * @param output the layer of the user
     */
    public void setOutput(SameDiffOutputLayer output) {
        this.output = output;
    }

    /**
     * Place of the op that computes what the loss reads.
     *
     * @return 0 for the first op that the layer adds to a graph
     */
    public int getOp() {
        return op;
    }

    /**
     * Sets the place of the op (for Jackson).
     *
     * @param op 0 for the first op that the layer adds to a graph
     */
    public void setOp(int op) {
        this.op = op;
    }

    /**
     * Columns of what the loss reads.
     *
     * @return number of outputs
     */
    public long getUnits() {
        return units;
    }

    /**
     * Sets the columns of what the loss reads (for Jackson).
     *
     * @param units number of outputs
     */
    public void setUnits(long units) {
        this.units = units;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SameDiffPotentialsLayer that
                && super.equals(other)
                && Objects.equals(output, that.output)
                && op == that.op
                && units == that.units;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof SameDiffPotentialsLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), output, op, units);
    }
}

package io.github.dl4jep.conf;

import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.runtime.BidirectionalRuntime;
import io.github.dl4jep.type.recurrent.BidirectionalType;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Two recurrent layers whose weights have posteriors, one of which reads sequences backwards.
 *
 * <p>The names of the parameters begin with {@code forward} or {@code backward}; the rest is that of {@link EpRecurrentLayer}.
 *
 * <p>Quality: Preview.
 */
public class EpBidirectionalLayer extends EpHiddenLayer {

    private static final long serialVersionUID = 1L;

    /** The layer of the definition. */
    private org.deeplearning4j.nn.conf.layers.Layer original = new Bidirectional(new LSTM.Builder().build());

    /** For Jackson. */
    public EpBidirectionalLayer() {}

    /**
     * A layer of two directions.
     *
     * @param original the DL4J layer, whose name, sizes and activation are taken over
     * @param weightPrior prior of weights and biases
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpBidirectionalLayer(
            org.deeplearning4j.nn.conf.layers.Layer original, WeightPrior weightPrior, double priorGain) {
        this.original = original;
        setWeightPrior(weightPrior);
        setPriorGain(priorGain);
        setLayerName(original.getLayerName());
        setActivationFn(forward().getActivationFn());
        takeSizes();
    }

    private void takeSizes() {
        setNIn(forward().getNIn());
        setNOut(forward().getNOut());
    }

    /**
     * The layer that reads forwards.
     *
     * @return an EP layer with the prior of this one
     */
    public EpRecurrentLayer forward() {
        return new EpRecurrentLayer(BidirectionalType.forward(original), getWeightPrior(), getPriorGain());
    }

    /**
     * The layer that reads backwards.
     *
     * @return an EP layer with the prior of this one
     */
    public EpRecurrentLayer backward() {
        return new EpRecurrentLayer(BidirectionalType.backward(original), getWeightPrior(), getPriorGain());
    }

    @Override
    Layer newRuntime(NeuralNetConfiguration conf, DataType dataType) {
        return new BidirectionalRuntime(conf, dataType);
    }

    @Override
    public PosteriorLayout initializer() {
        return BidirectionalType.parameters(this);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        InputType output = original.getOutputType(layerIndex, inputType);
        // DL4J forgets the number of steps where both directions stand side by side.
        return output instanceof InputType.InputTypeRecurrent both
                        && inputType instanceof InputType.InputTypeRecurrent steps
                ? InputType.recurrent(both.getSize(), steps.getTimeSeriesLength(), both.getFormat())
                : output;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        original.setNIn(inputType, override);
        takeSizes();
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return original.getPreProcessorForInputType(inputType);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        LayerMemoryReport one = forward().getMemoryReport(inputType);
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, getOutputType(-1, inputType))
                .standardMemory(2 * one.getParameterSize(), 0)
                .workingMemory(
                        2 * one.getWorkingMemoryFixedInference(),
                        2 * one.getWorkingMemoryVariableInference(),
                        2 * one.getWorkingMemoryFixedInference(),
                        2 * one.getWorkingMemoryVariableInference())
                .cacheMemory(
                        org.deeplearning4j.nn.conf.memory.MemoryReport.CACHE_MODE_ALL_ZEROS,
                        org.deeplearning4j.nn.conf.memory.MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    /**
     * The DL4J layer.
     *
     * @return a layer of two directions
     */
    public org.deeplearning4j.nn.conf.layers.Layer getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer.
     *
     * @param original a layer of two directions
     */
    public void setOriginal(org.deeplearning4j.nn.conf.layers.Layer original) {
        this.original = original;
    }

    @Override
    public org.deeplearning4j.nn.conf.layers.Layer definition() {
        return original;
    }

    @Override
    public EpBidirectionalLayer clone() {
        EpBidirectionalLayer copy = (EpBidirectionalLayer) super.clone();
        copy.original = original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpBidirectionalLayer that && super.equals(other) && original.equals(that.original);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpBidirectionalLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), original);
    }
}

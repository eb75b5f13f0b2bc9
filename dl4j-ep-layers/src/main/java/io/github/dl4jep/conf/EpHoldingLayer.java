package io.github.dl4jep.conf;

import io.github.dl4jep.weight.WeightPrior;
import java.util.Objects;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;

/**
 * A layer whose weights have posteriors, with the sizes and settings of the DL4J layer that it holds.
 *
 * @param <O> type of the DL4J layer
 */
public abstract class EpHoldingLayer<O extends Layer> extends EpHiddenLayer {

    private static final long serialVersionUID = 1L;

    /** The DL4J layer. */
    private O original;

    /**
     * For Jackson.
     *
     * @param original any layer
     */
    protected EpHoldingLayer(O original) {
        this.original = original;
    }

    /**
     * A layer with posteriors.
     *
     * @param original the DL4J layer, whose name and sizes are taken over
     * @param activation the activation
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    protected EpHoldingLayer(O original, IActivation activation, WeightPrior weightPrior, double priorGain) {
        this.original = original;
        setWeightPrior(weightPrior);
        setPriorGain(priorGain);
        setLayerName(original.getLayerName());
        setActivationFn(activation);
        takeSizes(original);
    }

    /**
     * Takes the numbers of inputs and outputs over.
     *
     * @param layer the DL4J layer
     */
    void takeSizes(O layer) {
        if (layer instanceof FeedForwardLayer sized) {
            setNIn(sized.getNIn());
            setNOut(sized.getNOut());
        }
    }

    @Override
    public O definition() {
        return original;
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return original.getOutputType(layerIndex, inputType);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        original.setNIn(inputType, override);
        takeSizes(original);
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return original.getPreProcessorForInputType(inputType);
    }

    /**
     * The DL4J layer.
     *
     * @return sizes and data format
     */
    public O getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer (for Jackson).
     *
     * @param original sizes and data format
     */
    public void setOriginal(O original) {
        this.original = original;
    }

    @Override
    @SuppressWarnings("unchecked") // a clone has the type of what it is a clone of
    public EpHoldingLayer<O> clone() {
        EpHoldingLayer<O> copy = (EpHoldingLayer<O>) super.clone();
        copy.original = (O) original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpHoldingLayer<?> that && super.equals(other) && original.equals(that.original);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpHoldingLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), original);
    }
}

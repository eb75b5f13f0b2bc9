package io.github.dl4jep.conf;

import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.runtime.WrapperRuntime;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A DL4J wrapper around an EP layer, such as the last time step of a recurrent layer.
 *
 * <p>Quality: Preview.
 */
public class EpWrapperLayer extends BaseWrapperLayer implements EpConf {

    private static final long serialVersionUID = 1L;

    /** The layer of the definition. */
    private BaseWrapperLayer original = new LastTimeStep(new LSTM.Builder().build());

    /** For Jackson. */
    public EpWrapperLayer() {}

    /**
     * A wrapper.
     *
     * @param original the DL4J wrapper, with the DL4J layer in it
     * @param underlying the EP layer of that layer
     */
    public EpWrapperLayer(BaseWrapperLayer original, Layer underlying) {
        super(underlying);
        this.original = original;
        setLayerName(original.getLayerName());
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        NeuralNetConfiguration inner = conf.clone();
        inner.setLayer(underlying);
        inner.clearVariables();
        org.deeplearning4j.nn.api.Layer runtime = underlying.instantiate(
                inner, trainingListeners, layerIndex, layerParamsView, initializeParams, networkDataType);
        if (!(runtime instanceof EpRuntime layer)) {
            throw new DL4JInvalidConfigException("Layer " + layerIndex + " wraps a "
                    + underlying.getClass().getSimpleName() + "; allowed are EP layers");
        }
        conf.clearVariables();
        inner.variables().forEach(conf::addVariable);
        return new WrapperRuntime(conf, this, runtime, layer);
    }

    @Override
    public ParamInitializer initializer() {
        return underlying.initializer(); // The layouts of EP layers do not look at the configuration again.
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return original.getOutputType(layerIndex, inputType);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        original.setNIn(inputType, override);
        boolean ofSteps = original instanceof TimeDistributed && inputType instanceof InputType.InputTypeRecurrent;
        underlying.setNIn(
                ofSteps ? InputType.feedForward(((InputType.InputTypeRecurrent) inputType).getSize()) : inputType,
                override);
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return original.getPreProcessorForInputType(inputType);
    }

    @Override
    public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
        return null;
    }

    @Override
    public IUpdater getUpdaterByParam(String paramName) {
        return new NoOp();
    }

    /**
     * The DL4J wrapper.
     *
     * @return the wrapper, with the DL4J layer in it
     */
    public BaseWrapperLayer getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J wrapper.
     *
     * @param original the wrapper, with the DL4J layer in it
     */
    public void setOriginal(BaseWrapperLayer original) {
        this.original = original;
    }

    @Override
    public Layer definition() {
        return original;
    }

    @Override
    public EpWrapperLayer clone() {
        EpWrapperLayer copy = (EpWrapperLayer) super.clone();
        copy.underlying = underlying.clone();
        copy.original = (BaseWrapperLayer) original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpWrapperLayer that
                && super.equals(other)
                && Objects.equals(underlying, that.underlying)
                && original.equals(that.original);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpWrapperLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), underlying, original);
    }
}

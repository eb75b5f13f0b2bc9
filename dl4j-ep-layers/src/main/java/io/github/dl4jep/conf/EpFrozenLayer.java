package io.github.dl4jep.conf;

import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.runtime.FrozenRuntime;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * An EP layer whose posterior is never updated: moments and messages pass, and what a batch says about its weights is dropped.
 *
 * <p>Quality: Preview.
 */
public class EpFrozenLayer extends BaseWrapperLayer implements EpConf {

    private static final long serialVersionUID = 1L;

    /** Whether DL4J's own frozen layer passes gradients on. */
    private boolean withBackprop;

    /** For Jackson. */
    public EpFrozenLayer() {}

    /**
     * A frozen layer.
     *
     * @param underlying an EP layer
     * @param withBackprop whether DL4J's own layer was a {@code FrozenLayerWithBackprop}, which a plain network gets again
     */
    public EpFrozenLayer(Layer underlying, boolean withBackprop) {
        super(underlying);
        this.withBackprop = withBackprop;
        setLayerName(underlying.getLayerName());
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
            throw new DL4JInvalidConfigException("Layer " + layerIndex + " is frozen, but what it wraps is a "
                    + underlying.getClass().getSimpleName() + "; allowed are EP layers");
        }
        conf.clearVariables();
        inner.variables().forEach(conf::addVariable);
        return new FrozenRuntime(this, runtime, layer);
    }

    @Override
    public ParamInitializer initializer() {
        return underlying.initializer(); // The layouts of EP layers do not look at the configuration again.
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
     * Whether DL4J's own frozen layer passes gradients on.
     *
     * @return true for {@code FrozenLayerWithBackprop}
     */
    public boolean isWithBackprop() {
        return withBackprop;
    }

    /**
     * Sets whether DL4J's own frozen layer passes gradients on (for Jackson).
     *
     * @param withBackprop true for {@code FrozenLayerWithBackprop}
     */
    public void setWithBackprop(boolean withBackprop) {
        this.withBackprop = withBackprop;
    }

    @Override
    public Layer definition() {
        return EpConf.definition(underlying);
    }

    @Override
    public EpFrozenLayer clone() {
        EpFrozenLayer copy = (EpFrozenLayer) super.clone();
        copy.underlying = underlying.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpFrozenLayer that
                && super.equals(other)
                && Objects.equals(underlying, that.underlying)
                && withBackprop == that.withBackprop;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpFrozenLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), underlying, withBackprop);
    }
}

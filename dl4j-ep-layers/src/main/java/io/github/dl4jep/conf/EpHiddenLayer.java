package io.github.dl4jep.conf;

import io.github.dl4jep.unit.Units;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/** A layer whose weights have posteriors, with a unit: what such configurations share. */
public abstract class EpHiddenLayer extends FeedForwardLayer implements EpWeightConf {

    private static final long serialVersionUID = 1L;

    /** Prior of weights and bias. */
    private WeightPrior weightPrior = new GaussianPrior();
    /** Gain of the prior, or 0 for the default. */
    private double priorGain;
    /** Prior of the weights beside those of the teacher of a loss layer behind this layer, or null where there is none. */
    private @Nullable GaussianPrior readoutPrior;

    /** For Jackson. */
    protected EpHiddenLayer() {
        setIUpdater(new NoOp());
    }

    /**
     * A layer from its builder.
     *
     * @param builder name, sizes and activation
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    protected EpHiddenLayer(FeedForwardLayer.Builder<?> builder, WeightPrior weightPrior, double priorGain) {
        super(builder);
        this.weightPrior = weightPrior;
        this.priorGain = priorGain;
        // What an EP layer learns is no gradient step, so DL4J's updaters have nothing to do here.
        setIUpdater(new NoOp());
    }

    /** A runtime without parameters yet. */
    abstract Layer newRuntime(NeuralNetConfiguration conf, DataType dataType);

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet(getClass().getSimpleName(), getLayerName(), layerIndex, getNIn(), getNOut());
        return new Instantiation(conf, trainingListeners, layerIndex, layerParamsView, initializeParams)
                .of(newRuntime(conf, networkDataType), this);
    }

    @Override
    public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
        return null; // The prior takes this role.
    }

    @Override
    public IUpdater getUpdaterByParam(String paramName) {
        return new NoOp();
    }

    @Override
    public WeightPrior getWeightPrior() {
        return weightPrior;
    }

    @Override
    public void setWeightPrior(WeightPrior weightPrior) {
        this.weightPrior = weightPrior;
    }

    /**
     * The gain of the prior.
     *
     * @return a positive number, or 0 for that of the layer's unit
     */
    public double getPriorGain() {
        return priorGain;
    }

    /**
     * Sets the gain of the prior (for Jackson).
     *
     * @param priorGain a positive number, or 0 for that of the layer's unit
     */
    public void setPriorGain(double priorGain) {
        this.priorGain = priorGain;
    }

    /**
     * The prior of a second array of weights, which is added to the first: where a loss layer follows directly, the first is its teacher's.
     *
     * @return a Gaussian, or null where there is one array of weights
     */
    public @Nullable GaussianPrior getReadoutPrior() {
        return readoutPrior;
    }

    /**
     * Sets the prior of a second array of weights.
     *
     * @param readoutPrior a Gaussian, or null for one array of weights; the loss layer behind must have a teacher
     *     ({@link EpLossLayer#setTaught})
     */
    public void setReadoutPrior(@Nullable GaussianPrior readoutPrior) {
        this.readoutPrior = readoutPrior;
    }

    /**
     * The gain of the prior in effect.
     *
     * @return what was set, else that of the layer's unit
     */
    public double gain() {
        return priorGain > 0 ? priorGain : Units.of(getActivationFn()).priorGain();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpHiddenLayer that
                && super.equals(other)
                && weightPrior.equals(that.weightPrior)
                && Double.compare(priorGain, that.priorGain) == 0
                && Objects.equals(readoutPrior, that.readoutPrior);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpHiddenLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), weightPrior, priorGain, readoutPrior);
    }
}

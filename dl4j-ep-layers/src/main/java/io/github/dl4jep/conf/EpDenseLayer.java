package io.github.dl4jep.conf;

import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.runtime.DenseRuntime;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A dense layer whose weights have posteriors: {@code activation(input x W + b)}, W [nIn, nOut], b [1, nOut].
 *
 * <p>Quality: Preview.
 */
public class EpDenseLayer extends FeedForwardLayer implements EpWeightConf {

    private static final long serialVersionUID = 1L;

    /** Whether there is a bias. */
    private boolean hasBias = true;
    /** Prior of weights and bias. */
    private WeightPrior weightPrior = new GaussianPrior();
    /** Gain of the prior, or 0 for the default. */
    private double priorGain;

    /** For Jackson. */
    public EpDenseLayer() {
        setIUpdater(new NoOp());
    }

    /**
     * A layer from its builder.
     *
     * @param builder the builder
     */
    protected EpDenseLayer(Builder builder) {
        super(builder);
        this.hasBias = builder.hasBias;
        this.weightPrior = builder.weightPrior;
        this.priorGain = builder.priorGain;
        // What an EP layer learns is no gradient step, so DL4J's updaters have nothing to do here.
        setIUpdater(new NoOp());
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("EpDenseLayer", getLayerName(), layerIndex, getNIn(), getNOut());
        DenseRuntime runtime = new DenseRuntime(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setParamsViewArray(layerParamsView);
        runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public PosteriorParamInitializer initializer() {
        return LayerPriors.initializer(this, weightPrior, priorGain, hasBias, null);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        return LayerPriors.memoryReport(this, inputType, getOutputType(-1, inputType));
    }

    @Override
    public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
        return null; // The prior takes this role.
    }

    @Override
    public IUpdater getUpdaterByParam(String paramName) {
        return new NoOp();
    }

    /**
     * Whether there is a bias.
     *
     * @return true for a bias
     */
    public boolean isHasBias() {
        return hasBias;
    }

    /**
     * Sets whether there is a bias (for Jackson).
     *
     * @param hasBias true for a bias
     */
    public void setHasBias(boolean hasBias) {
        this.hasBias = hasBias;
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpDenseLayer that
                && super.equals(other)
                && hasBias == that.hasBias
                && weightPrior.equals(that.weightPrior)
                && Double.compare(priorGain, that.priorGain) == 0;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpDenseLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), hasBias, weightPrior, priorGain);
    }

    /** Builds an {@link EpDenseLayer}, in DL4J's style. */
    @SuppressWarnings("unchecked") // DL4J declares build() with a type of its own
    public static class Builder extends FeedForwardLayer.Builder<Builder> {

        private boolean hasBias = true;
        private WeightPrior weightPrior = new GaussianPrior();
        private double priorGain;

        /** An empty builder. */
        public Builder() {}

        /**
         * Sets whether there is a bias; default true.
         *
         * @param hasBias true for a bias
         * @return this builder
         */
        public Builder hasBias(boolean hasBias) {
            this.hasBias = hasBias;
            return this;
        }

        /**
         * Sets the prior of weights and bias; default Gaussian of scale .5.
         *
         * @param weightPrior the prior
         * @return this builder
         */
        public Builder weightPrior(WeightPrior weightPrior) {
            this.weightPrior = weightPrior;
            return this;
        }

        /**
         * Sets the gain of the prior: 2 where a ReLU follows in a layer of its own; default: that of this layer's unit.
         *
         * @param priorGain a positive number, or 0 for that of the layer's unit
         * @return this builder
         */
        public Builder priorGain(double priorGain) {
            this.priorGain = priorGain;
            return this;
        }

        @Override
        public EpDenseLayer build() {
            return new EpDenseLayer(this);
        }
    }
}

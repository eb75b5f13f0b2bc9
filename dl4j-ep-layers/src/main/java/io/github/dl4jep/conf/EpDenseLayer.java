package io.github.dl4jep.conf;

import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.runtime.DenseRuntime;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A dense layer whose weights have posteriors: {@code activation(input x W + b)}, W [nIn, nOut], b [1, nOut].
 *
 * <p>Quality: Preview.
 */
public class EpDenseLayer extends EpHiddenLayer {

    private static final long serialVersionUID = 1L;

    /** Whether there is a bias. */
    private boolean hasBias = true;

    /** For Jackson. */
    public EpDenseLayer() {}

    /**
     * A layer from its builder.
     *
     * @param builder the builder
     */
    protected EpDenseLayer(Builder builder) {
        super(builder, builder.weightPrior, builder.priorGain);
        this.hasBias = builder.hasBias;
    }

    @Override
    Layer newRuntime(NeuralNetConfiguration conf, DataType dataType) {
        return new DenseRuntime(conf, dataType);
    }

    @Override
    public PosteriorParamInitializer initializer() {
        return LayerPriors.initializer(this, getWeightPrior(), gain(), hasBias, null, getReadoutPrior());
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long ofTeacher = LayerPriors.ofTeacher(getReadoutPrior() != null, inputType);
        return LayerPriors.memoryReport(this, inputType, getOutputType(-1, inputType), getNIn(), ofTeacher);
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
    public EpDenseLayer definition() {
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpDenseLayer that && super.equals(other) && hasBias == that.hasBias;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpDenseLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), hasBias);
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
         * Sets the prior of weights and bias. Default: Gaussian of scale .5, whatever the depth of the network; the conversion of a
         * DL4J network chooses the scale by its depth.
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

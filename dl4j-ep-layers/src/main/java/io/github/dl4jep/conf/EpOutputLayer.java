package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.ReadoutWeights;
import io.github.dl4jep.runtime.OutputRuntime;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A dense output layer whose weights have posteriors, with a likelihood in place of the loss. Loss and activation are kept: they
 * select the likelihood, and DL4J's evaluation looks at them.
 *
 * <p>Quality: Preview.
 */
public class EpOutputLayer extends EpLabelledLayer implements EpWeightConf {

    private static final long serialVersionUID = 1L;
    private static final double DEFAULT_GAIN = 1;

    /** Prior of weights and bias. */
    private WeightPrior weightPrior = new GaussianPrior();
    /** Gain of the prior, or 0 for the default. */
    private double priorGain;
    /** Prior of the weights that are added to those of a teacher. */
    private GaussianPrior readoutPrior = ReadoutWeights.DEFAULT_PRIOR;

    /** For Jackson. */
    public EpOutputLayer() {
        super(new Builder());
    }

    /**
     * A layer from its builder.
     *
     * @param builder the builder
     */
    protected EpOutputLayer(Builder builder) {
        super(builder);
        this.weightPrior = builder.weightPrior;
        this.priorGain = builder.priorGain;
        setLikelihood(builder.likelihood);
        setSchedule(builder.schedule);
        setPassCounter(builder.passCounter);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("EpOutputLayer", getLayerName(), layerIndex, getNIn(), getNOut());
        return new Instantiation(conf, trainingListeners, layerIndex, layerParamsView, initializeParams)
                .of(new OutputRuntime(conf, networkDataType), this);
    }

    @Override
    public PosteriorParamInitializer initializer() {
        return LayerPriors.initializer(
                this,
                weightPrior,
                priorGain > 0 ? priorGain : DEFAULT_GAIN,
                hasBias(),
                effectiveLikelihood(),
                readoutPrior);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        FeedForwardLayer original = getOriginal();
        if (original == null) {
            super.setNIn(inputType, override);
        } else {
            original.setNIn(inputType, override);
            setNIn(original.getNIn());
        }
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long ofTeacher = LayerPriors.ofTeacher(effectiveLikelihood().teacher() != null, inputType);
        return LayerPriors.memoryReport(this, inputType, getOutputType(-1, inputType), getNIn(), ofTeacher);
    }

    @Override
    Likelihood defaultLikelihood() {
        return whyNoTeacher() == null
                ? Likelihoods.ofWeights(getLossFn(), getActivationFn())
                : super.defaultLikelihood();
    }

    /**
     * Why no likelihood with a teacher can be here: it needs one sweep, because in a further one it would take what the other moved for its
     * own.
     *
     * @return the reason, or null if there is none
     */
    public @Nullable String whyNoTeacher() {
        int sweeps = getSchedule().getSweepsPerBatch();
        return sweeps == 1 ? null : "there are " + sweeps + " sweeps per batch";
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
     * @return a positive number, or 0 for that of an output layer, 1
     */
    public double getPriorGain() {
        return priorGain;
    }

    /**
     * Sets the gain of the prior (for Jackson).
     *
     * @param priorGain a positive number, or 0 for that of an output layer, 1
     */
    public void setPriorGain(double priorGain) {
        this.priorGain = priorGain;
    }

    /**
     * The prior of the weights that are added to those of a teacher, where the likelihood has one.
     *
     * @return a Gaussian, whose scale is that of a layer of gain 1
     */
    public GaussianPrior getReadoutPrior() {
        return readoutPrior;
    }

    /**
     * Sets the prior of the weights that are added to those of a teacher.
     *
     * @param readoutPrior a Gaussian, whose scale is that of a layer of gain 1
     */
    public void setReadoutPrior(GaussianPrior readoutPrior) {
        this.readoutPrior = readoutPrior;
    }

    @Override
    public EpOutputLayer clone() {
        return (EpOutputLayer) super.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpOutputLayer that
                && super.equals(other)
                && weightPrior.equals(that.weightPrior)
                && Double.compare(priorGain, that.priorGain) == 0
                && readoutPrior.equals(that.readoutPrior);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpOutputLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), weightPrior, priorGain, readoutPrior);
    }

    /** Builds an {@link EpOutputLayer}, in DL4J's style; default: MCXENT with softmax. */
    @SuppressWarnings("unchecked") // DL4J declares build() with a type of its own
    public static class Builder extends BaseOutputLayer.Builder<Builder> {

        private WeightPrior weightPrior = new GaussianPrior();
        private double priorGain;
        private @Nullable Likelihood likelihood;
        private TrainingSchedule schedule = new TrainingSchedule();
        private PassCounter passCounter = new PassCounter();

        /** A builder for MCXENT with softmax. */
        public Builder() {
            this(new LossMCXENT());
        }

        /**
         * A builder for a loss; the activation starts as softmax, as in DL4J.
         *
         * @param lossFunction the loss, which selects the likelihood
         */
        public Builder(LossFunctions.LossFunction lossFunction) {
            this(lossFunction.getILossFunction());
        }

        /**
         * A builder for a loss; the activation starts as softmax, as in DL4J.
         *
         * @param lossFunction the loss, which selects the likelihood
         */
        public Builder(ILossFunction lossFunction) {
            setLossFn(lossFunction);
            setActivationFn(new ActivationSoftmax());
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
         * Sets the gain of the prior.
         *
         * @param priorGain a positive number, or 0 for that of an output layer, 1
         * @return this builder
         */
        public Builder priorGain(double priorGain) {
            this.priorGain = priorGain;
            return this;
        }

        /**
         * Sets the likelihood; default: the one of loss and activation.
         *
         * @param likelihood the likelihood
         * @return this builder
         */
        public Builder likelihood(@Nullable Likelihood likelihood) {
            this.likelihood = likelihood;
            return this;
        }

        /**
         * Sets the schedule; the default needs no tuning.
         *
         * @param schedule the schedule
         * @return this builder
         */
        public Builder schedule(TrainingSchedule schedule) {
            this.schedule = schedule;
            return this;
        }

        /**
         * Sets how many batches a pass has, for training without epochs.
         *
         * @param passCounter the counter to start with
         * @return this builder
         */
        public Builder passCounter(PassCounter passCounter) {
            this.passCounter = passCounter;
            return this;
        }

        @Override
        public EpOutputLayer build() {
            return new EpOutputLayer(this);
        }
    }
}

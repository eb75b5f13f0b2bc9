package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A layer with a likelihood in place of a loss: what such configurations share. Loss and activation are kept: they select the likelihood,
 * and DL4J's evaluation looks at them.
 */
public abstract class EpLabelledLayer extends BaseOutputLayer implements EpOutputConf {

    private static final long serialVersionUID = 1L;

    /** The likelihood, or null for the one of loss and activation. */
    private @Nullable Likelihood likelihood;
    /** How batches are counted. */
    private TrainingSchedule schedule = new TrainingSchedule();
    /** How many batches a pass has. */
    private PassCounter passCounter = new PassCounter();
    /** The DL4J layer if it takes labels at every position, or null. */
    private @Nullable FeedForwardLayer original;

    /**
     * A layer from its builder.
     *
     * @param builder name, sizes, loss and activation
     */
    protected EpLabelledLayer(EpOutputLayer.Builder builder) {
        super(builder);
        setIUpdater(new NoOp());
    }

    @Override
    public Layer definition() {
        return original == null ? this : original;
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
    public Likelihood effectiveLikelihood() {
        return likelihood == null ? defaultLikelihood() : likelihood;
    }

    /** The likelihood that loss and activation stand for. */
    Likelihood defaultLikelihood() {
        return Likelihoods.of(getLossFn(), getActivationFn());
    }

    /**
     * The likelihood, if one was set.
     *
     * @return the likelihood, or null for the one of loss and activation
     */
    public @Nullable Likelihood getLikelihood() {
        return likelihood;
    }

    @Override
    public void setLikelihood(@Nullable Likelihood likelihood) {
        this.likelihood = likelihood;
    }

    @Override
    public TrainingSchedule getSchedule() {
        return schedule;
    }

    /**
     * Sets the schedule (for Jackson).
     *
     * @param schedule the schedule
     */
    public void setSchedule(TrainingSchedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public PassCounter getPassCounter() {
        return passCounter;
    }

    @Override
    public void setPassCounter(PassCounter passCounter) {
        this.passCounter = passCounter;
    }

    /**
     * The DL4J layer, if it takes labels at every position of an example.
     *
     * @return the layer, or null for labels [minibatch, outputs]
     */
    public @Nullable FeedForwardLayer getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer whose labels are at every position of an example.
     *
     * @param original a layer with or without weights; or null for labels [minibatch, outputs]
     */
    public void setOriginal(@Nullable FeedForwardLayer original) {
        this.original = original;
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return original == null
                ? super.getOutputType(layerIndex, inputType)
                : original.getOutputType(layerIndex, inputType);
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return original == null
                ? super.getPreProcessorForInputType(inputType)
                : original.getPreProcessorForInputType(inputType);
    }

    @Override
    public EpLabelledLayer clone() {
        EpLabelledLayer copy = (EpLabelledLayer) super.clone();
        copy.original = original == null ? null : (FeedForwardLayer) original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpLabelledLayer that
                && super.equals(other)
                && Objects.equals(likelihood, that.likelihood)
                && schedule.equals(that.schedule)
                && passCounter.equals(that.passCounter)
                && Objects.equals(original, that.original);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpLabelledLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), likelihood, schedule, passCounter, original);
    }
}

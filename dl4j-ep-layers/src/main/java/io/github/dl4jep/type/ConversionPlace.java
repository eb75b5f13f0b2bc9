package io.github.dl4jep.type;

import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import io.github.dl4jep.window.MaxPoolingKind;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;

/** What a layer type asks when it converts: the layer's place in the network, and the user's options for it. */
public interface ConversionPlace {

    /**
     * The prior of hidden weights here.
     *
     * @return the one that was chosen, else a Gaussian for the network's depth
     */
    WeightPrior hiddenPrior();

    /**
     * Prior of the weights of a recurrent layer.
     *
     * @param hasMemory whether its cell has a memory beside the activation, as that of an LSTM
     * @return the prior
     */
    WeightPrior recurrentPrior(boolean hasMemory);

    /**
     * The prior of weights next to labels here.
     *
     * @return the one that was chosen, else a Gaussian for the network's depth
     */
    WeightPrior outputPrior();

    /**
     * The activation that an option puts in place of the defined one.
     *
     * @param defined the definition's activation
     * @return an activation that has a unit
     * @throws UnsupportedOperationException if it has none
     */
    IActivation activation(IActivation defined);

    /**
     * The gain of the prior of weights that read this layer's input.
     *
     * @param activation the activation after the weights
     * @return what the unit that decides wants, less if the input are maxima
     */
    double gain(IActivation activation);

    /**
     * The part of the gain that the input decides.
     *
     * @return 1, less if the input are maxima
     */
    double inputGain();

    /**
     * The factor of the variance of the prior that the weights of a softmax or sigmoid have beside their teacher's.
     *
     * @return 1, less if the input are maxima over all positions
     */
    double readoutGain();

    /**
     * The prior of a second array of weights beside those of this layer, where a loss layer with a teacher follows directly.
     *
     * @return the prior, or null where there is no such layer
     */
    @Nullable
    GaussianPrior readoutPrior();

    /**
     * Whether the layer before this loss layer has a second array of weights, so that the loss can have a teacher.
     *
     * @return true where its {@link #readoutPrior} is not null
     */
    boolean readsReadout();

    /**
     * Whether the activation belongs to the likelihood of a loss layer directly after it.
     *
     * @return true for a softmax, or a sigmoid of probabilities, before a loss layer
     */
    boolean belongsToLoss();

    /**
     * A loss layer with the activation before it, if that belongs to it.
     *
     * @param layer the loss layer at this place
     * @return the same, or a copy with that activation
     */
    LossLayer withActivationBefore(LossLayer layer);

    /**
     * Refuses a layer that ends the network without taking labels.
     *
     * @param layer the layer at this place
     * @throws UnsupportedOperationException if it is the last and could be an output; says how
     */
    void refuseMissingOutput(Layer layer);

    /**
     * Refuses an option that replaces this layer's activation, because that belongs to a loss.
     *
     * @throws UnsupportedOperationException if there is one
     */
    void refuseReplacedActivation();

    /**
     * Says in the log what was decided for this layer.
     *
     * @param what the decision and its reason
     */
    void decided(String what);

    /**
     * Says in the log that a setting of the definition has no effect under EP, and why.
     *
     * @param setting the setting
     * @param reason the reason
     */
    void dropped(String setting, String reason);

    /**
     * Says which of DL4J's settings for gradients are left out.
     *
     * @param layer the layer at this place
     */
    void dropGradientSettings(BaseLayer layer);

    /**
     * Number of channels of the layer's input.
     *
     * @return 0 where the layers before do not say it
     */
    long outputsBefore();

    /**
     * Converts what the layer at this place wraps.
     *
     * @param wrapped the wrapped layer
     * @return the EP layer
     * @throws UnsupportedOperationException if it does not convert
     */
    Layer convert(Layer wrapped);

    /**
     * How maxima are taken.
     *
     * @return the kind of max pooling
     */
    MaxPoolingKind maxPooling();

    /**
     * The likelihood of all outputs.
     *
     * @return the likelihood, or null for the one of loss and activation
     */
    @Nullable
    Likelihood likelihood();

    /**
     * How batches are counted.
     *
     * @return the schedule of the network
     */
    TrainingSchedule schedule();

    /**
     * How many batches a pass has.
     *
     * @return the counter to start with
     */
    PassCounter passCounter();
}

package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.Likelihoods;
import io.github.dl4jep.params.LikelihoodParamInitializer;
import io.github.dl4jep.runtime.LossRuntime;
import io.github.dl4jep.type.OutputPositions;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A likelihood as a layer of its own, without weights.
 *
 * <p>Quality: Preview.
 */
public class EpLossLayer extends BaseOutputLayer implements EpOutputConf {

    private static final long serialVersionUID = 1L;

    /** The likelihood, or null for the one of loss and activation. */
    private @Nullable Likelihood likelihood;
    /** How batches are counted. */
    private TrainingSchedule schedule = new TrainingSchedule();
    /** How many batches a pass has. */
    private PassCounter passCounter = new PassCounter();
    /** The DL4J layer if it takes labels at every position, or null. */
    private @Nullable FeedForwardLayer original;

    /** For Jackson. */
    public EpLossLayer() {
        super(new EpOutputLayer.Builder());
        setIUpdater(new NoOp());
        hasBias = false;
    }

    /**
     * A loss layer in place of DL4J's.
     *
     * @param original the DL4J layer: a LossLayer, or one with labels at every position
     * @param loss its loss
     * @param outputs number of outputs, which is the size of the layer before
     * @param likelihood the likelihood, or null for the one of loss and activation
     * @param schedule the schedule
     * @param passCounter the counter to start with
     */
    public EpLossLayer(
            FeedForwardLayer original,
            ILossFunction loss,
            long outputs,
            @Nullable Likelihood likelihood,
            TrainingSchedule schedule,
            PassCounter passCounter) {
        this();
        setLayerName(original.getLayerName());
        setLossFn(loss);
        setActivationFn(original.getActivationFn());
        setNIn(outputs);
        setNOut(outputs);
        this.likelihood = likelihood;
        this.schedule = schedule;
        this.passCounter = passCounter;
        this.original = original instanceof LossLayer ? null : (FeedForwardLayer) original.clone();
    }

    /**
     * A loss layer in place of DL4J's.
     *
     * @param original the DL4J layer, whose name, loss and activation are taken over
     * @param outputs number of outputs, which is the size of the layer before
     * @param likelihood the likelihood, or null for the one of loss and activation
     * @param schedule the schedule
     * @param passCounter the counter to start with
     */
    public EpLossLayer(
            LossLayer original,
            long outputs,
            @Nullable Likelihood likelihood,
            TrainingSchedule schedule,
            PassCounter passCounter) {
        this(original, original.getLossFn(), outputs, likelihood, schedule, passCounter);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNOutSet("EpLossLayer", getLayerName(), layerIndex, getNOut());
        LossRuntime runtime = new LossRuntime(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setParamsViewArray(layerParamsView);
        runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public LikelihoodParamInitializer initializer() {
        return new LikelihoodParamInitializer(effectiveLikelihood(), Math.toIntExact(getNOut()));
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (getNOut() <= 0 || override) {
            setNOut(original == null ? inputType.arrayElementsPerExample() : OutputPositions.outputs(inputType));
            setNIn(getNOut());
        }
        if (original != null) {
            original.setNIn(inputType, override);
        }
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        return LayerPriors.memoryReport(this, inputType, inputType);
    }

    @Override
    public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
        return null;
    }

    @Override
    public IUpdater getUpdaterByParam(String paramName) {
        return new NoOp();
    }

    @Override
    public Likelihood effectiveLikelihood() {
        return likelihood == null ? Likelihoods.of(getLossFn(), getActivationFn()) : likelihood;
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
     * @param original a CnnLossLayer, Cnn3DLossLayer or RnnLossLayer; or null for labels [minibatch, outputs]
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
    public EpLossLayer clone() {
        EpLossLayer copy = (EpLossLayer) super.clone();
        copy.original = original == null ? null : (FeedForwardLayer) original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpLossLayer that
                && super.equals(other)
                && Objects.equals(likelihood, that.likelihood)
                && schedule.equals(that.schedule)
                && passCounter.equals(that.passCounter)
                && Objects.equals(original, that.original);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpLossLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), likelihood, schedule, passCounter, original);
    }
}

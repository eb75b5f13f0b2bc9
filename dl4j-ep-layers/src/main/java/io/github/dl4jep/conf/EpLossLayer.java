package io.github.dl4jep.conf;

import io.github.dl4jep.layer.LossRuntime;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.Likelihoods;
import io.github.dl4jep.params.LikelihoodParamInitializer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
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

    /** For Jackson. */
    public EpLossLayer() {
        super(new EpOutputLayer.Builder());
        setIUpdater(new NoOp());
        hasBias = false;
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
        this();
        setLayerName(original.getLayerName());
        setLossFn(original.getLossFn());
        setActivationFn(original.getActivationFn());
        setNIn(outputs);
        setNOut(outputs);
        this.likelihood = likelihood;
        this.schedule = schedule;
        this.passCounter = passCounter;
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
            setNOut(inputType.arrayElementsPerExample());
            setNIn(getNOut());
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpLossLayer that
                && super.equals(other)
                && Objects.equals(likelihood, that.likelihood)
                && schedule.equals(that.schedule)
                && passCounter.equals(that.passCounter);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpLossLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), likelihood, schedule, passCounter);
    }
}

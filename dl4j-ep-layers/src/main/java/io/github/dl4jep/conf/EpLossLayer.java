package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.params.LikelihoodParamInitializer;
import io.github.dl4jep.runtime.LossRuntime;
import io.github.dl4jep.type.OutputPositions;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A likelihood as a layer of its own, without weights.
 *
 * <p>Quality: Preview.
 */
public class EpLossLayer extends EpLabelledLayer {

    private static final long serialVersionUID = 1L;

    /** Whether the layer before has weights for the likelihood's teacher. */
    private boolean taught;
    /** Whether steps are checked; false in files that know nothing of it. */
    private boolean checked;

    /** For Jackson. */
    public EpLossLayer() {
        super(new EpOutputLayer.Builder());
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
        setLikelihood(likelihood);
        setSchedule(schedule);
        setPassCounter(passCounter);
        setOriginal(original instanceof LossLayer ? null : (FeedForwardLayer) original.clone());
        this.checked = !(original instanceof LossLayer);
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
        return new Instantiation(conf, trainingListeners, layerIndex, layerParamsView, initializeParams)
                .of(new LossRuntime(conf, networkDataType), this);
    }

    /**
     * Whether steps are checked against what the joint solve expects of them.
     *
     * @return true of labels at positions; false in files that know nothing of it
     */
    public boolean isChecked() {
        return checked;
    }

    /**
     * For Jackson.
     *
     * @param checked whether steps are checked
     */
    public void setChecked(boolean checked) {
        this.checked = checked;
    }

    @Override
    public LikelihoodParamInitializer initializer() {
        return new LikelihoodParamInitializer(effectiveLikelihood(), Math.toIntExact(getNOut()), taught, checked);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        FeedForwardLayer original = getOriginal();
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
    Likelihood defaultLikelihood() {
        return taught ? Likelihoods.ofWeights(getLossFn(), getActivationFn()) : super.defaultLikelihood();
    }

    /**
     * Whether the layer before has a second array of weights, so that its first is that of the likelihood's teacher, as in an output
     * layer.
     *
     * @return true where classes are learned with a teacher
     */
    public boolean isTaught() {
        return taught;
    }

    /**
     * Sets whether the layer before has a second array of weights.
     *
     * @param taught true if its {@link EpHiddenLayer#getReadoutPrior} is set
     */
    public void setTaught(boolean taught) {
        this.taught = taught;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpLossLayer that
                && super.equals(other)
                && taught == that.taught
                && checked == that.checked;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), taught, checked);
    }

    @Override
    public EpLossLayer clone() {
        return (EpLossLayer) super.clone();
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpLossLayer;
    }
}

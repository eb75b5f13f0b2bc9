package io.github.dl4jep.conf;

import io.github.dl4jep.density.ObjectLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.LikelihoodParamInitializer;
import io.github.dl4jep.runtime.ObjectRuntime;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Boxes around the objects of an image, in place of DL4J's {@link Yolo2OutputLayer}.
 *
 * <p>Quality: Experimental.
 */
public class EpObjectLayer extends EpLabelledLayer {

    private static final long serialVersionUID = 1L;

    /** Whether steps are checked; false in files that know nothing of it. */
    private boolean checked;

    /** The DL4J layer; from the constructor or from JSON. */
    @SuppressWarnings("NullAway.Init")
    private Yolo2OutputLayer boxes;

    /** For Jackson. */
    public EpObjectLayer() {
        super(new EpOutputLayer.Builder());
        hasBias = false;
        setActivationFn(new ActivationIdentity());
    }

    /**
     * A layer in place of DL4J's.
     *
     * @param boxes the DL4J layer
     * @param outputs number of outputs at each cell, or 0 if the layers before do not say it
     * @param schedule the schedule
     * @param passCounter the counter to start with
     */
    public EpObjectLayer(Yolo2OutputLayer boxes, long outputs, TrainingSchedule schedule, PassCounter passCounter) {
        this();
        this.boxes = (Yolo2OutputLayer) boxes.clone();
        setLayerName(boxes.getLayerName());
        setLossFn(boxes.getLossPositionScale());
        setNIn(outputs);
        setNOut(outputs);
        setSchedule(schedule);
        setPassCounter(passCounter);
        this.checked = true;
    }

    /**
     * The DL4J layer.
     *
     * @return boxes, importances and losses
     */
    public Yolo2OutputLayer getBoxes() {
        return boxes;
    }

    /**
     * Sets the DL4J layer (for Jackson).
     *
     * @param boxes boxes, importances and losses
     */
    public void setBoxes(Yolo2OutputLayer boxes) {
        this.boxes = boxes;
    }

    @Override
    Likelihood defaultLikelihood() {
        return new ObjectLikelihood(
                boxes.getBoundingBoxes().castTo(DataType.DOUBLE).toDoubleMatrix(),
                boxes.getLambdaCoord(),
                boxes.getLambdaNoObj());
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNOutSet("EpObjectLayer", getLayerName(), layerIndex, getNOut());
        return new Instantiation(conf, trainingListeners, layerIndex, layerParamsView, initializeParams)
                .of(new ObjectRuntime(conf, networkDataType), this);
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
        return new LikelihoodParamInitializer(effectiveLikelihood(), Math.toIntExact(getNOut()), false, checked);
    }

    @Override
    public org.deeplearning4j.nn.conf.layers.Layer definition() {
        return boxes;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        boxes.setNIn(inputType, override);
        if (getNOut() <= 0 || override) {
            setNOut(((InputType.InputTypeConvolutional) inputType).getChannels());
            setNIn(getNOut());
        }
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return boxes.getOutputType(layerIndex, inputType);
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return boxes.getPreProcessorForInputType(inputType);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        return LayerPriors.memoryReport(this, inputType, inputType);
    }

    @Override
    public EpObjectLayer clone() {
        EpObjectLayer copy = (EpObjectLayer) super.clone();
        copy.boxes = (Yolo2OutputLayer) boxes.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpObjectLayer that
                && super.equals(other)
                && Objects.equals(boxes, that.boxes)
                && checked == that.checked;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpObjectLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), boxes, checked);
    }
}

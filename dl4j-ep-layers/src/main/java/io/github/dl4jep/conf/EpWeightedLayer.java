package io.github.dl4jep.conf;

import io.github.dl4jep.runtime.WeightedLayerRuntime;
import io.github.dl4jep.type.LinearMaps;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
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
 * A DL4J layer of one of the types of {@link LinearMaps} whose weights have posteriors: embeddings, elementwise multiplication and
 * separable convolutions. The sizes and settings are those of the DL4J layer that it holds.
 *
 * <p>Quality: Preview.
 */
public class EpWeightedLayer extends FeedForwardLayer implements EpWeightConf {

    private static final long serialVersionUID = 1L;

    /** The DL4J layer. */
    private FeedForwardLayer original = new EmbeddingLayer.Builder().build();
    /** Prior of weights and bias. */
    private WeightPrior weightPrior = new GaussianPrior();
    /** Gain of the prior, or 0 for the default. */
    private double priorGain;

    /** For Jackson. */
    public EpWeightedLayer() {
        setIUpdater(new NoOp());
    }

    /**
     * A layer with posteriors.
     *
     * @param original the DL4J layer, whose name, sizes and activation are taken over
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpWeightedLayer(FeedForwardLayer original, WeightPrior weightPrior, double priorGain) {
        this();
        this.original = original;
        this.weightPrior = weightPrior;
        this.priorGain = priorGain;
        setLayerName(original.getLayerName());
        setActivationFn(original.getActivationFn());
        setNIn(original.getNIn());
        setNOut(original.getNOut());
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("EpWeightedLayer", getLayerName(), layerIndex, getNIn(), getNOut());
        WeightedLayerRuntime runtime = new WeightedLayerRuntime(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setParamsViewArray(layerParamsView);
        runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public ParamInitializer initializer() {
        return LinearMaps.parameters(this);
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
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return original.getOutputType(layerIndex, inputType);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        original.setNIn(inputType, override);
        setNIn(original.getNIn());
        setNOut(original.getNOut());
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return original.getPreProcessorForInputType(inputType);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        long seen = inputType.arrayElementsPerExample() + outputType.arrayElementsPerExample();
        long weights = initializer().numParams(this);
        return LayerPriors.memoryReport(this, inputType, outputType, Math.max(1, weights / getNOut()), 6 * seen);
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
     * The DL4J layer.
     *
     * @return sizes and data format
     */
    public FeedForwardLayer getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer (for Jackson).
     *
     * @param original sizes and data format
     */
    public void setOriginal(FeedForwardLayer original) {
        this.original = original;
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
    public EpWeightedLayer clone() {
        EpWeightedLayer copy = (EpWeightedLayer) super.clone();
        copy.original = (FeedForwardLayer) original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpWeightedLayer that
                && super.equals(other)
                && original.equals(that.original)
                && weightPrior.equals(that.weightPrior)
                && Double.compare(priorGain, that.priorGain) == 0;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpWeightedLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), original, weightPrior, priorGain);
    }
}

package io.github.dl4jep.conf;

import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.runtime.ConvolutionRuntime;
import io.github.dl4jep.type.ConvolutionWindows;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
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
 * A convolution whose weights have posteriors: in one, two or three dimensions, transposed, or depthwise. Kernel, stride, padding,
 * dilation and data format are those of the DL4J layer that it holds.
 *
 * <p>W is [channels x kernel positions, nOut], its rows in DL4J's order: channel, depth, height, width; of a transposed convolution
 * the kernel positions are in reverse order. Of a depthwise one it is [kernel positions, channels x depth multiplier].
 *
 * <p>Quality: Preview.
 */
public class EpConvolutionLayer extends FeedForwardLayer implements EpWeightConf {

    private static final long serialVersionUID = 1L;

    /** The DL4J layer. */
    private ConvolutionLayer original = new ConvolutionLayer.Builder().build();
    /** Prior of weights and bias. */
    private WeightPrior weightPrior = new GaussianPrior();
    /** Gain of the prior, or 0 for the default. */
    private double priorGain;

    /** For Jackson. */
    public EpConvolutionLayer() {
        setIUpdater(new NoOp());
    }

    /**
     * A convolution with posteriors.
     *
     * @param original the DL4J layer, whose name, sizes and activation are taken over
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpConvolutionLayer(ConvolutionLayer original, WeightPrior weightPrior, double priorGain) {
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
        LayerValidation.assertNInNOutSet("EpConvolutionLayer", getLayerName(), layerIndex, getNIn(), getNOut());
        ConvolutionRuntime runtime = new ConvolutionRuntime(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setParamsViewArray(layerParamsView);
        runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public PosteriorParamInitializer initializer() {
        ConvolutionWindows windows = ConvolutionWindows.of(original);
        return LayerPriors.initializer(
                this,
                windows.groups().groups(),
                windows.rows(),
                windows.fanIn(),
                weightPrior,
                priorGain,
                original.hasBias());
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
        // Patches of at least one position: mean, variance, second moment and two messages back. Their common memory is
        // in
        // WindowedFactor.WORKING_ELEMENTS.
        ConvolutionWindows windows = ConvolutionWindows.of(original);
        long perPosition = windows.rows() * windows.groups().groups();
        return LayerPriors.memoryReport(this, inputType, outputType, windows.rows(), 5 * perPosition);
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
    public ConvolutionLayer getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer (for Jackson).
     *
     * @param original sizes and data format
     */
    public void setOriginal(ConvolutionLayer original) {
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
    public EpConvolutionLayer clone() {
        EpConvolutionLayer copy = (EpConvolutionLayer) super.clone();
        copy.original = original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpConvolutionLayer that
                && super.equals(other)
                && original.equals(that.original)
                && weightPrior.equals(that.weightPrior)
                && Double.compare(priorGain, that.priorGain) == 0;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpConvolutionLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), original, weightPrior, priorGain);
    }
}

package io.github.dl4jep.conf;

import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.runtime.BatchNormalizationRuntime;
import io.github.dl4jep.weight.GaussianPrior;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Batch normalization whose scale and shift have posteriors. Statistics are those of the means over batch and positions while
 * training, and running averages with the DL4J layer's decay for predictions.
 *
 * <p>Quality: Preview.
 */
public class EpBatchNormalization extends FeedForwardLayer implements EpConf {

    private static final long serialVersionUID = 1L;

    /** Prior variance of scale and shift. */
    private static final double PRIOR_VARIANCE = 0.1;

    /** The DL4J layer. */
    private BatchNormalization original = new BatchNormalization();
    /** Prior of scale and shift, around the DL4J layer's gamma and beta. */
    private GaussianPrior prior = new GaussianPrior(PRIOR_VARIANCE);

    /** For Jackson. */
    public EpBatchNormalization() {
        setIUpdater(new NoOp());
    }

    /**
     * A layer in place of DL4J's.
     *
     * @param original the DL4J layer, whose name and settings are taken over
     */
    public EpBatchNormalization(BatchNormalization original) {
        this();
        this.original = original;
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
        LayerValidation.assertNOutSet("EpBatchNormalization", getLayerName(), layerIndex, getNOut());
        return new Instantiation(conf, trainingListeners, layerIndex, layerParamsView, initializeParams)
                .of(new BatchNormalizationRuntime(conf, networkDataType), this);
    }

    @Override
    public NormalizationParamInitializer initializer() {
        return new NormalizationParamInitializer(original, prior);
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
        // Mean, variance and second moment of the normalised input, mean and variance of the output, two messages.
        long perExample = 7 * inputType.arrayElementsPerExample();
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, inputType)
                .standardMemory(initializer().numParams(this), 0)
                .workingMemory(0, perExample, 0, perExample)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
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
     * @return settings
     */
    public BatchNormalization getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer (for Jackson).
     *
     * @param original settings
     */
    public void setOriginal(BatchNormalization original) {
        this.original = original;
    }

    /**
     * The prior of scale and shift.
     *
     * @return a Gaussian around gamma and beta of the DL4J layer
     */
    public GaussianPrior getPrior() {
        return prior;
    }

    /**
     * Sets the prior of scale and shift (for Jackson).
     *
     * @param prior a Gaussian around gamma and beta of the DL4J layer
     */
    public void setPrior(GaussianPrior prior) {
        this.prior = prior;
    }

    @Override
    public BatchNormalization definition() {
        return original;
    }

    @Override
    public EpBatchNormalization clone() {
        EpBatchNormalization copy = (EpBatchNormalization) super.clone();
        copy.original = original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpBatchNormalization that
                && super.equals(other)
                && original.equals(that.original)
                && prior.equals(that.prior);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpBatchNormalization;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), original, prior);
    }
}

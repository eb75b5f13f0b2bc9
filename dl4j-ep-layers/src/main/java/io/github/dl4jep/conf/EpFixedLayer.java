package io.github.dl4jep.conf;

import io.github.dl4jep.runtime.FixedMapRuntime;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A DL4J layer without weights, such as pooling or padding, that sends moments and messages through.
 *
 * <p>Quality: Preview.
 */
public class EpFixedLayer extends NoParamLayer implements EpConf {

    private static final long serialVersionUID = 1L;

    /** The DL4J layer. */
    private Layer original = new SubsamplingLayer.Builder().build();
    /** How maxima are taken. */
    private MaxPoolingKind maxPooling = MaxPoolingKind.LARGEST_MEAN;

    /** For Jackson. */
    public EpFixedLayer() {}

    /**
     * A layer in place of DL4J's.
     *
     * @param original the DL4J layer, whose name and settings are taken over
     */
    public EpFixedLayer(Layer original) {
        this(original, MaxPoolingKind.LARGEST_MEAN);
    }

    /**
     * A layer in place of DL4J's.
     *
     * @param original the DL4J layer, whose name and settings are taken over
     * @param maxPooling how maxima are taken, if the layer takes any
     */
    public EpFixedLayer(Layer original, MaxPoolingKind maxPooling) {
        this.original = original;
        this.maxPooling = maxPooling;
        setLayerName(original.getLayerName());
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            @Nullable INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        FixedMapRuntime runtime = new FixedMapRuntime(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return original.getOutputType(layerIndex, inputType);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        original.setNIn(inputType, override);
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return original.getPreProcessorForInputType(inputType);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        // Mean, variance and gain, and the two messages back. A maximum has its messages in place of what the layer
        // before it counts for a unit that goes behind the maximum.
        long messages = maxPooling == MaxPoolingKind.LARGEST_MEAN && FixedMaps.isMaximum(original)
                ? 0
                : 2 * inputType.arrayElementsPerExample();
        long perExample = 3 * outputType.arrayElementsPerExample() + messages;
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, outputType)
                .standardMemory(0, 0)
                .workingMemory(0, perExample, 0, perExample)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    /**
     * The DL4J layer.
     *
     * @return type and settings
     */
    public Layer getOriginal() {
        return original;
    }

    /**
     * Sets the DL4J layer (for Jackson).
     *
     * @param original type and settings
     */
    public void setOriginal(Layer original) {
        this.original = original;
    }

    /**
     * How maxima are taken.
     *
     * @return the kind of max pooling
     */
    public MaxPoolingKind getMaxPooling() {
        return maxPooling;
    }

    /**
     * Sets how maxima are taken (for Jackson).
     *
     * @param maxPooling the kind of max pooling
     */
    public void setMaxPooling(MaxPoolingKind maxPooling) {
        this.maxPooling = maxPooling;
    }

    @Override
    public Layer definition() {
        return original;
    }

    @Override
    public EpFixedLayer clone() {
        EpFixedLayer copy = (EpFixedLayer) super.clone();
        copy.original = original.clone();
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpFixedLayer that
                && super.equals(other)
                && original.equals(that.original)
                && maxPooling == that.maxPooling;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpFixedLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), original, maxPooling);
    }
}

package io.github.dl4jep.conf;

import io.github.dl4jep.runtime.WeightedLayerRuntime;
import io.github.dl4jep.type.linear.LinearMaps;
import io.github.dl4jep.weight.WeightPrior;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A DL4J layer of one of the types of {@link LinearMaps} whose weights have posteriors: embeddings, elementwise multiplication,
 * separable and unshared convolutions, learned slopes. The sizes and settings are those of the DL4J layer that it holds.
 *
 * <p>Quality: Preview.
 */
public class EpWeightedLayer extends EpHoldingLayer<org.deeplearning4j.nn.conf.layers.Layer> {

    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public EpWeightedLayer() {
        super(new EmbeddingLayer.Builder().build());
    }

    /**
     * A layer with posteriors.
     *
     * @param original the DL4J layer, whose name, sizes and activation are taken over
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpWeightedLayer(FeedForwardLayer original, WeightPrior weightPrior, double priorGain) {
        super(original, original.getActivationFn(), weightPrior, priorGain);
    }

    /**
     * A layer with posteriors.
     *
     * @param original the DL4J layer, whose name and sizes are taken over
     * @param activation the activation
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpWeightedLayer(
            org.deeplearning4j.nn.conf.layers.Layer original,
            IActivation activation,
            WeightPrior weightPrior,
            double priorGain) {
        super(original, activation, weightPrior, priorGain);
    }

    @Override
    void takeSizes(org.deeplearning4j.nn.conf.layers.Layer layer) {
        LinearMaps.Sizes sizes = LinearMaps.sizes(layer);
        setNIn(sizes.inputs());
        setNOut(sizes.outputs());
    }

    @Override
    Layer newRuntime(NeuralNetConfiguration conf, DataType dataType) {
        return new WeightedLayerRuntime(conf, dataType);
    }

    @Override
    public ParamInitializer initializer() {
        return LinearMaps.parameters(this);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        long seen = inputType.arrayElementsPerExample() + outputType.arrayElementsPerExample();
        long weights = initializer().numParams(this);
        return LayerPriors.memoryReport(this, inputType, outputType, Math.max(1, weights / getNOut()), 6 * seen);
    }

    @Override
    public EpWeightedLayer clone() {
        return (EpWeightedLayer) super.clone();
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpWeightedLayer;
    }
}

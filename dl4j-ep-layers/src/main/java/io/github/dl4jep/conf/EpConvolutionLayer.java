package io.github.dl4jep.conf;

import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.runtime.ConvolutionRuntime;
import io.github.dl4jep.type.linear.ConvolutionWindows;
import io.github.dl4jep.weight.WeightPrior;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A convolution whose weights have posteriors: in one, two or three dimensions, transposed, or depthwise. Kernel, stride, padding,
 * dilation and data format are those of the DL4J layer that it holds.
 *
 * <p>W is [channels x kernel positions, nOut], its rows in DL4J's order: channel, depth, height, width; of a transposed convolution
 * the kernel positions are in reverse order. Of a depthwise one it is [kernel positions, channels x depth multiplier].
 *
 * <p>Quality: Preview.
 */
public class EpConvolutionLayer extends EpHoldingLayer<ConvolutionLayer> {

    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public EpConvolutionLayer() {
        super(new ConvolutionLayer.Builder().build());
    }

    /**
     * A convolution with posteriors.
     *
     * @param original the DL4J layer, whose name, sizes and activation are taken over
     * @param weightPrior prior of weights and bias
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpConvolutionLayer(ConvolutionLayer original, WeightPrior weightPrior, double priorGain) {
        super(original, original.getActivationFn(), weightPrior, priorGain);
    }

    @Override
    Layer newRuntime(NeuralNetConfiguration conf, DataType dataType) {
        return new ConvolutionRuntime(conf, dataType);
    }

    @Override
    public PosteriorParamInitializer initializer() {
        ConvolutionWindows windows = ConvolutionWindows.of(getOriginal());
        return LayerPriors.initializer(
                this,
                windows.groups().groups(),
                windows.rows(),
                windows.fanIn(),
                getWeightPrior(),
                gain(),
                getOriginal().hasBias(),
                getReadoutPrior());
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        // Patches of at least one position: mean, variance, second moment and two messages back. Their common
        // memory is in WindowedFactor.WORKING_ELEMENTS.
        ConvolutionWindows windows = ConvolutionWindows.of(getOriginal());
        long perPosition = windows.rows() * windows.groups().groups();
        long ofTeacher = LayerPriors.ofTeacher(getReadoutPrior() != null, inputType);
        return LayerPriors.memoryReport(this, inputType, outputType, windows.rows(), 5 * perPosition + ofTeacher);
    }

    @Override
    public EpConvolutionLayer clone() {
        return (EpConvolutionLayer) super.clone();
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpConvolutionLayer;
    }
}

package io.github.dl4jep.conf;

import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.runtime.RecurrentRuntime;
import io.github.dl4jep.type.recurrent.RecurrentType;
import io.github.dl4jep.weight.WeightPrior;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A recurrent layer whose weights have posteriors. Gates, units and data format are those of the DL4J layer that it holds.
 *
 * <p>W is [nIn, gates x nOut], recurrentW [nOut, gates x nOut], peepholeW [1, 3 x nOut]; gates in DL4J's order.
 *
 * <p>Quality: Preview.
 */
public class EpRecurrentLayer extends EpHoldingLayer<BaseRecurrentLayer> {

    private static final long serialVersionUID = 1L;

    /** Steps are added to an estimate where a sequence's length is not known. */
    private static final long ANY_LENGTH = 1;

    /** For Jackson. */
    public EpRecurrentLayer() {
        super(new LSTM.Builder().build());
    }

    /**
     * A recurrent layer with posteriors.
     *
     * @param original the DL4J layer, whose name, sizes and activation are taken over
     * @param weightPrior prior of weights and biases
     * @param priorGain gain of the prior, or 0 for that of the layer's unit
     */
    public EpRecurrentLayer(BaseRecurrentLayer original, WeightPrior weightPrior, double priorGain) {
        super(original, original.getActivationFn(), weightPrior, priorGain);
    }

    @Override
    Layer newRuntime(NeuralNetConfiguration conf, DataType dataType) {
        return new RecurrentRuntime(conf, dataType);
    }

    @Override
    public PosteriorLayout initializer() {
        return RecurrentType.parameters(this);
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        long steps = inputType instanceof InputType.InputTypeRecurrent sequences
                ? Math.max(ANY_LENGTH, sequences.getTimeSeriesLength())
                : ANY_LENGTH;
        long weights = initializer().numParams(this);
        // Of every gate at every step: potentials, moments and gain, and the messages, in Java's memory and in ND4J's.
        long gates = Math.max(1, weights / Math.max(1, (getNIn() + getNOut() + 1) * getNOut() * 3));
        // For the covariance of a memory's last step: the gradient of one gate.
        long gradient = gates > 1 ? (getNIn() + getNOut() + 1) * getNOut() : 0;
        long seen = steps * (11 * gates * getNOut() + 12 * getNOut() + 3 * getNIn()) + gradient;
        return LayerPriors.memoryReport(this, inputType, outputType, Math.max(1, weights / getNOut() / 3), seen);
    }

    @Override
    public EpRecurrentLayer clone() {
        return (EpRecurrentLayer) super.clone();
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpRecurrentLayer;
    }
}

package io.github.dl4jep.stock;

import io.github.dl4jep.conf.EpOutputConf;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network up to the pre-activation of its output layer: one time step. Parameters are shared with the network; an EP network
 * runs with its point weights.
 */
public final class OutputPotentials {

    private final MultiLayerNetwork network;
    /** The network's output layer again, on the same parameters, without its activation. */
    private final Layer withoutActivation;

    private final IActivation activation;

    private OutputPotentials(MultiLayerNetwork network, Layer withoutActivation, IActivation activation) {
        this.network = network;
        this.withoutActivation = withoutActivation;
        this.activation = activation;
    }

    public static OutputPotentials of(MultiLayerNetwork network) {
        if (!network.isInitCalled()) {
            network.init();
        }
        Layer output = network.getLayer(network.getnLayers() - 1);
        if (!(output instanceof IOutputLayer) || !(output.conf().getLayer() instanceof BaseLayer)) {
            throw new DL4JInvalidConfigException("The last layer is a "
                    + output.conf().getLayer().getClass().getSimpleName()
                    + ", which has no output potentials; the last layer must be an output or loss layer");
        }
        NeuralNetConfiguration conf = output.conf().clone();
        BaseLayer layer = (BaseLayer) conf.getLayer();
        IActivation activation = layer.getActivationFn();
        if (layer instanceof EpOutputConf epOutput) {
            epOutput.setLikelihood(epOutput.effectiveLikelihood()); // Loss and activation no longer tell it.
        }
        layer.setActivationFn(new ActivationIdentity());
        Layer copy = layer.instantiate(
                conf,
                List.of(),
                output.getIndex(),
                output.params(),
                false,
                network.getLayerWiseConfigurations().getDataType());
        return new OutputPotentials(network, copy, activation);
    }

    /**
     * Output potentials of one time step.
     *
     * @param features [n, ...], may be overwritten
     * @return [n, outputs]
     */
    public INDArray of(INDArray features) {
        LayerWorkspaceMgr outsideWorkspaces = LayerWorkspaceMgr.noWorkspaces();
        INDArray values = features.castTo(network.getLayerWiseConfigurations().getDataType());
        int last = network.getnLayers() - 1;
        for (int i = 0; i <= last; i++) {
            InputPreProcessor preProcessor =
                    network.getLayerWiseConfigurations().getInputPreProcess(i);
            if (preProcessor != null) {
                values = preProcessor.preProcess(values, Math.toIntExact(features.size(0)), outsideWorkspaces);
            }
            Layer layer = i == last ? withoutActivation : network.getLayer(i);
            values = layer.activate(values, false, outsideWorkspaces);
            layer.clear();
        }
        if (values.rank() != 2) {
            throw new DL4JInvalidConfigException("The output potentials have shape " + Arrays.toString(values.shape())
                    + ", allowed is [n, outputs]; recurrent and convolutional output layers are not supported");
        }
        return values;
    }

    /**
     * What the output layer makes of potentials.
     *
     * @param potentials [n, outputs], not changed
     * @return class probabilities or predicted values, [n, outputs]
     */
    public INDArray activation(INDArray potentials) {
        return activation.getActivation(potentials.dup(), false);
    }
}

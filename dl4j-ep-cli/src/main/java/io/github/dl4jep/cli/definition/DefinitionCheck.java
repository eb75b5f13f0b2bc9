package io.github.dl4jep.cli.definition;

import io.github.dl4jep.activation.SpikingActivation;
import io.github.dl4jep.cli.data.DataShape;
import io.github.dl4jep.cli.data.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Checks that a definition fits the data. The first and the last layer and every pair of dense layers are compared by
 * their numbers, so that the message can name them; a trial run of one row finds what is left.
 */
final class DefinitionCheck {
    private final String name;
    private final MultiLayerConfiguration configuration;
    private final DataShape shape;

    /**
     * Creates the check.
     *
     * @param name what to call the definition in a message
     * @param configuration the definition
     * @param shape what it must fit
     */
    DefinitionCheck(String name, MultiLayerConfiguration configuration, DataShape shape) {
        this.name = name;
        this.configuration = configuration;
        this.shape = shape;
    }

    /**
     * Runs all checks.
     *
     * @return a network of this definition with initial weights
     * @throws UserException if the definition does not fit
     */
    MultiLayerNetwork initialized() {
        checkInputs();
        for (int i = 1; i < layers(); i++) {
            checkPair(i);
        }
        checkOutputs();
        return trialRun();
    }

    private void checkInputs() {
        long expected = -1;
        if (configuration.getInputPreProcess(0) instanceof FeedForwardToCnnPreProcessor images) {
            expected = images.getInputHeight() * images.getInputWidth() * images.getNumChannels();
        } else if (configuration.getInputPreProcess(0) == null && isFlat(layer(0))) {
            expected = ((FeedForwardLayer) layer(0)).getNIn();
        }
        if (expected >= 0 && expected != shape.inputs()) {
            throw new UserException(at(0) + "has " + expected + " inputs, but the data has " + shape.inputs() + ".");
        }
    }

    private void checkPair(int index) {
        if (configuration.getInputPreProcess(index) == null && isFlat(layer(index)) && isFlat(layer(index - 1))) {
            long before = ((FeedForwardLayer) layer(index - 1)).getNOut();
            long here = ((FeedForwardLayer) layer(index)).getNIn();
            if (before != here) {
                throw new UserException(
                        at(index) + "has " + here + " inputs, but the layer before it has " + before + " outputs.");
            }
        }
    }

    private void checkOutputs() {
        Layer last = layer(layers() - 1);
        boolean classes = shape.task() == Task.CLASSIFICATION;
        if (last instanceof BaseOutputLayer output && output.getNOut() != shape.outputs()) {
            throw new UserException(at(layers() - 1) + "has " + output.getNOut() + " outputs, but the data needs "
                    + shape.outputs() + (classes ? " (one for each class)." : " (its label is a number)."));
        }
        if (last instanceof BaseLayer base && base.getActivationFn() instanceof SpikingActivation spiking) {
            throw new UserException(at(layers() - 1) + "has the spiking unit " + spiking
                    + ", but an output must be a probability or a number: use softmax or identity there.");
        }
        boolean softmax = last instanceof BaseLayer base && base.getActivationFn() instanceof ActivationSoftmax;
        if (classes != softmax) {
            throw new UserException(at(layers() - 1)
                    + (classes
                            ? "has no softmax, but the labels are classes, so its outputs must be probabilities."
                            : "is a softmax, but the label is a number, so its output must be that number."));
        }
    }

    private MultiLayerNetwork trialRun() {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration.clone());
        long[] found;
        try (INDArray row = Nd4j.zeros(DataType.FLOAT, 1, shape.inputs())) {
            network.init();
            found = network.output(row).shape();
        } catch (RuntimeException e) {
            throw new UserException(
                    "The network " + name + " cannot run on the data's " + shape.inputs() + " inputs: "
                            + UserException.reason(e) + ".",
                    e);
        }
        if (!(network.getOutputLayer() instanceof IOutputLayer)) {
            throw new UserException(at(layers() - 1) + "is not an output layer, so the network cannot be trained.");
        }
        if (!Arrays.equals(found, new long[] {1, shape.outputs()})) {
            throw new UserException("The network " + name + " gives outputs of shape " + Arrays.toString(found)
                    + " for one row, but the data needs [1, " + shape.outputs() + "].");
        }
        return network;
    }

    /** Layers whose nIn and nOut count columns; a convolution's count channels. */
    private static boolean isFlat(Layer layer) {
        return layer instanceof DenseLayer || layer instanceof BaseOutputLayer;
    }

    private int layers() {
        return configuration.getConfs().size();
    }

    private Layer layer(int index) {
        return configuration.getConf(index).getLayer();
    }

    private String at(int index) {
        String layerName = layer(index).getLayerName();
        return "The network " + name + " does not fit: layer " + index
                + (layerName == null ? " " : " (" + layerName + ") ");
    }
}

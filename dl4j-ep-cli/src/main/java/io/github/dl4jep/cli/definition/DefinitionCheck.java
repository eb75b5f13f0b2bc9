package io.github.dl4jep.cli.definition;

import io.github.dl4jep.activation.SpikingActivation;
import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Checks that a definition fits the data. The first and the last layers and every pair of dense layers are compared by
 * their numbers, so that the message can name them; a trial run of one row finds what is left.
 */
final class DefinitionCheck {
    private final String name;
    private final Definition definition;
    private final DataShape shape;

    /**
     * Creates the check.
     *
     * @param name what to call the definition in a message
     * @param definition the definition
     * @param shape what it must fit
     */
    DefinitionCheck(String name, Definition definition, DataShape shape) {
        this.name = name;
        this.definition = definition;
        this.shape = shape;
    }

    /**
     * Runs all checks.
     *
     * @return a network of this definition with initial weights
     * @throws UserException if the definition does not fit
     */
    StockNetwork initialized() {
        checkEnds();
        definition.inputs().forEach(this::checkInput);
        definition.layers().forEach(this::checkPair);
        definition.outputs().forEach(this::checkOutput);
        return trialRun();
    }

    private void checkEnds() {
        boolean one = definition.map(
                layers -> true,
                graph -> graph.getNetworkInputs().size() == 1
                        && graph.getNetworkOutputs().size() == 1
                        && definition.outputs().size() == 1);
        if (!one) {
            throw new UserException("The network " + name
                    + " does not fit: it must have one input and one output, which is a layer, as the data has.");
        }
    }

    private void checkInput(Definition.Place first) {
        long expected = -1;
        if (first.preProcessor() instanceof FeedForwardToCnnPreProcessor images) {
            expected = images.getInputHeight() * images.getInputWidth() * images.getNumChannels();
        } else if (first.preProcessor() == null && isFlat(first.conf().getLayer())) {
            expected = ((FeedForwardLayer) first.conf().getLayer()).getNIn();
        }
        if (expected >= 0 && expected != shape.inputs()) {
            throw new UserException(
                    at(first) + "has " + expected + " inputs, but the data has " + shape.inputs() + ".");
        }
        if (shape.sequence() == null && first.preProcessor() == null && first.isRecurrent()) {
            throw new UserException(at(first) + "takes sequences, but the data has none: choose --data sequences:DIR.");
        }
        if (takesImages() && shape.image() == null) {
            throw new UserException(
                    at(first) + "takes images, but the data has none: set an input type of convolutionalFlat in the"
                            + " definition if rows are images, or choose --data mnist or --data images:DIR.");
        }
    }

    /**
     * Says whether the network's input must be images.
     *
     * @return true if a layer that the input reaches first is for images and has no preprocessor that makes them of rows
     */
    boolean takesImages() {
        if (shape.sequence() != null) {
            return false;
        }
        ImageShape image = shape.image() == null ? new ImageShape(1, shape.inputs(), 1) : shape.image();
        InputType flat = InputType.convolutionalFlat(image.height(), image.width(), image.channels());
        return definition.inputs().stream()
                .anyMatch(first -> first.preProcessor() == null
                        && first.conf().getLayer().getPreProcessorForInputType(flat)
                                instanceof FeedForwardToCnnPreProcessor);
    }

    private void checkPair(Definition.Place before) {
        List<Definition.Place> path = definition.pathFrom(before);
        if (path.size() < 2) {
            return;
        }
        Definition.Place after = path.get(1);
        if (after.preProcessor() == null
                && isFlat(before.conf().getLayer())
                && isFlat(after.conf().getLayer())) {
            long outputs = ((FeedForwardLayer) before.conf().getLayer()).getNOut();
            long inputs = ((FeedForwardLayer) after.conf().getLayer()).getNIn();
            if (outputs != inputs) {
                throw new UserException(
                        at(after) + "has " + inputs + " inputs, but the layer before it has " + outputs + " outputs.");
            }
        }
    }

    private void checkOutput(Definition.Place last) {
        Layer layer = last.conf().getLayer();
        boolean classes = shape.task() == Task.CLASSIFICATION;
        if (layer instanceof BaseOutputLayer output && output.getNOut() != shape.outputs()) {
            throw new UserException(at(last) + "has " + output.getNOut() + " outputs, but the data needs "
                    + shape.outputs() + (classes ? " (one for each class)." : " (its label is a number)."));
        }
        if (layer instanceof BaseLayer base && base.getActivationFn() instanceof SpikingActivation spiking) {
            throw new UserException(at(last) + "has the spiking unit " + spiking
                    + ", but an output must be a probability or a number: use softmax or identity there.");
        }
        boolean softmax = isSoftmax(last);
        if (classes != softmax) {
            throw new UserException(at(last)
                    + (classes
                            ? "has no softmax, but the labels are classes, so its outputs must be probabilities."
                            : "is a softmax, but the label is a number, so its output must be that number."));
        }
    }

    /** Of its own, or before it in a loss layer that leaves its input as it is. */
    private boolean isSoftmax(Definition.Place last) {
        Layer layer = last.conf().getLayer();
        IActivation own = layer instanceof BaseLayer base ? base.getActivationFn() : null;
        if (own instanceof ActivationSoftmax) {
            return true;
        }
        return layer instanceof LossLayer
                && own instanceof ActivationIdentity
                && definition.layers().stream()
                        .filter(before -> definition.pathFrom(before).size() > 1
                                && definition.pathFrom(before).get(1).equals(last))
                        .anyMatch(this::isSoftmax);
    }

    private StockNetwork trialRun() {
        StockNetwork network;
        long[] found;
        try (INDArray row = Nd4j.zeros(DataType.FLOAT, rowShape())) {
            network = definition.copy().network();
            found = network.output(row).shape();
        } catch (RuntimeException e) {
            throw new UserException(
                    "The network " + name + " cannot run on the data's " + shape.inputs() + " inputs: "
                            + UserException.reason(e) + ".",
                    e);
        }
        if (!network.takesLabels()) {
            throw new UserException(
                    at(definition.outputs().get(0)) + "is not an output layer, so the network cannot be trained.");
        }
        SequenceShape sequence = shape.sequence();
        long[] needed = sequence != null && sequence.everyStep()
                ? new long[] {1, shape.outputs(), trialSteps()}
                : new long[] {1, shape.outputs()};
        if (!Arrays.equals(found, needed)) {
            throw new UserException(
                    "The network " + name + " gives outputs of shape " + Arrays.toString(found) + " for "
                            + (sequence == null
                                    ? "one row, but the data needs "
                                    : "one sequence of " + trialSteps() + " steps, but the data has "
                                            + (sequence.everyStep()
                                                    ? "a label at every step, which needs "
                                                    : "one label for the whole sequence, which needs "))
                            + Arrays.toString(needed) + ".");
        }
        return network;
    }

    /** Another number than inputs, so that steps and inputs that are mixed up do not fit. */
    private int trialSteps() {
        return shape.inputs() == 2 ? 3 : 2;
    }

    private long[] rowShape() {
        if (shape.sequence() != null) {
            return new long[] {1, shape.inputs(), trialSteps()};
        }
        ImageShape image = shape.image();
        return takesImages() && image != null
                ? new long[] {1, image.channels(), image.height(), image.width()}
                : new long[] {1, shape.inputs()};
    }

    /** Layers whose nIn and nOut count columns; a convolution's count channels. */
    private static boolean isFlat(Layer layer) {
        return layer instanceof DenseLayer || layer instanceof BaseOutputLayer;
    }

    private String at(Definition.Place place) {
        return "The network " + name + " does not fit: " + place.name() + " ";
    }
}

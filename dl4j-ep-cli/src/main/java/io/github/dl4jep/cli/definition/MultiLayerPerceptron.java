package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks of dense ReLU layers with a softmax output for classes, or a linear output for a number. */
final class MultiLayerPerceptron {
    private static final int MAX_UNITS = 1_000_000;

    private MultiLayerPerceptron() {}

    /**
     * Builds the definition.
     *
     * @param sizes the numbers of units of the hidden layers, separated by commas
     * @param shape inputs, outputs and task
     * @return the definition
     * @throws UserException if the sizes cannot be read
     */
    static Definition build(String sizes, DataShape shape) {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
        int inputs = shape.inputs();
        for (int units : units("mlp", sizes)) {
            layers.layer(new DenseLayer.Builder()
                    .nIn(inputs)
                    .nOut(units)
                    .activation(Activation.RELU)
                    .weightInit(WeightInit.RELU)
                    .build());
            inputs = units;
        }
        return Definition.of(layers.layer(output(inputs, shape)).build());
    }

    private static OutputLayer output(int inputs, DataShape shape) {
        boolean classes = shape.task() == Task.CLASSIFICATION;
        return new OutputLayer.Builder(classes ? LossFunction.MCXENT : LossFunction.MSE)
                .nIn(inputs)
                .nOut(shape.outputs())
                .activation(classes ? Activation.SOFTMAX : Activation.IDENTITY)
                .weightInit(WeightInit.XAVIER)
                .build();
    }

    /**
     * Reads the numbers of units of layers.
     *
     * @param network the word in front of them, for messages
     * @param sizes the numbers, separated by commas
     * @return a number for each layer
     * @throws UserException if one is none
     */
    static List<Integer> units(String network, String sizes) {
        return Arrays.stream(sizes.split(",", -1))
                .map(size -> units(network, sizes, size.strip()))
                .toList();
    }

    private static int units(String network, String sizes, String size) {
        if (!size.matches("\\d{1,7}") || Integer.parseInt(size) < 1 || Integer.parseInt(size) > MAX_UNITS) {
            throw new UserException("--net " + network + ":" + sizes + ": \"" + size
                    + "\" is not a number of units from 1 to " + MAX_UNITS + " (an example is " + network + ":"
                    + (network.equals("mlp") ? "500,500" : "64,32") + ").");
        }
        return Integer.parseInt(size);
    }
}

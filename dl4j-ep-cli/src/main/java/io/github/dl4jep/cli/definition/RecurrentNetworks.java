package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Iterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Networks of recurrent layers of tanh units, and an output layer at every step or after the last one: softmax for classes, linear for a
 * number.
 */
final class RecurrentNetworks {
    /** Layers of DL4J's {@code LSTM}. */
    static final String LSTM = "lstm";

    /** Layers of DL4J's {@code SimpleRnn}. */
    static final String RNN = "rnn";

    private RecurrentNetworks() {}

    /**
     * Says whether a word in front of a colon names such networks.
     *
     * @param word the word
     * @return true if it does
     */
    static boolean isNamed(String word) {
        return word.equals(LSTM) || word.equals(RNN);
    }

    /**
     * Builds the definition.
     *
     * @param kind the kind of the layers
     * @param sizes the numbers of units of the layers, separated by commas
     * @param shape inputs, outputs, task and where labels stand
     * @return the definition
     * @throws UserException if the sizes cannot be read, or the data are no sequences
     */
    static Definition build(String kind, String sizes, DataShape shape) {
        SequenceShape sequence = shape.sequence();
        if (sequence == null) {
            throw new UserException("--net " + kind + ":" + sizes
                    + " is for sequences, but the data has none: choose --data sequences:DIR, or a network such as"
                    + " --net mlp:50.");
        }
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder()
                .weightInit(WeightInit.XAVIER)
                .list();
        int inputs = shape.inputs();
        Iterator<Integer> units = MultiLayerPerceptron.units(kind, sizes).iterator();
        while (units.hasNext()) {
            int outputs = units.next();
            Layer layer = layer(kind, inputs, outputs);
            layers.layer(units.hasNext() || sequence.everyStep() ? layer : new LastTimeStep(layer));
            inputs = outputs;
        }
        return Definition.of(layers.layer(output(inputs, shape, sequence.everyStep()))
                .setInputType(InputType.recurrent(shape.inputs()))
                .build());
    }

    private static Layer layer(String kind, int inputs, int outputs) {
        return kind.equals(LSTM)
                ? new LSTM.Builder()
                        .nIn(inputs)
                        .nOut(outputs)
                        .activation(Activation.TANH)
                        .build()
                : new SimpleRnn.Builder()
                        .nIn(inputs)
                        .nOut(outputs)
                        .activation(Activation.TANH)
                        .build();
    }

    private static Layer output(int inputs, DataShape shape, boolean everyStep) {
        boolean classes = shape.task() == Task.CLASSIFICATION;
        LossFunction loss = classes ? LossFunction.MCXENT : LossFunction.MSE;
        BaseOutputLayer.Builder<?> builder =
                everyStep ? new RnnOutputLayer.Builder(loss) : new OutputLayer.Builder(loss);
        return builder.nIn(inputs)
                .nOut(shape.outputs())
                .activation(classes ? Activation.SOFTMAX : Activation.IDENTITY)
                .build();
    }
}

package io.github.dl4jep.toy;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Plain DL4J definitions that fit {@link ToyData}. */
public final class ToyNetworks {

    /** Units of the hidden layer. */
    public static final int HIDDEN = 8;

    private ToyNetworks() {}

    /** One ReLU layer, softmax. */
    public static MultiLayerConfiguration classifier() {
        return of(new LossMCXENT(), Activation.SOFTMAX, ToyData.CLASSES);
    }

    /** One ReLU layer, linear output. */
    public static MultiLayerConfiguration regressor() {
        return of(new LossMSE(), Activation.IDENTITY, 1);
    }

    /** One ReLU layer, two sigmoids. */
    public static MultiLayerConfiguration multiLabel() {
        return of(new LossBinaryXENT(), Activation.SIGMOID, 2);
    }

    /** One ReLU layer and any output. */
    public static MultiLayerConfiguration of(ILossFunction loss, Activation activation, int outputs) {
        return of(loss, activation, outputs, DataType.FLOAT);
    }

    /** One ReLU layer and any output in any data type. */
    public static MultiLayerConfiguration of(ILossFunction loss, Activation activation, int outputs, DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(type)
                .list()
                .layer(new DenseLayer.Builder()
                        .name("hidden")
                        .nIn(ToyData.INPUTS)
                        .nOut(HIDDEN)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(loss)
                        .name("out")
                        .nIn(HIDDEN)
                        .nOut(outputs)
                        .activation(activation)
                        .build())
                .build();
    }
}

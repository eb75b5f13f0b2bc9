package io.github.dl4jep.toy;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Plain DL4J graphs that fit {@link ToyData}. */
public final class ToyGraphs {

    private ToyGraphs() {}

    /** {@link ToyNetworks#classifier} as a graph. */
    public static ComputationGraphConfiguration classifier() {
        return builder()
                .addInputs("in")
                .addLayer("hidden", dense(ToyData.INPUTS, ToyNetworks.HIDDEN), "in")
                .addLayer("out", softmax(ToyNetworks.HIDDEN), "hidden")
                .setOutputs("out")
                .build();
    }

    /** Two branches of the input, one of them skipped, that are added up. */
    public static ComputationGraphConfiguration residual() {
        return builder()
                .addInputs("in")
                .addLayer("first", dense(ToyData.INPUTS, ToyNetworks.HIDDEN), "in")
                .addLayer("second", dense(ToyNetworks.HIDDEN, ToyNetworks.HIDDEN), "first")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "second")
                .addLayer("out", softmax(ToyNetworks.HIDDEN), "sum")
                .setOutputs("out")
                .build();
    }

    /** Two inputs, each with a layer of its own, and two outputs, a class and a number, that both see both. */
    public static ComputationGraphConfiguration twoInputsTwoOutputs() {
        return builder()
                .addInputs("left", "right")
                .addLayer("leftHidden", dense(ToyData.INPUTS, ToyNetworks.HIDDEN), "left")
                .addLayer("rightHidden", dense(ToyData.INPUTS, ToyNetworks.HIDDEN), "right")
                .addVertex("both", new MergeVertex(), "leftHidden", "rightHidden")
                .addLayer("class", softmax(2 * ToyNetworks.HIDDEN), "both")
                .addLayer(
                        "number",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nIn(2 * ToyNetworks.HIDDEN)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "both")
                .setOutputs("class", "number")
                .build();
    }

    /** A builder with the seed of {@link ToyNetworks}. */
    public static ComputationGraphConfiguration.GraphBuilder builder() {
        return new NeuralNetConfiguration.Builder().seed(7).graphBuilder();
    }

    /** A ReLU layer. */
    public static DenseLayer dense(int inputs, int outputs) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(Activation.RELU)
                .build();
    }

    /** A softmax output for {@link ToyData#threeClasses}. */
    public static OutputLayer softmax(int inputs) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(ToyData.CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }
}

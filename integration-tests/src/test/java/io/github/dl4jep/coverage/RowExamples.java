package io.github.dl4jep.coverage;

import static io.github.dl4jep.coverage.Toys.ROWS;
import static io.github.dl4jep.coverage.Toys.bits;
import static io.github.dl4jep.coverage.Toys.classes;
import static io.github.dl4jep.coverage.Toys.data;
import static io.github.dl4jep.coverage.Toys.dense;
import static io.github.dl4jep.coverage.Toys.graph;
import static io.github.dl4jep.coverage.Toys.list;
import static io.github.dl4jep.coverage.Toys.normal;
import static io.github.dl4jep.coverage.Toys.oneHot;
import static io.github.dl4jep.coverage.Toys.output;
import static io.github.dl4jep.coverage.Toys.settings;
import static io.github.dl4jep.coverage.Toys.unit;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Networks on rows: classification, regression, autoencoders, several inputs and outputs. */
final class RowExamples {

    private static final String CLASSES = "classes of rows";
    private static final String NUMBERS = "numbers from rows";
    private static final String LABELLESS = "without labels";
    private static final String JOINED = "several inputs, outputs or branches";

    private RowExamples() {}

    static List<Example> classification() {
        return List.of(
                Example.of(
                        CLASSES,
                        "flowers: 4 measurements, two tanh layers, three species",
                        list(null, dense(4, 3, Activation.TANH), dense(3, 3, Activation.TANH), classes(3, 3)),
                        data(normal(ROWS, 4), oneHot(3))),
                Example.of(
                        CLASSES,
                        "a line between two classes, one ReLU layer",
                        list(null, dense(2, 20, Activation.RELU), classes(20, 2)),
                        data(normal(ROWS, 2), oneHot(2))),
                Example.of(
                        CLASSES,
                        "moons: 50 ReLU units",
                        list(null, dense(2, 50, Activation.RELU), classes(50, 2)),
                        data(normal(ROWS, 2), oneHot(2))),
                Example.of(
                        CLASSES,
                        "rings: 20 tanh units, cross entropy",
                        list(
                                null,
                                dense(2, 20, Activation.TANH),
                                output(LossFunction.MCXENT, Activation.SOFTMAX, 20, 2)),
                        data(normal(ROWS, 2), oneHot(2))),
                Example.of(
                        CLASSES,
                        "exclusive or: sigmoid units, two classes",
                        list(null, dense(2, 4, Activation.SIGMOID), classes(4, 2)),
                        data(bits(ROWS, 2), oneHot(2))),
                Example.of(
                        CLASSES,
                        "digits in one hidden layer, flat input type",
                        list(InputType.feedForward(49), dense(30, Activation.RELU), classes(0, 10)),
                        data(unit(ROWS, 49), oneHot(10))),
                Example.of(
                        CLASSES,
                        "digits in two hidden layers",
                        list(null, dense(49, 25, Activation.RELU), dense(25, 10, Activation.RELU), classes(10, 10)),
                        data(unit(ROWS, 49), oneHot(10))),
                Example.of(
                        CLASSES,
                        "logistic regression without a hidden layer",
                        list(null, classes(8, 3)),
                        data(normal(ROWS, 8), oneHot(3))),
                Example.of(
                        CLASSES,
                        "independent labels: sigmoids and cross entropy",
                        list(null, dense(6, 12, Activation.RELU), output(LossFunction.XENT, Activation.SIGMOID, 12, 4)),
                        data(normal(ROWS, 6), bits(ROWS, 4))),
                Example.of(
                        CLASSES,
                        "classes of unequal weight",
                        list(
                                null,
                                dense(5, 10, Activation.RELU),
                                new OutputLayer.Builder(new LossMCXENT(Nd4j.createFromArray(1f, 2f, 0.5f)))
                                        .nIn(10)
                                        .nOut(3)
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        data(normal(ROWS, 5), oneHot(3))),
                Example.of(
                        CLASSES,
                        "dropout layers and dropout in layers",
                        list(
                                null,
                                new DenseLayer.Builder()
                                        .nIn(6)
                                        .nOut(10)
                                        .activation(Activation.RELU)
                                        .dropOut(0.8)
                                        .build(),
                                new DropoutLayer(0.5),
                                classes(10, 3)),
                        data(normal(ROWS, 6), oneHot(3))),
                Example.of(
                        CLASSES,
                        "batch normalization between dense layers",
                        list(
                                InputType.feedForward(6),
                                dense(10, Activation.IDENTITY),
                                new BatchNormalization(),
                                new ActivationLayer(Activation.RELU),
                                classes(0, 3)),
                        data(normal(ROWS, 6), oneHot(3))),
                Example.of(
                        CLASSES,
                        "activation and loss as layers",
                        list(
                                null,
                                dense(6, 10, Activation.IDENTITY),
                                new ActivationLayer(Activation.LEAKYRELU),
                                dense(10, 3, Activation.IDENTITY),
                                new LossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        data(normal(ROWS, 6), oneHot(3))),
                Example.of(
                        CLASSES,
                        "an embedding of one index",
                        list(
                                null,
                                new EmbeddingLayer.Builder().nIn(20).nOut(5).build(),
                                dense(5, 8, Activation.RELU),
                                classes(8, 3)),
                        data(Toys.indices(20, ROWS, 1), oneHot(3))),
                Example.of(
                        CLASSES,
                        "unusual units: SELU, softsign, Swish, cube",
                        list(
                                null,
                                dense(6, 8, Activation.SELU),
                                dense(8, 8, Activation.SOFTSIGN),
                                dense(8, 8, Activation.SWISH),
                                dense(8, 8, Activation.CUBE),
                                classes(8, 3)),
                        data(normal(ROWS, 6).mul(0.3), oneHot(3))),
                Example.of(
                        CLASSES,
                        "elementwise weights",
                        list(
                                null,
                                new ElementWiseMultiplicationLayer.Builder()
                                        .nIn(6)
                                        .nOut(6)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                classes(6, 3)),
                        data(normal(ROWS, 6), oneHot(3))),
                Example.of(
                        CLASSES,
                        "learned slopes (PReLU)",
                        list(
                                InputType.feedForward(6),
                                dense(8, Activation.IDENTITY),
                                new PReLULayer.Builder().inputShape(8).build(),
                                classes(0, 3)),
                        data(normal(ROWS, 6), oneHot(3))));
    }

    static List<Example> regression() {
        return List.of(
                Example.of(
                        NUMBERS,
                        "the sum of two numbers",
                        list(null, dense(2, 10, Activation.TANH), output(LossFunction.MSE, Activation.IDENTITY, 10, 1)),
                        data(normal(ROWS, 2), normal(ROWS, 1))),
                Example.of(
                        NUMBERS,
                        "the product of two numbers, three layers",
                        list(
                                null,
                                dense(2, 10, Activation.RELU),
                                dense(10, 10, Activation.RELU),
                                output(LossFunction.MSE, Activation.IDENTITY, 10, 1)),
                        data(normal(ROWS, 2), normal(ROWS, 1))),
                Example.of(
                        NUMBERS,
                        "a curve: sin(x) / x by tanh units",
                        list(
                                null,
                                dense(1, 50, Activation.TANH),
                                dense(50, 50, Activation.TANH),
                                output(LossFunction.MSE, Activation.IDENTITY, 50, 1)),
                        data(normal(ROWS, 1), normal(ROWS, 1))),
                Example.of(
                        NUMBERS,
                        "a table of measurements to several numbers",
                        list(null, dense(8, 16, Activation.RELU), output(LossFunction.L2, Activation.IDENTITY, 16, 3)),
                        data(normal(ROWS, 8), normal(ROWS, 3))),
                Example.of(
                        NUMBERS,
                        "a linear model",
                        list(null, output(LossFunction.MSE, Activation.IDENTITY, 5, 1)),
                        data(normal(ROWS, 5), normal(ROWS, 1))),
                Example.of(
                        NUMBERS,
                        "an image from its pixel positions, five layers",
                        list(
                                null,
                                dense(2, 25, Activation.LEAKYRELU),
                                dense(25, 25, Activation.LEAKYRELU),
                                dense(25, 25, Activation.LEAKYRELU),
                                dense(25, 25, Activation.LEAKYRELU),
                                output(LossFunction.L2, Activation.IDENTITY, 25, 3)),
                        data(unit(ROWS, 2), unit(ROWS, 3))),
                Example.of(
                        NUMBERS,
                        "a table by absolute errors",
                        list(null, dense(5, 10, Activation.TANH), output(LossFunction.L1, Activation.IDENTITY, 10, 1)),
                        data(normal(ROWS, 5), normal(ROWS, 1))),
                Example.of(
                        NUMBERS,
                        "a value function without bias",
                        list(
                                null,
                                dense(4, 16, Activation.RELU),
                                new OutputLayer.Builder(LossFunction.MSE)
                                        .nIn(16)
                                        .nOut(2)
                                        .hasBias(false)
                                        .activation(Activation.IDENTITY)
                                        .build()),
                        data(normal(ROWS, 4), normal(ROWS, 2))));
    }

    static List<Example> withoutLabels() {
        INDArray pixels = normal(ROWS, 36);
        return List.of(
                Example.of(
                        LABELLESS,
                        "an autoencoder of dense layers",
                        list(
                                null,
                                dense(36, 16, Activation.RELU),
                                dense(16, 6, Activation.RELU),
                                dense(6, 16, Activation.RELU),
                                output(LossFunction.MSE, Activation.IDENTITY, 16, 36)),
                        data(pixels, pixels)),
                Example.of(
                        LABELLESS,
                        "a denoising autoencoder",
                        list(
                                null,
                                dense(36, 12, Activation.TANH),
                                output(LossFunction.MSE, Activation.IDENTITY, 12, 36)),
                        data(pixels.add(normal(ROWS, 36).mul(0.1)), pixels)),
                Example.of(
                        LABELLESS,
                        "an autoencoder of bits",
                        list(
                                null,
                                dense(20, 8, Activation.SIGMOID),
                                output(LossFunction.XENT, Activation.SIGMOID, 8, 20)),
                        data(bits(ROWS, 20), bits(ROWS, 20))),
                Example.of(
                        LABELLESS,
                        "an autoencoder of pixels from 0 to 1: squared errors after sigmoids",
                        list(
                                null,
                                dense(36, 12, Activation.RELU),
                                output(LossFunction.MSE, Activation.SIGMOID, 12, 36)),
                        data(unit(ROWS, 36), unit(ROWS, 36))),
                Example.of(
                        LABELLESS,
                        "AutoEncoder layers below a classifier",
                        list(
                                null,
                                new AutoEncoder.Builder()
                                        .nIn(20)
                                        .nOut(10)
                                        .activation(Activation.SIGMOID)
                                        .corruptionLevel(0.3)
                                        .build(),
                                new AutoEncoder.Builder()
                                        .nIn(10)
                                        .nOut(6)
                                        .activation(Activation.SIGMOID)
                                        .build(),
                                classes(6, 3)),
                        data(unit(ROWS, 20), oneHot(3))),
                Example.of(
                        LABELLESS,
                        "a variational autoencoder below a classifier",
                        list(
                                null,
                                new VariationalAutoencoder.Builder()
                                        .nIn(20)
                                        .nOut(2)
                                        .encoderLayerSizes(10)
                                        .decoderLayerSizes(10)
                                        .reconstructionDistribution(
                                                new GaussianReconstructionDistribution(Activation.TANH))
                                        .pzxActivationFunction(Activation.IDENTITY)
                                        .build(),
                                classes(2, 3)),
                        data(unit(ROWS, 20), oneHot(3))));
    }

    static List<Example> joined() {
        return List.of(
                Example.of(
                        JOINED,
                        "two inputs that are merged",
                        graph("left", "right")
                                .addLayer("a", dense(3, 6, Activation.RELU), "left")
                                .addLayer("b", dense(4, 6, Activation.RELU), "right")
                                .addVertex("both", new MergeVertex(), "a", "b")
                                .addLayer("out", classes(12, 3), "both")
                                .setOutputs("out")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 3), normal(ROWS, 4)}, oneHot(3))),
                Example.of(
                        JOINED,
                        "two outputs: classes and numbers",
                        graph("in")
                                .addLayer("shared", dense(5, 10, Activation.RELU), "in")
                                .addLayer("kind", classes(10, 3), "shared")
                                .addLayer("size", output(LossFunction.MSE, Activation.IDENTITY, 10, 2), "shared")
                                .setOutputs("kind", "size")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 5)}, oneHot(3), normal(ROWS, 2))),
                Example.of(
                        JOINED,
                        "a skip connection",
                        graph("in")
                                .addLayer("a", dense(6, 6, Activation.RELU), "in")
                                .addLayer("b", dense(6, 6, Activation.RELU), "a")
                                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                                .addLayer("out", classes(6, 3), "sum")
                                .setOutputs("out")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 6)}, oneHot(3))),
                Example.of(
                        JOINED,
                        "a part of the columns for each branch",
                        graph("in")
                                .addVertex("first", new SubsetVertex(0, 2), "in")
                                .addVertex("rest", new SubsetVertex(3, 5), "in")
                                .addLayer("a", dense(3, 6, Activation.TANH), "first")
                                .addLayer("b", dense(3, 6, Activation.TANH), "rest")
                                .addVertex("mean", new ElementWiseVertex(ElementWiseVertex.Op.Average), "a", "b")
                                .addLayer("out", classes(6, 3), "mean")
                                .setOutputs("out")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 6)}, oneHot(3))),
                Example.of(
                        JOINED,
                        "a difference of two towers with one set of weights (siamese)",
                        graph("left", "right")
                                .addVertex("stacked", new StackVertex(), "left", "right")
                                .addLayer("tower", dense(5, 8, Activation.RELU), "stacked")
                                .addVertex("one", new UnstackVertex(0, 2), "tower")
                                .addVertex("two", new UnstackVertex(1, 2), "tower")
                                .addVertex(
                                        "difference",
                                        new ElementWiseVertex(ElementWiseVertex.Op.Subtract),
                                        "one",
                                        "two")
                                .addLayer("same", output(LossFunction.XENT, Activation.SIGMOID, 8, 1), "difference")
                                .setOutputs("same")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 5), normal(ROWS, 5)}, bits(ROWS, 1))),
                Example.of(
                        JOINED,
                        "unit vectors, scaled and shifted",
                        graph("in")
                                .addLayer("a", dense(5, 8, Activation.TANH), "in")
                                .addVertex("unit", new L2NormalizeVertex(), "a")
                                .addVertex("larger", new ScaleVertex(3), "unit")
                                .addVertex("moved", new ShiftVertex(0.5), "larger")
                                .addLayer("out", classes(8, 3), "moved")
                                .setOutputs("out")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 5)}, oneHot(3))),
                Example.of(
                        JOINED,
                        "the distance of two towers (triplets)",
                        graph("left", "right")
                                .addLayer("a", dense(5, 8, Activation.RELU), "left")
                                .addLayer("b", dense(5, 8, Activation.RELU), "right")
                                .addVertex("distance", new L2Vertex(), "a", "b")
                                .addLayer("same", output(LossFunction.XENT, Activation.SIGMOID, 1, 1), "distance")
                                .setOutputs("same")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 5), normal(ROWS, 5)}, bits(ROWS, 1))),
                Example.of(
                                JOINED,
                                "no output layer, for errors from outside",
                                graph("in")
                                        .addLayer("a", dense(5, 8, Activation.TANH), "in")
                                        .addLayer("b", dense(8, 2, Activation.TANH), "a")
                                        .setOutputs("b")
                                        .validateOutputLayerConfig(false)
                                        .build(),
                                data(new INDArray[] {normal(ROWS, 5)}, normal(ROWS, 2)))
                        .refused("it takes no labels; an output must be an output or loss layer"),
                Example.of(
                        JOINED,
                        "policy and value of one game position",
                        settings()
                                .graphBuilder()
                                .addInputs("position")
                                .addLayer("shared", dense(9, 16, Activation.RELU), "position")
                                .addLayer("policy", classes(16, 9), "shared")
                                .addLayer("before", dense(16, 8, Activation.RELU), "shared")
                                .addLayer("value", output(LossFunction.MSE, Activation.IDENTITY, 8, 1), "before")
                                .setOutputs("policy", "value")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 9)}, oneHot(9), normal(ROWS, 1))));
    }
}

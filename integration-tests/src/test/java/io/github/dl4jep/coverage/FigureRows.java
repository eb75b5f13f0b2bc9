package io.github.dl4jep.coverage;

import static io.github.dl4jep.coverage.FigureNetworks.list;
import static io.github.dl4jep.coverage.Toys.classes;
import static io.github.dl4jep.coverage.Toys.dense;
import static io.github.dl4jep.coverage.Toys.output;

import io.github.dl4jep.coverage.Figure.Measure;
import io.github.dl4jep.coverage.Figure.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Figures of rows: classes, numbers, and reconstructions. */
final class FigureRows {

    private FigureRows() {}

    static List<Figure> all() {
        List<Figure> all = new ArrayList<>(classesOfRows());
        all.addAll(numbers());
        all.addAll(withoutLabels());
        return all;
    }

    private static List<Figure> classesOfRows() {
        return List.of(
                list(
                        "flowers: 4 measurements, two tanh layers",
                        new Sgd(0.1),
                        InputType.feedForward(4),
                        FigureData.clusters(100, 4, 3),
                        100,
                        200,
                        Measure.WRONG_CLASSES,
                        () -> List.of(dense(3, Activation.TANH), dense(3, Activation.TANH), classes(0, 3))),
                list(
                        "moons: 50 ReLU units",
                        new Nesterovs(0.005, 0.9),
                        InputType.feedForward(2),
                        FigureData.moons(1000),
                        50,
                        10,
                        Measure.WRONG_CLASSES,
                        () -> List.of(dense(50, Activation.RELU), classes(0, 2))),
                list(
                        "rings: 20 tanh units",
                        new Nesterovs(0.005, 0.9),
                        InputType.feedForward(2),
                        FigureData.rings(500),
                        50,
                        10,
                        Measure.WRONG_CLASSES,
                        () -> List.of(dense(20, Activation.TANH), classes(0, 2))),
                list(
                        "exclusive or: sigmoid units",
                        new Sgd(0.1),
                        InputType.feedForward(2),
                        FigureData.exclusiveOr(200),
                        20,
                        30,
                        Measure.WRONG_CLASSES,
                        () -> List.of(dense(4, Activation.SIGMOID), classes(0, 2))),
                list(
                        "logistic regression",
                        new Nesterovs(0.1, 0.9),
                        InputType.feedForward(10),
                        FigureData.clusters(500, 10, 4),
                        50,
                        10,
                        Measure.WRONG_CLASSES,
                        () -> List.of(classes(0, 4))),
                list(
                        "independent labels: sigmoids and cross entropy",
                        new Adam(0.01),
                        InputType.feedForward(8),
                        FigureData.bits(1000),
                        50,
                        10,
                        Measure.WRONG_BITS,
                        () -> List.of(dense(50, Activation.RELU), output(LossFunction.XENT, Activation.SIGMOID, 0, 4))),
                list(
                        "learned slopes (PReLU)",
                        new Adam(0.01),
                        InputType.feedForward(10),
                        FigureData.clusters(500, 10, 4),
                        50,
                        10,
                        Measure.WRONG_CLASSES,
                        () -> List.of(
                                dense(30, Activation.IDENTITY),
                                new PReLULayer.Builder().inputShape(30).build(),
                                classes(0, 4))));
    }

    private static List<Figure> numbers() {
        return List.of(
                list(
                        "the sum of two numbers",
                        new Nesterovs(0.01, 0.9),
                        InputType.feedForward(2),
                        FigureData.ofTwo(1000, Double::sum),
                        100,
                        50,
                        Measure.DISTANCE,
                        () -> List.of(dense(10, Activation.TANH), output(LossFunction.MSE, Activation.IDENTITY, 0, 1))),
                list(
                        "the product of two numbers, three layers",
                        new Nesterovs(0.01, 0.9),
                        InputType.feedForward(2),
                        FigureData.ofTwo(1000, (a, b) -> a * b),
                        100,
                        50,
                        Measure.DISTANCE,
                        () -> List.of(
                                dense(10, Activation.RELU),
                                dense(10, Activation.RELU),
                                output(LossFunction.MSE, Activation.IDENTITY, 0, 1))),
                list(
                        "a curve: sin(x) / x by tanh units",
                        new Nesterovs(0.01, 0.9),
                        InputType.feedForward(1),
                        FigureData.curve(500),
                        50,
                        40,
                        Measure.DISTANCE,
                        () -> List.of(
                                dense(50, Activation.TANH),
                                dense(50, Activation.TANH),
                                output(LossFunction.MSE, Activation.IDENTITY, 0, 1))),
                list(
                        "a table of measurements to three numbers",
                        new Adam(0.01),
                        InputType.feedForward(8),
                        FigureData.table(500, 3, 0.2),
                        50,
                        15,
                        Measure.DISTANCE,
                        () -> List.of(dense(32, Activation.RELU), output(LossFunction.L2, Activation.IDENTITY, 0, 3))),
                list(
                        "a table by absolute errors",
                        new Adam(0.01),
                        InputType.feedForward(8),
                        FigureData.table(500, 1, 0.2),
                        50,
                        15,
                        Measure.DISTANCE,
                        () -> List.of(dense(30, Activation.TANH), output(LossFunction.L1, Activation.IDENTITY, 0, 1))),
                table(1),
                table(50));
    }

    private static Figure table(int passes) {
        return list(
                "a table of 30 rows, fitted " + (passes == 1 ? "once" : passes + " times"),
                new Nesterovs(0.01, 0.9),
                InputType.feedForward(8),
                FigureData.table(30, 1, 0.2),
                30,
                passes,
                Measure.DISTANCE,
                () -> List.of(dense(10, Activation.TANH), output(LossFunction.MSE, Activation.IDENTITY, 0, 1)));
    }

    private static List<Figure> withoutLabels() {
        Supplier<Split> shapes = FigureData.shapes(600, 1, FigureNetworks.SIZE);
        InputType pixels = InputType.feedForward(FigureNetworks.SIZE * FigureNetworks.SIZE);
        return List.of(
                list(
                        "an autoencoder of dense layers",
                        new Adam(0.01),
                        pixels,
                        FigureData.reconstructed(shapes, 0),
                        50,
                        10,
                        Measure.DISTANCE,
                        () -> List.of(
                                dense(64, Activation.RELU),
                                dense(16, Activation.RELU),
                                dense(64, Activation.RELU),
                                output(
                                        LossFunction.MSE,
                                        Activation.IDENTITY,
                                        0,
                                        FigureNetworks.SIZE * FigureNetworks.SIZE))),
                list(
                        "a denoising autoencoder",
                        new Adam(0.001),
                        pixels,
                        FigureData.reconstructed(shapes, 0.3),
                        50,
                        10,
                        Measure.DISTANCE,
                        () -> List.of(
                                dense(50, Activation.TANH),
                                output(
                                        LossFunction.MSE,
                                        Activation.IDENTITY,
                                        0,
                                        FigureNetworks.SIZE * FigureNetworks.SIZE))));
    }
}

package io.github.dl4jep.coverage;

import static io.github.dl4jep.coverage.Toys.classes;
import static io.github.dl4jep.coverage.Toys.conv;
import static io.github.dl4jep.coverage.Toys.dense;
import static io.github.dl4jep.coverage.Toys.output;
import static io.github.dl4jep.coverage.Toys.pool;
import static io.github.dl4jep.coverage.Toys.settings;

import io.github.dl4jep.coverage.Figure.Measure;
import io.github.dl4jep.coverage.Figure.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Kinds of examples with the updaters, batches and passes that they have. */
final class FigureNetworks {

    private static final SubsamplingLayer.PoolingType MAX = SubsamplingLayer.PoolingType.MAX;
    static final int SIZE = 12;

    private FigureNetworks() {}

    static Figure list(
            String name,
            IUpdater updater,
            InputType input,
            Supplier<Split> data,
            int batch,
            int passes,
            Measure measure,
            Supplier<List<Layer>> layers) {
        return new Figure(
                name,
                () -> Toys.list(updater, input, layers.get().toArray(new Layer[0])),
                null,
                data,
                batch,
                passes,
                measure);
    }

    private static Figure graph(
            String name,
            Supplier<ComputationGraphConfiguration> definition,
            Supplier<Split> data,
            int batch,
            int passes,
            Measure measure) {
        return new Figure(name, null, definition, data, batch, passes, measure);
    }

    static List<Figure> all() {
        List<Figure> all = new ArrayList<>(FigureRows.all());
        all.addAll(images());
        all.addAll(joined());
        all.addAll(sequences());
        return all;
    }

    private static Figure image(String name, IUpdater updater, int channels, int passes, Supplier<List<Layer>> layers) {
        return list(
                name,
                updater,
                InputType.convolutional(SIZE, SIZE, channels),
                FigureData.shapes(600, channels, SIZE),
                50,
                passes,
                Measure.WRONG_CLASSES,
                layers);
    }

    private static ConvolutionLayer same(int kernel, int outputs, Activation activation) {
        ConvolutionLayer layer = conv(kernel, outputs, activation);
        layer.setConvolutionMode(ConvolutionMode.Same);
        return layer;
    }

    private static Layer global(PoolingType type) {
        return new GlobalPoolingLayer.Builder(type).build();
    }

    private static List<Figure> images() {
        return List.of(
                image(
                        "LeNet: two convolutions, max pooling",
                        new Adam(0.001),
                        1,
                        5,
                        () -> List.of(
                                conv(3, 10, Activation.IDENTITY),
                                pool(MAX),
                                conv(2, 20, Activation.IDENTITY),
                                pool(MAX),
                                dense(50, Activation.RELU),
                                classes(0, 5))),
                image(
                        "LeNet with ReLU and average pooling",
                        new Nesterovs(0.01, 0.9),
                        1,
                        5,
                        () -> List.of(
                                conv(3, 10, Activation.RELU),
                                pool(SubsamplingLayer.PoolingType.AVG),
                                conv(2, 20, Activation.RELU),
                                dense(50, Activation.RELU),
                                classes(0, 5))),
                image(
                        "center loss after convolutions",
                        new Adam(0.001),
                        1,
                        5,
                        () -> List.of(
                                conv(3, 10, Activation.LEAKYRELU),
                                pool(MAX),
                                dense(32, Activation.LEAKYRELU),
                                new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(5)
                                        .activation(Activation.SOFTMAX)
                                        .build())),
                image(
                        "colour images: batch normalization after each convolution",
                        new Adam(0.001),
                        3,
                        5,
                        () -> List.of(
                                conv(3, 8, Activation.LEAKYRELU),
                                new BatchNormalization(),
                                pool(MAX),
                                conv(3, 16, Activation.LEAKYRELU),
                                new BatchNormalization(),
                                global(PoolingType.AVG),
                                classes(0, 5))),
                image(
                        "convolutions of the same size, then global max pooling",
                        new Adam(0.001),
                        1,
                        5,
                        () -> List.of(
                                same(3, 8, Activation.RELU),
                                same(3, 16, Activation.RELU),
                                global(PoolingType.MAX),
                                classes(0, 5))),
                image(
                        "separable convolutions",
                        new Adam(0.001),
                        1,
                        5,
                        () -> List.of(
                                conv(3, 8, Activation.RELU),
                                new SeparableConvolution2D.Builder(3, 3)
                                        .nOut(16)
                                        .activation(Activation.RELU)
                                        .build(),
                                global(PoolingType.AVG),
                                classes(0, 5))),
                image(
                        "weights of each position",
                        new Adam(0.001),
                        1,
                        5,
                        () -> List.of(
                                new LocallyConnected2D.Builder()
                                        .kernelSize(3, 3)
                                        .stride(3, 3)
                                        .nOut(8)
                                        .setInputSize(SIZE, SIZE)
                                        .convolutionMode(ConvolutionMode.Truncate)
                                        .activation(Activation.RELU)
                                        .build(),
                                dense(32, Activation.RELU),
                                classes(0, 5))),
                list(
                        "volumes: a convolution in three dimensions",
                        new Adam(0.001),
                        InputType.convolutional3D(8, 8, 8, 1),
                        FigureData.volumes(400, 8),
                        50,
                        5,
                        Measure.WRONG_CLASSES,
                        () -> List.of(
                                new Convolution3D.Builder(3, 3, 3)
                                        .nOut(6)
                                        .activation(Activation.RELU)
                                        .build(),
                                new Subsampling3DLayer.Builder(2, 2, 2)
                                        .stride(2, 2, 2)
                                        .build(),
                                dense(32, Activation.RELU),
                                classes(0, 4))),
                list(
                        "segmentation: a class at every pixel",
                        new Adam(0.01),
                        InputType.convolutional(8, 8, 1),
                        FigureData.masks(300, 8),
                        20,
                        5,
                        Measure.WRONG_BITS,
                        () -> List.of(
                                same(3, 8, Activation.RELU),
                                same(3, 1, Activation.IDENTITY),
                                new CnnLossLayer.Builder(LossFunction.XENT)
                                        .activation(Activation.SIGMOID)
                                        .build())));
    }

    private static List<Figure> joined() {
        return List.of(
                graph(
                        "a residual block",
                        () -> settings(new Adam(0.001))
                                .graphBuilder()
                                .addInputs("image")
                                .addLayer("first", same(3, 8, Activation.IDENTITY), "image")
                                .addLayer("normal", new BatchNormalization(), "first")
                                .addLayer("relu", new ActivationLayer(Activation.RELU), "normal")
                                .addLayer("second", same(3, 8, Activation.IDENTITY), "relu")
                                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "second")
                                .addLayer("after", new ActivationLayer(Activation.RELU), "sum")
                                .addLayer("pooled", global(PoolingType.AVG), "after")
                                .addLayer("out", classes(0, 5), "pooled")
                                .setOutputs("out")
                                .setInputTypes(InputType.convolutional(SIZE, SIZE, 1))
                                .build(),
                        FigureData.shapes(600, 1, SIZE),
                        50,
                        5,
                        Measure.WRONG_CLASSES),
                graph(
                        "an inception block: kernels of several sizes side by side",
                        () -> settings(new Adam(0.001))
                                .graphBuilder()
                                .addInputs("image")
                                .addLayer("one", same(1, 4, Activation.RELU), "image")
                                .addLayer("three", same(3, 8, Activation.RELU), "image")
                                .addLayer("five", same(5, 8, Activation.RELU), "image")
                                .addVertex("all", new MergeVertex(), "one", "three", "five")
                                .addLayer("pooled", pool(MAX), "all")
                                .addLayer("hidden", dense(32, Activation.RELU), "pooled")
                                .addLayer("out", classes(0, 5), "hidden")
                                .setOutputs("out")
                                .setInputTypes(InputType.convolutional(SIZE, SIZE, 1))
                                .build(),
                        FigureData.shapes(600, 1, SIZE),
                        50,
                        5,
                        Measure.WRONG_CLASSES),
                graph(
                        "several shapes in one image: an output for each",
                        () -> settings(new Adam(0.001))
                                .graphBuilder()
                                .addInputs("image")
                                .addLayer("conv", conv(3, 10, Activation.RELU), "image")
                                .addLayer("pool", pool(MAX), "conv")
                                .addLayer("shared", dense(64, Activation.RELU), "pool")
                                .addLayer("first", classes(64, 5), "shared")
                                .addLayer("second", classes(64, 5), "shared")
                                .setOutputs("first", "second")
                                .setInputTypes(InputType.convolutional(SIZE, SIZE, 2))
                                .build(),
                        FigureData.pairs(600, SIZE),
                        50,
                        5,
                        Measure.WRONG_CLASSES),
                graph(
                        "the distance of two towers",
                        () -> settings(new Adam(0.01))
                                .graphBuilder()
                                .addInputs("left", "right")
                                .addLayer("a", dense(6, 16, Activation.RELU), "left")
                                .addLayer("b", dense(6, 16, Activation.RELU), "right")
                                .addVertex("distance", new L2Vertex(), "a", "b")
                                .addLayer("same", output(LossFunction.XENT, Activation.SIGMOID, 1, 1), "distance")
                                .setOutputs("same")
                                .build(),
                        FigureData.sameOrNot(1000),
                        50,
                        10,
                        Measure.WRONG_BITS));
    }

    private static Convolution1DLayer conv1d(int kernel, int outputs) {
        return new Convolution1DLayer.Builder(kernel)
                .nOut(outputs)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .build();
    }

    private static ConvolutionLayer words(int width, int vector) {
        return new ConvolutionLayer.Builder(width, vector)
                .stride(1, vector)
                .nOut(100)
                .weightInit(WeightInit.RELU)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.LEAKYRELU)
                .build();
    }

    private static Figure text(int passes) {
        return graph(
                "text: three widths of 100 maps over words, " + passes + " passes",
                () -> settings(new Adam(0.01))
                        .graphBuilder()
                        .addInputs("sentence")
                        .addLayer("three", words(3, 50), "sentence")
                        .addLayer("four", words(4, 50), "sentence")
                        .addLayer("five", words(5, 50), "sentence")
                        .addVertex("widths", new MergeVertex(), "three", "four", "five")
                        .addLayer(
                                "largest",
                                new GlobalPoolingLayer.Builder(PoolingType.MAX)
                                        .dropOut(0.5)
                                        .build(),
                                "widths")
                        .addLayer("out", classes(300, 2), "largest")
                        .setOutputs("out")
                        .setInputTypes(InputType.convolutional(32, 50, 1))
                        .build(),
                FigureData.sentences(512, 32, 50),
                32,
                passes,
                Measure.WRONG_CLASSES);
    }

    private static List<Figure> sequences() {
        return List.of(
                list(
                        "a class of a sequence by convolutions over time",
                        new Adam(0.005),
                        InputType.recurrent(3, 24),
                        FigureData.series(600, 24),
                        50,
                        10,
                        Measure.WRONG_CLASSES,
                        () -> List.of(
                                conv1d(3, 12),
                                new Subsampling1DLayer.Builder(2).stride(2).build(),
                                conv1d(3, 12),
                                global(PoolingType.MAX),
                                classes(0, 4))),
                list(
                        "convolutions over time, then dense layers",
                        new RmsProp(0.005),
                        InputType.recurrent(3, 24),
                        FigureData.series(600, 24),
                        50,
                        10,
                        Measure.WRONG_CLASSES,
                        () -> List.of(
                                conv1d(5, 12), global(PoolingType.AVG), dense(24, Activation.RELU), classes(0, 4))),
                text(3),
                text(10));
    }
}

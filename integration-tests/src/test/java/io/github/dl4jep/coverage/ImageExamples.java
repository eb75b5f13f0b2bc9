package io.github.dl4jep.coverage;

import static io.github.dl4jep.coverage.Toys.ROWS;
import static io.github.dl4jep.coverage.Toys.bits;
import static io.github.dl4jep.coverage.Toys.classes;
import static io.github.dl4jep.coverage.Toys.conv;
import static io.github.dl4jep.coverage.Toys.data;
import static io.github.dl4jep.coverage.Toys.dense;
import static io.github.dl4jep.coverage.Toys.graph;
import static io.github.dl4jep.coverage.Toys.list;
import static io.github.dl4jep.coverage.Toys.normal;
import static io.github.dl4jep.coverage.Toys.oneHot;
import static io.github.dl4jep.coverage.Toys.output;
import static io.github.dl4jep.coverage.Toys.pool;
import static io.github.dl4jep.coverage.Toys.unit;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks on images and volumes. */
final class ImageExamples {

    private static final String IMAGES = "images";
    private static final String PIXELS = "images to images";
    private static final SubsamplingLayer.PoolingType MAX = SubsamplingLayer.PoolingType.MAX;

    private ImageExamples() {}

    private static Example image(String name, int size, int channels, Layer... layers) {
        return Example.of(
                IMAGES,
                name,
                list(InputType.convolutional(size, size, channels), layers),
                data(unit(ROWS, channels, size, size), oneHot(5)));
    }

    private static ConvolutionLayer same(int kernel, int outputs, Activation activation) {
        ConvolutionLayer layer = conv(kernel, outputs, activation);
        layer.setConvolutionMode(ConvolutionMode.Same);
        return layer;
    }

    private static Layer global(PoolingType type) {
        return new GlobalPoolingLayer.Builder(type).build();
    }

    static List<Example> classification() {
        return List.of(
                Example.of(
                        IMAGES,
                        "LeNet on flat digits",
                        list(
                                InputType.convolutionalFlat(16, 16, 1),
                                conv(5, 4, Activation.IDENTITY),
                                pool(MAX),
                                conv(3, 6, Activation.IDENTITY),
                                pool(MAX),
                                dense(12, Activation.RELU),
                                classes(0, 5)),
                        data(unit(ROWS, 256), oneHot(5))),
                image(
                        "LeNet with ReLU and average pooling",
                        16,
                        1,
                        conv(5, 4, Activation.RELU),
                        pool(SubsamplingLayer.PoolingType.AVG),
                        conv(3, 6, Activation.RELU),
                        pool(SubsamplingLayer.PoolingType.AVG),
                        dense(12, Activation.RELU),
                        classes(0, 5)),
                image(
                        "center loss after convolutions",
                        12,
                        1,
                        conv(5, 4, Activation.RELU),
                        pool(MAX),
                        dense(8, Activation.RELU),
                        new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(5)
                                .activation(Activation.SOFTMAX)
                                .build()),
                image(
                        "colour images: batch normalization after each convolution",
                        12,
                        3,
                        conv(3, 4, Activation.LEAKYRELU),
                        new BatchNormalization(),
                        pool(MAX),
                        conv(1, 4, Activation.LEAKYRELU),
                        new BatchNormalization(),
                        conv(3, 6, Activation.LEAKYRELU),
                        new BatchNormalization(),
                        global(PoolingType.AVG),
                        classes(0, 5)),
                image(
                        "colour images: padding, response normalization and dropout",
                        12,
                        3,
                        new ZeroPaddingLayer.Builder(1, 1).build(),
                        conv(3, 4, Activation.RELU),
                        new LocalResponseNormalization.Builder().build(),
                        pool(MAX),
                        new DropoutLayer(0.5),
                        dense(10, Activation.RELU),
                        classes(0, 5)),
                image(
                        "convolutions of the same size, then global max pooling",
                        8,
                        1,
                        same(3, 4, Activation.RELU),
                        same(3, 4, Activation.RELU),
                        global(PoolingType.MAX),
                        classes(0, 5)),
                image(
                        "strides in place of pooling",
                        12,
                        1,
                        new ConvolutionLayer.Builder(3, 3)
                                .stride(2, 2)
                                .nOut(4)
                                .activation(Activation.ELU)
                                .build(),
                        new ConvolutionLayer.Builder(3, 3)
                                .stride(2, 2)
                                .nOut(6)
                                .activation(Activation.ELU)
                                .build(),
                        classes(0, 5)),
                image(
                        "dilated convolutions",
                        12,
                        1,
                        new ConvolutionLayer.Builder(3, 3)
                                .dilation(2, 2)
                                .nOut(4)
                                .activation(Activation.RELU)
                                .build(),
                        global(PoolingType.AVG),
                        classes(0, 5)),
                image(
                        "separable and depthwise convolutions",
                        10,
                        3,
                        new SeparableConvolution2D.Builder(3, 3)
                                .nOut(6)
                                .activation(Activation.RELU)
                                .build(),
                        new DepthwiseConvolution2D.Builder(3, 3)
                                .depthMultiplier(2)
                                .activation(Activation.RELU)
                                .build(),
                        global(PoolingType.AVG),
                        classes(0, 5)),
                Example.of(
                        IMAGES,
                        "a residual block",
                        graph("image")
                                .addLayer("first", same(3, 4, Activation.IDENTITY), "image")
                                .addLayer("normal", new BatchNormalization(), "first")
                                .addLayer("relu", new ActivationLayer(Activation.RELU), "normal")
                                .addLayer("second", same(3, 4, Activation.IDENTITY), "relu")
                                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "second")
                                .addLayer("after", new ActivationLayer(Activation.RELU), "sum")
                                .addLayer("pooled", global(PoolingType.AVG), "after")
                                .addLayer("out", classes(0, 5), "pooled")
                                .setOutputs("out")
                                .setInputTypes(InputType.convolutional(8, 8, 1))
                                .build(),
                        data(new INDArray[] {unit(ROWS, 1, 8, 8)}, oneHot(5))),
                Example.of(
                        IMAGES,
                        "an inception block: kernels of several sizes side by side",
                        graph("image")
                                .addLayer("one", same(1, 3, Activation.RELU), "image")
                                .addLayer("three", same(3, 3, Activation.RELU), "image")
                                .addLayer("five", same(5, 3, Activation.RELU), "image")
                                .addVertex("all", new MergeVertex(), "one", "three", "five")
                                .addLayer("pooled", global(PoolingType.AVG), "all")
                                .addLayer("out", classes(0, 5), "pooled")
                                .setOutputs("out")
                                .setInputTypes(InputType.convolutional(8, 8, 1))
                                .build(),
                        data(new INDArray[] {unit(ROWS, 1, 8, 8)}, oneHot(5))),
                Example.of(
                        IMAGES,
                        "several digits in one image: an output for each",
                        graph("image")
                                .addLayer("conv", conv(3, 4, Activation.RELU), "image")
                                .addLayer("pool", pool(MAX), "conv")
                                .addLayer("shared", dense(16, Activation.RELU), "pool")
                                .addLayer("first", classes(16, 10), "shared")
                                .addLayer("second", classes(16, 10), "shared")
                                .setOutputs("first", "second")
                                .setInputTypes(InputType.convolutional(10, 14, 1))
                                .build(),
                        data(new INDArray[] {unit(ROWS, 1, 10, 14)}, oneHot(10), oneHot(10))),
                Example.of(
                        IMAGES,
                        "volumes: a convolution in three dimensions",
                        list(
                                InputType.convolutional3D(6, 6, 6, 1),
                                new Convolution3D.Builder(3, 3, 3)
                                        .nOut(4)
                                        .activation(Activation.RELU)
                                        .build(),
                                new Subsampling3DLayer.Builder(2, 2, 2)
                                        .stride(2, 2, 2)
                                        .build(),
                                classes(0, 5)),
                        data(unit(ROWS, 1, 6, 6, 6), oneHot(5))),
                image(
                                "capsules",
                                10,
                                1,
                                conv(3, 4, Activation.RELU),
                                new PrimaryCapsules.Builder(4, 2)
                                        .kernelSize(3, 3)
                                        .stride(2, 2)
                                        .build(),
                                new CapsuleLayer.Builder(5, 4, 1).build(),
                                new CapsuleStrengthLayer.Builder().build(),
                                new ActivationLayer(Activation.SOFTMAX),
                                new org.deeplearning4j.nn.conf.layers.LossLayer.Builder(
                                                LossFunction.NEGATIVELOGLIKELIHOOD)
                                        .build())
                        .refused("capsules route by repeated normalization"),
                image(
                        "weights of each position",
                        8,
                        1,
                        new LocallyConnected2D.Builder()
                                .kernelSize(3, 3)
                                .nOut(3)
                                .setInputSize(8, 8)
                                .activation(Activation.RELU)
                                .build(),
                        classes(0, 5)));
    }

    static List<Example> pixels() {
        INDArray images = normal(ROWS, 1, 8, 8);
        return List.of(
                Example.of(
                        PIXELS,
                        "segmentation: a class at every pixel",
                        list(
                                InputType.convolutional(8, 8, 1),
                                same(3, 4, Activation.RELU),
                                same(1, 1, Activation.IDENTITY),
                                new CnnLossLayer.Builder(LossFunction.XENT)
                                        .activation(Activation.SIGMOID)
                                        .build()),
                        data(images, bits(ROWS, 1, 8, 8))),
                Example.of(
                        PIXELS,
                        "a small U-Net: down, up, and side by side",
                        graph("image")
                                .addLayer("left", same(3, 4, Activation.RELU), "image")
                                .addLayer("down", pool(MAX), "left")
                                .addLayer("bottom", same(3, 6, Activation.RELU), "down")
                                .addLayer("up", new Upsampling2D.Builder(2).build(), "bottom")
                                .addVertex("both", new MergeVertex(), "left", "up")
                                .addLayer("last", same(1, 1, Activation.IDENTITY), "both")
                                .addLayer(
                                        "out",
                                        new CnnLossLayer.Builder(LossFunction.XENT)
                                                .activation(Activation.SIGMOID)
                                                .build(),
                                        "last")
                                .setOutputs("out")
                                .setInputTypes(InputType.convolutional(8, 8, 1))
                                .build(),
                        data(new INDArray[] {images}, bits(ROWS, 1, 8, 8))),
                Example.of(
                        PIXELS,
                        "a convolutional autoencoder",
                        list(
                                InputType.convolutional(8, 8, 1),
                                same(3, 4, Activation.RELU),
                                pool(MAX),
                                same(3, 4, Activation.RELU),
                                new Upsampling2D.Builder(2).build(),
                                same(3, 1, Activation.IDENTITY),
                                new CnnLossLayer.Builder(LossFunction.MSE)
                                        .activation(Activation.IDENTITY)
                                        .build()),
                        data(images, images)),
                Example.of(
                        PIXELS,
                        "a transposed convolution up to full size",
                        list(
                                InputType.convolutional(8, 8, 1),
                                new ConvolutionLayer.Builder(2, 2)
                                        .stride(2, 2)
                                        .nOut(4)
                                        .activation(Activation.RELU)
                                        .build(),
                                new Deconvolution2D.Builder(2, 2)
                                        .stride(2, 2)
                                        .nOut(1)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                new CnnLossLayer.Builder(LossFunction.MSE)
                                        .activation(Activation.IDENTITY)
                                        .build()),
                        data(images, images)),
                Example.of(
                        PIXELS,
                        "a number from an image: an angle of steering",
                        list(
                                InputType.convolutional(12, 12, 3),
                                new ConvolutionLayer.Builder(3, 3)
                                        .stride(2, 2)
                                        .nOut(4)
                                        .activation(Activation.ELU)
                                        .build(),
                                dense(8, Activation.ELU),
                                output(LossFunction.MSE, Activation.IDENTITY, 0, 1)),
                        data(unit(ROWS, 3, 12, 12), normal(ROWS, 1))),
                Example.of(
                        PIXELS,
                        "boxes around objects (YOLO)",
                        list(
                                InputType.convolutional(12, 12, 3),
                                conv(3, 7, Activation.IDENTITY),
                                new Yolo2OutputLayer.Builder()
                                        .boundingBoxPriors(Nd4j.createFromArray(new float[][] {{2, 2}}))
                                        .build()),
                        data(unit(ROWS, 3, 12, 12), boxes(ROWS, 10))));
    }

    /** Labels of one object of the first class an image, in the cells of the diagonal. */
    private static INDArray boxes(int images, int cells) {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, images, 6, cells, cells);
        for (int n = 0; n < images; n++) {
            int at = n % cells;
            for (int k = 0; k < 4; k++) {
                labels.putScalar(new int[] {n, k, at, at}, at + (k < 2 ? 0.1 : 0.8));
            }
            labels.putScalar(new int[] {n, 4, at, at}, 1);
        }
        return labels;
    }
}

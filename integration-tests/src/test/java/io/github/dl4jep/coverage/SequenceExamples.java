package io.github.dl4jep.coverage;

import static io.github.dl4jep.coverage.Toys.ROWS;
import static io.github.dl4jep.coverage.Toys.classes;
import static io.github.dl4jep.coverage.Toys.data;
import static io.github.dl4jep.coverage.Toys.dense;
import static io.github.dl4jep.coverage.Toys.graph;
import static io.github.dl4jep.coverage.Toys.list;
import static io.github.dl4jep.coverage.Toys.normal;
import static io.github.dl4jep.coverage.Toys.oneHot;
import static io.github.dl4jep.coverage.Toys.oneHotSequence;
import static io.github.dl4jep.coverage.Toys.output;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Networks on sequences without recurrent layers, and layers, vertices and activations of the user. */
final class SequenceExamples {

    private static final String SEQUENCES = "sequences and text";
    private static final String OWN = "layers of your own";
    private static final int LENGTH = 10;

    private SequenceExamples() {}

    private static Convolution1DLayer conv(int kernel, int outputs) {
        return new Convolution1DLayer.Builder(kernel)
                .nOut(outputs)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .build();
    }

    private static Layer pooled(PoolingType type) {
        return new GlobalPoolingLayer.Builder(type).build();
    }

    private static ConvolutionLayer words(int width) {
        return new ConvolutionLayer.Builder(width, 6)
                .stride(1, 6)
                .nOut(4)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.LEAKYRELU)
                .build();
    }

    static List<Example> sequences() {
        return List.of(
                Example.of(
                        SEQUENCES,
                        "a class of a sequence by convolutions over time",
                        list(
                                InputType.recurrent(3, LENGTH),
                                conv(3, 6),
                                new Subsampling1DLayer.Builder(2).stride(2).build(),
                                conv(3, 6),
                                pooled(PoolingType.MAX),
                                classes(6, 4)),
                        data(normal(ROWS, 3, LENGTH), oneHot(4))),
                Example.of(
                        SEQUENCES,
                        "convolutions over time, then dense layers",
                        list(
                                InputType.recurrent(3, LENGTH),
                                conv(5, 8),
                                pooled(PoolingType.AVG),
                                dense(8, Activation.RELU),
                                classes(0, 4)),
                        data(normal(ROWS, 3, LENGTH), oneHot(4))),
                Example.of(
                        SEQUENCES,
                        "a class at every time step",
                        list(
                                InputType.recurrent(3, LENGTH),
                                conv(3, 6),
                                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(4)
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        data(normal(ROWS, 3, LENGTH), oneHotSequence(4, LENGTH))),
                Example.of(
                        SEQUENCES,
                        "a number at every time step",
                        list(
                                InputType.recurrent(3, LENGTH),
                                conv(3, 6),
                                new RnnOutputLayer.Builder(LossFunction.MSE)
                                        .nOut(1)
                                        .activation(Activation.IDENTITY)
                                        .build()),
                        data(normal(ROWS, 3, LENGTH), normal(ROWS, 1, LENGTH))),
                Example.of(
                        SEQUENCES,
                        "text: three widths over words, merged, the largest of each",
                        graph("sentence")
                                .addLayer("three", words(3), "sentence")
                                .addLayer("four", words(4), "sentence")
                                .addLayer("five", words(5), "sentence")
                                .addVertex("widths", new MergeVertex(), "three", "four", "five")
                                .addLayer("largest", pooled(PoolingType.MAX), "widths")
                                .addLayer("out", classes(12, 2), "largest")
                                .setOutputs("out")
                                .setInputTypes(InputType.convolutional(LENGTH, 6, 1))
                                .build(),
                        data(new INDArray[] {normal(ROWS, 1, LENGTH, 6)}, oneHot(2))),
                Example.of(
                        SEQUENCES,
                        "characters: one-hot columns, convolutions of several widths",
                        graph("characters")
                                .addLayer("three", conv(3, 5), "characters")
                                .addLayer("five", conv(5, 5), "characters")
                                .addVertex("widths", new MergeVertex(), "three", "five")
                                .addLayer("largest", pooled(PoolingType.MAX), "widths")
                                .addLayer("out", classes(10, 3), "largest")
                                .setOutputs("out")
                                .setInputTypes(InputType.recurrent(8, LENGTH))
                                .build(),
                        data(new INDArray[] {oneHotSequence(8, LENGTH)}, oneHot(3))));
    }

    /** tanh(x W + b) by SameDiff. */
    public static class OwnDense extends SameDiffLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(6);
        }

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("W", 5, 6);
            params.addBiasParam("b", 1, 6);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            initWeights(5, 6, WeightInit.XAVIER, params.get("W"));
            params.get("b").assign(0);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            return sd.nn.tanh(input.mmul(table.get("W")).add(table.get("b")));
        }
    }

    /** Three times each activation. */
    public static class Triple extends SameDiffLambdaLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input) {
            return input.mul(3);
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return inputType;
        }
    }

    /** Rows of length 1. */
    public static class UnitRows extends Triple {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input) {
            return input.div(input.norm2("length", true, 1));
        }
    }

    /** The sum of two activations. */
    public static class Sum extends SameDiffLambdaVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineVertex(SameDiff sd, VertexInputs inputs) {
            return inputs.getInput(0).add(inputs.getInput(1));
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType... inputs) {
            return inputs[0];
        }
    }

    /** tanh(x) + .1 x. */
    public static class LeakyTanh extends BaseActivationFunction {

        private static final long serialVersionUID = 1L;

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            INDArray linear = in.mul(0.1);
            return Transforms.tanh(in, false).addi(linear);
        }

        @Override
        public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
            return new ActivationTanH().backprop(in, epsilon);
        }
    }

    static List<Example> own() {
        return List.of(
                Example.of(
                        OWN,
                        "a dense layer by SameDiff",
                        list(null, new OwnDense(), classes(6, 3)),
                        data(normal(ROWS, 5), oneHot(3))),
                Example.of(
                        OWN,
                        "a lambda layer that scales",
                        list(null, dense(5, 6, Activation.TANH), new Triple(), classes(6, 3)),
                        data(normal(ROWS, 5), oneHot(3))),
                Example.of(
                        OWN,
                        "a lambda layer that normalizes rows",
                        list(null, dense(5, 6, Activation.TANH), new UnitRows(), classes(6, 3)),
                        data(normal(ROWS, 5), oneHot(3))),
                Example.of(
                        OWN,
                        "a lambda vertex that adds",
                        graph("in")
                                .addLayer("a", dense(5, 6, Activation.TANH), "in")
                                .addLayer("b", dense(5, 6, Activation.RELU), "in")
                                .addVertex("sum", new Sum(), "a", "b")
                                .addLayer("out", classes(6, 3), "sum")
                                .setOutputs("out")
                                .build(),
                        data(new INDArray[] {normal(ROWS, 5)}, oneHot(3))),
                Example.of(
                        OWN,
                        "an activation function",
                        list(
                                null,
                                new org.deeplearning4j.nn.conf.layers.DenseLayer.Builder()
                                        .nIn(5)
                                        .nOut(8)
                                        .activation(new LeakyTanh())
                                        .build(),
                                output(LossFunction.MSE, Activation.IDENTITY, 8, 1)),
                        data(normal(ROWS, 5), normal(ROWS, 1))));
    }
}

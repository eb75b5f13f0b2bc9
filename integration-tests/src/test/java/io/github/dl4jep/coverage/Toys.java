package io.github.dl4jep.coverage;

import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Short names for layers, definitions and generated data. */
final class Toys {

    static final int ROWS = 12;

    private Toys() {}

    /** Settings of the examples that mean something to gradients only. */
    static NeuralNetConfiguration.Builder settings() {
        return settings(new Nesterovs(0.1, 0.9));
    }

    static NeuralNetConfiguration.Builder settings(IUpdater updater) {
        return new NeuralNetConfiguration.Builder()
                .seed(123)
                .updater(updater)
                .weightInit(WeightInit.XAVIER)
                .l2(1e-4);
    }

    static MultiLayerConfiguration list(@Nullable InputType input, Layer... layers) {
        return list(new Nesterovs(0.1, 0.9), input, layers);
    }

    static MultiLayerConfiguration list(IUpdater updater, @Nullable InputType input, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = settings(updater).list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        if (input != null) {
            list.setInputType(input);
        }
        return list.build();
    }

    static ComputationGraphConfiguration.GraphBuilder graph(String... inputs) {
        return settings().graphBuilder().addInputs(inputs);
    }

    static DenseLayer dense(int inputs, int outputs, Activation activation) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(activation)
                .build();
    }

    static DenseLayer dense(int outputs, Activation activation) {
        return new DenseLayer.Builder().nOut(outputs).activation(activation).build();
    }

    static ConvolutionLayer conv(int kernel, int outputs, Activation activation) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .nOut(outputs)
                .activation(activation)
                .build();
    }

    static SubsamplingLayer pool(SubsamplingLayer.PoolingType kind) {
        return new SubsamplingLayer.Builder(kind).kernelSize(2, 2).stride(2, 2).build();
    }

    static OutputLayer output(LossFunction loss, Activation activation, int inputs, int outputs) {
        OutputLayer.Builder builder =
                new OutputLayer.Builder(loss).nOut(outputs).activation(activation);
        return (inputs > 0 ? builder.nIn(inputs) : builder).build();
    }

    static OutputLayer classes(int inputs, int outputs) {
        return output(LossFunction.NEGATIVELOGLIKELIHOOD, Activation.SOFTMAX, inputs, outputs);
    }

    static INDArray normal(long... shape) {
        Random random = new Random(7);
        INDArray array = Nd4j.create(DataType.FLOAT, shape);
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian());
        }
        return array;
    }

    /** Numbers from 0 to 1. */
    static INDArray unit(long... shape) {
        Random random = new Random(7);
        INDArray array = Nd4j.create(DataType.FLOAT, shape);
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextFloat());
        }
        return array;
    }

    static INDArray oneHot(int classes) {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, classes);
        for (int n = 0; n < ROWS; n++) {
            labels.putScalar(n, n * 7 % classes, 1);
        }
        return labels;
    }

    /** One class at every position of a sequence, [ROWS, classes, length]. */
    static INDArray oneHotSequence(int classes, int length) {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, classes, length);
        for (int n = 0; n < ROWS; n++) {
            for (int t = 0; t < length; t++) {
                labels.putScalar(new int[] {n, (n + t) % classes, t}, 1);
            }
        }
        return labels;
    }

    /** 0 or 1. */
    static INDArray bits(long... shape) {
        return unit(shape).gt(0.5).castTo(DataType.FLOAT);
    }

    /** Integers from 0, as the indices of an embedding. */
    static INDArray indices(int limit, long... shape) {
        return org.nd4j.linalg.ops.transforms.Transforms.floor(unit(shape).muli(limit - 1e-3));
    }

    static MultiDataSet data(INDArray features, INDArray labels) {
        return new MultiDataSet(features, labels);
    }

    static MultiDataSet data(INDArray[] features, INDArray... labels) {
        return new MultiDataSet(features, labels);
    }
}

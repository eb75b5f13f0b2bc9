package io.github.dl4jep.spark;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Networks and data of the tests: small, and learned from in a second. */
final class Networks {

    private static final int SIDE = 8;
    private static final int COLUMNS = 6;
    private static final int LENGTH = 5;

    private Networks() {}

    private static Layer dense(int units) {
        return new DenseLayer.Builder().nOut(units).build();
    }

    private static Layer classes() {
        return new OutputLayer.Builder(new LossMCXENT())
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    static MultiLayerConfiguration of(InputType input, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(5)
                .activation(Activation.RELU)
                .list();
        Arrays.stream(layers).forEach(list::layer);
        return list.setInputType(input).build();
    }

    private static EpOptions.Builder options() {
        return EpOptions.builder().inducingExamples(24);
    }

    static EpMultiLayerNetwork dense() {
        return EpNetworks.from(
                of(InputType.feedForward(COLUMNS), dense(120), dense(100), classes()),
                options().build());
    }

    static EpMultiLayerNetwork convolutional() {
        return EpNetworks.from(
                of(
                        InputType.convolutional(SIDE, SIDE, 1),
                        new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                                .kernelSize(2, 2)
                                .stride(2, 2)
                                .build(),
                        dense(10),
                        classes()),
                options().build());
    }

    static EpOptions ofRegression() {
        return options().likelihood(new GaussianLikelihood(1, true, 0.1)).build();
    }

    static EpMultiLayerNetwork regression() {
        return EpNetworks.from(
                of(
                        InputType.feedForward(COLUMNS),
                        dense(16),
                        new OutputLayer.Builder(new LossMSE())
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build()),
                ofRegression());
    }

    private static Layer last(Layer layer) {
        return new LastTimeStep(layer);
    }

    /** All examples of a batch are inducing. */
    static EpMultiLayerNetwork sequences() {
        SimpleRnn layer =
                new SimpleRnn.Builder().nOut(6).activation(Activation.TANH).build();
        return EpNetworks.from(
                of(
                        InputType.recurrent(3, LENGTH),
                        last(new Bidirectional(Bidirectional.Mode.CONCAT, layer)),
                        classes()),
                EpOptions.builder().inducingExamples(LocalSpark.BATCH).build());
    }

    static EpMultiLayerNetwork memory() {
        LSTM layer = new LSTM.Builder().nOut(6).activation(Activation.TANH).build();
        return EpNetworks.from(
                of(InputType.recurrent(3, LENGTH), last(layer), classes()),
                options().build());
    }

    /** What is there of each sequence decides. */
    private static DataSet ofSequences(int rows) {
        INDArray x = Nd4j.randn(DataType.FLOAT, rows, 3, LENGTH);
        INDArray mask = Nd4j.ones(DataType.FLOAT, rows, LENGTH);
        INDArray y = Nd4j.zeros(DataType.FLOAT, rows, 3);
        for (int n = 0; n < rows; n++) {
            double sum = 0;
            for (int t = 0; t < LENGTH; t++) {
                boolean there = t < LENGTH - n % 3 && (n % 4 != 1 || t != 1);
                mask.putScalar(n, t, there ? 1 : 0);
                sum += there ? x.getDouble(n, 0, t) : 0;
            }
            y.putScalar(n, sum < -1 ? 0 : sum < 1 ? 1 : 2, 1);
        }
        return new DataSet(x, y, mask, null);
    }

    /** The first of these columns, or the whole image, decides. */
    static DataSet data(String network, int rows) {
        Nd4j.getRandom().setSeed(11);
        if (network.equals("sequences") || network.equals("memory")) {
            return ofSequences(rows);
        }
        INDArray x = network.equals("convolutional")
                ? Nd4j.randn(DataType.FLOAT, rows, 1, SIDE, SIDE)
                : Nd4j.randn(DataType.FLOAT, rows, COLUMNS);
        INDArray flat = x.reshape(rows, -1);
        INDArray sums = flat.mmul(Nd4j.randn(DataType.FLOAT, flat.columns(), 3));
        if (network.equals("regression")) {
            INDArray y = Nd4j.hstack(sums.getColumn(0, true).mul(20).add(100), sums.getColumn(1, true));
            return new DataSet(x, y.addi(Nd4j.randn(DataType.FLOAT, rows, 2)));
        }
        INDArray y = Nd4j.zeros(DataType.FLOAT, rows, 3);
        for (int n = 0; n < rows; n++) {
            y.putScalar(n, sums.getRow(n).argMax().getInt(0), 1);
        }
        return new DataSet(x, y);
    }

    static EpMultiLayerNetwork named(String network) {
        return switch (network) {
            case "dense" -> dense();
            case "convolutional" -> convolutional();
            case "sequences" -> sequences();
            case "memory" -> memory();
            default -> regression();
        };
    }

    /** Sets of several sizes, as pipelines give them. */
    static List<DataSet> uneven(DataSet data) {
        List<DataSet> sets = new ArrayList<>();
        int from = 0;
        for (int size = 1; from < data.numExamples(); size = size * 2 + 1) {
            int to = Math.min(data.numExamples(), from + size);
            sets.add((DataSet) data.getRange(from, to));
            from = to;
            size = size > 60 ? 1 : size;
        }
        return sets;
    }

    static double relative(INDArray a, INDArray b) {
        return a.distance2(b) / b.norm2Number().doubleValue();
    }
}

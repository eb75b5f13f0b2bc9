package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Outputs with labels at every position: in DL4J's own shapes, learned from, and back in stock layers. */
class LabelsAtPositionsTest {

    private static final int EXAMPLES = 20;

    private static final Map<String, EpMultiLayerNetwork> TRAINED = new HashMap<>();

    @TempDir
    private Path folder;

    /** A definition and data for it; labels are one-hot or, for a regression, numbers. */
    record Case(String name, MultiLayerConfiguration definition, DataSet data, boolean classes) {

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        return List.of(
                images("pixels", CNN2DFormat.NCHW, LossFunction.MCXENT, Activation.SOFTMAX),
                images("pixels NHWC", CNN2DFormat.NHWC, LossFunction.MCXENT, Activation.SOFTMAX),
                images("binary pixels", CNN2DFormat.NCHW, LossFunction.XENT, Activation.SIGMOID),
                images("grey values", CNN2DFormat.NCHW, LossFunction.MSE, Activation.IDENTITY),
                sequences("time steps", RNNFormat.NCW, LossFunction.MCXENT, Activation.SOFTMAX, true),
                sequences("time steps NWC", RNNFormat.NWC, LossFunction.MCXENT, Activation.SOFTMAX, true),
                sequences("time steps without weights", RNNFormat.NCW, LossFunction.MCXENT, Activation.SOFTMAX, false),
                sequences("series", RNNFormat.NCW, LossFunction.MSE, Activation.IDENTITY, true),
                volumes());
    }

    private static Case images(String name, CNN2DFormat format, LossFunction loss, Activation activation) {
        MultiLayerConfiguration definition = list().layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(6)
                        .convolutionMode(ConvolutionMode.Same)
                        .dataFormat(format)
                        .activation(Activation.RELU)
                        .build())
                .layer(new ConvolutionLayer.Builder(1, 1)
                        .nOut(2)
                        .dataFormat(format)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new CnnLossLayer.Builder(loss)
                        .format(format)
                        .activation(activation)
                        .build())
                .setInputType(InputType.convolutional(5, 4, 1, format))
                .build();
        INDArray x = normal(EXAMPLES, 1, 5, 4);
        boolean last = format == CNN2DFormat.NHWC;
        INDArray y = labels(x, activation);
        return new Case(
                name,
                definition,
                last
                        ? new DataSet(
                                x.permute(0, 2, 3, 1).dup('c'),
                                y.permute(0, 2, 3, 1).dup('c'))
                        : new DataSet(x, y),
                activation != Activation.IDENTITY);
    }

    private static Case sequences(
            String name, RNNFormat format, LossFunction loss, Activation activation, boolean weights) {
        Layer output = weights
                ? new RnnOutputLayer.Builder(loss)
                        .nOut(2)
                        .dataFormat(format)
                        .activation(activation)
                        .build()
                : new RnnLossLayer.Builder(loss).activation(activation).build();
        MultiLayerConfiguration definition = list().layer(new Convolution1DLayer.Builder(3)
                        .nOut(weights ? 6 : 2)
                        .convolutionMode(ConvolutionMode.Same)
                        .rnnDataFormat(format)
                        .activation(weights ? Activation.RELU : Activation.IDENTITY)
                        .build())
                .layer(output)
                .setInputType(InputType.recurrent(1, 7, format))
                .build();
        INDArray x = normal(EXAMPLES, 1, 7);
        INDArray y = labels(x, activation);
        boolean last = format == RNNFormat.NWC;
        return new Case(
                name,
                definition,
                last
                        ? new DataSet(
                                x.permute(0, 2, 1).dup('c'), y.permute(0, 2, 1).dup('c'))
                        : new DataSet(x, y),
                activation != Activation.IDENTITY);
    }

    private static Case volumes() {
        MultiLayerConfiguration definition = list().layer(new Convolution3D.Builder(1, 1, 1)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
                        .lossFunction(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional3D(2, 3, 2, 1))
                .build();
        INDArray x = normal(EXAMPLES, 1, 2, 3, 2);
        return new Case("voxels", definition, new DataSet(x, labels(x, Activation.SOFTMAX)), true);
    }

    private static NeuralNetConfiguration.ListBuilder list() {
        return new NeuralNetConfiguration.Builder().seed(3).list();
    }

    private static INDArray normal(long... shape) {
        Random random = new Random(1);
        INDArray array = Nd4j.create(DataType.FLOAT, shape);
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian());
        }
        return array;
    }

    /** Two outputs: the sign of the only channel and its opposite; for a regression, linear functions of it. */
    private static INDArray labels(INDArray x, Activation activation) {
        return activation == Activation.IDENTITY
                ? Nd4j.concat(1, x.mul(2).addi(1), x.mul(-1))
                : Nd4j.concat(1, x.gt(0).castTo(DataType.FLOAT), x.lte(0).castTo(DataType.FLOAT));
    }

    /** Trained once for all tests, none of which changes it. */
    private static EpMultiLayerNetwork trained(Case one) {
        return TRAINED.computeIfAbsent(one.name(), name -> train(one));
    }

    private static EpMultiLayerNetwork train(Case one) {
        EpMultiLayerNetwork network = EpNetworks.from(
                one.definition(), EpOptions.builder().batchesPerPass(1).build());
        for (int pass = 0; pass < 30; pass++) {
            network.fit(one.data());
        }
        return network;
    }

    private static double accuracy(Case one, INDArray output) {
        INDArray right = output.gt(0.5)
                .castTo(DataType.DOUBLE)
                .eq(one.data().getLabels().castTo(DataType.DOUBLE))
                .castTo(DataType.DOUBLE);
        return right.meanNumber().doubleValue();
    }

    private static double relativeError(INDArray output, INDArray labels) {
        return output.sub(labels).norm2Number().doubleValue()
                / labels.norm2Number().doubleValue();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void learnsInStockShapes(Case one) {
        EpMultiLayerNetwork network = trained(one);
        INDArray output = network.output(one.data().getFeatures());
        INDArray labels = one.data().getLabels();
        assertThat(output.shape()).isEqualTo(labels.shape());
        if (one.classes()) {
            assertThat(accuracy(one, output)).isGreaterThan(0.9);
        } else {
            assertThat(relativeError(output, labels)).isLessThan(0.3);
        }
        assertThat(network.score(one.data())).isFinite();
        assertThat(network.scoreExamples(one.data(), false).shape()).isEqualTo(new long[] {EXAMPLES, 1});
        assertThat(network.scoreExamples(one.data(), false).meanNumber().doubleValue())
                .isCloseTo(network.score(one.data()), within(1e-3));
        Nd4j.getRandom().setSeed(1);
        assertThat(network.predictor()
                        .predictFromSamples(one.data().getFeatures(), 2)
                        .mean()
                        .shape())
                .isEqualTo(labels.shape());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void thePointNetworkIsTheStockNetwork(Case one) throws IOException {
        EpMultiLayerNetwork network = trained(one);
        MultiLayerNetwork point = network.toPointNetwork();
        assertThat(point.getLayerWiseConfigurations().toJson()).doesNotContain("io.github.dl4jep");
        INDArray output = point.output(one.data().getFeatures());
        if (one.classes()) {
            assertThat(accuracy(one, output)).isGreaterThan(0.9);
        } else {
            assertThat(relativeError(output, one.data().getLabels())).isLessThan(0.3);
        }
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        INDArray loaded = MultiLayerNetwork.load(file, false).output(one.data().getFeatures());
        assertThat(loaded.shape()).isEqualTo(output.shape());
        assertThat(loaded.sub(output).amaxNumber().doubleValue()).isCloseTo(0, within(1e-4));
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class)
                        .output(one.data().getFeatures()))
                .isEqualTo(network.output(one.data().getFeatures()));
    }

    @Test
    void maskedPositionsSayNothing() {
        Case one = cases().get(0);
        INDArray labels = one.data().getLabels().dup();
        INDArray mask = Nd4j.ones(DataType.FLOAT, EXAMPLES, 1, 5, 4);
        for (int n = 0; n < EXAMPLES; n++) {
            mask.putScalar(new int[] {n, 0, 2, 3}, 0);
        }
        DataSet masked = new DataSet(one.data().getFeatures(), labels, null, mask);
        EpMultiLayerNetwork network = EpNetworks.from(one.definition());
        network.fit(masked);
        for (int n = 0; n < EXAMPLES; n++) {
            labels.putScalar(new int[] {n, 0, 2, 3}, 7);
        }
        EpMultiLayerNetwork other = EpNetworks.from(one.definition());
        other.fit(new DataSet(one.data().getFeatures(), labels, null, mask));
        assertThat(other.params()).isEqualTo(network.params());
    }

    /** Squares and frames on an empty ground: three classes of pixels. */
    private static DataSet shapes(int images, int seed) {
        int size = 12;
        int side = 5;
        Random random = new Random(seed);
        float[][][][] x = new float[images][1][size][size];
        float[][][][] y = new float[images][3][size][size];
        for (int n = 0; n < images; n++) {
            int top = random.nextInt(size - side);
            int left = random.nextInt(size - side);
            boolean frame = random.nextBoolean();
            for (int i = 0; i < size * size; i++) {
                int h = i / size - top;
                int w = i % size - left;
                boolean inside = h >= 0 && h < side && w >= 0 && w < side;
                boolean edge = h == 0 || h == side - 1 || w == 0 || w == side - 1;
                boolean there = inside && (edge || !frame);
                x[n][0][i / size][i % size] = there ? 1 : 0;
                y[n][!there ? 0 : frame ? 1 : 2][i / size][i % size] = 1;
            }
        }
        return new DataSet(Nd4j.createFromArray(x), Nd4j.createFromArray(y));
    }

    @Test
    void stepsOfSeveralConvolutionsEndAtTheirLabels() {
        EpMultiLayerNetwork network = EpNetworks.from(list().layer(convolution(5, 12))
                .layer(convolution(5, 12))
                .layer(new ConvolutionLayer.Builder(1, 1)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new CnnLossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(12, 12, 1))
                .build());
        List<DataSet> batches = shapes(160, 1).batchBy(16);
        DataSet fresh = shapes(64, 2);
        for (int pass = 0; pass < 3; pass++) {
            batches.forEach(network::fit);
        }

        // As much as the frequencies of the classes know are .4 nats.
        assertThat(network.score(fresh) / 144).as("nats a pixel").isLessThan(0.1);
    }

    private static ConvolutionLayer convolution(int window, int units) {
        return new ConvolutionLayer.Builder(window, window)
                .nOut(units)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .build();
    }

    @Test
    void evaluatesSequences() {
        Case one = cases().get(4);
        EpMultiLayerNetwork network = trained(one);
        Evaluation evaluation = new Evaluation();
        evaluation.evalTimeSeries(
                one.data().getLabels(), network.output(one.data().getFeatures()));
        assertThat(evaluation.accuracy()).isGreaterThan(0.9);
    }

    @Test
    void labelsAtOtherPositionsAreNamed() {
        Case one = cases().get(0);
        EpMultiLayerNetwork network = EpNetworks.from(one.definition());
        assertThatThrownBy(() -> network.fit(one.data().getFeatures(), Nd4j.create(EXAMPLES, 2)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("Labels have shape [20, 2], allowed is [minibatch, 2, a size for each of 2"
                        + " dimension(s)] at layer \"layer2\" (index 2)");
        INDArray fewer = Nd4j.zeros(DataType.FLOAT, EXAMPLES, 2, 5, 3);
        fewer.slice(0, 1).assign(1);
        assertThatThrownBy(() -> network.fit(one.data().getFeatures(), fewer))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("but an example's output has shape [2, 5, 4]");
    }
}

package io.github.dl4jep.convert.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Words of texts of different lengths: embeddings of sequences, convolutions, pooling, masks. */
class TextNetworksTest {

    private static final int WORDS = 9;
    private static final int LENGTH = 7;

    @TempDir
    private Path folder;

    private static NeuralNetConfiguration.ListBuilder list() {
        return new NeuralNetConfiguration.Builder().seed(5).list();
    }

    private static EmbeddingSequenceLayer words(RNNFormat format) {
        return new EmbeddingSequenceLayer.Builder()
                .nIn(WORDS)
                .nOut(5)
                .outputDataFormat(format)
                .build();
    }

    private static OutputLayer classes(int inputs) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static MultiLayerConfiguration recurrent(RNNFormat format) {
        return list().layer(words(format))
                .layer(new LastTimeStep(new LSTM.Builder()
                        .nIn(5)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .dataFormat(format)
                        .build()))
                .layer(classes(6))
                .build();
    }

    private static MultiLayerConfiguration convolutional(PoolingType type, ConvolutionMode mode, int stride) {
        return convolution(mode, stride)
                .layer(new GlobalPoolingLayer.Builder(type).pnorm(2).build())
                .layer(classes(8))
                .build();
    }

    private static MultiLayerConfiguration pooledTwice(PoolingType type) {
        return convolution(ConvolutionMode.Same, 1)
                .layer(new Subsampling1DLayer.Builder(Subsampling1DLayer.PoolingType.MAX, 2, 1)
                        .convolutionMode(ConvolutionMode.Same)
                        .build())
                .layer(new GlobalPoolingLayer.Builder(type).pnorm(2).build())
                .layer(classes(8))
                .build();
    }

    private static NeuralNetConfiguration.ListBuilder convolution(ConvolutionMode mode, int stride) {
        return list().layer(words(RNNFormat.NCW))
                .layer(new Convolution1DLayer.Builder(3)
                        .nIn(5)
                        .nOut(8)
                        .stride(stride)
                        .convolutionMode(mode)
                        .activation(Activation.SIGMOID)
                        .build());
    }

    /** Whether word 3 comes before word 4; both are there once. */
    private static DataSet order(int count, long seed) {
        Random random = new Random(seed);
        INDArray x = Nd4j.zeros(count, LENGTH);
        INDArray y = Nd4j.zeros(count, 2);
        INDArray mask = Nd4j.zeros(count, LENGTH);
        for (int n = 0; n < count; n++) {
            int length = 3 + random.nextInt(LENGTH - 2);
            for (int t = 0; t < length; t++) {
                int word = random.nextInt(WORDS - 2);
                x.putScalar(n, t, word < 3 ? word : word + 2);
                mask.putScalar(n, t, 1);
            }
            int first = random.nextInt(length - 1);
            int second = first + 1;
            int kind = random.nextInt(2);
            x.putScalar(n, kind == 0 ? first : second, 3);
            x.putScalar(n, kind == 0 ? second : first, 4);
            y.putScalar(n, kind, 1);
        }
        return new DataSet(x, y, mask, null);
    }

    private static void fit(EpMultiLayerNetwork network, int passes) {
        for (int pass = 0; pass < passes; pass++) {
            for (DataSet batch : order(640, 1).batchBy(32)) {
                network.fit(batch);
            }
        }
    }

    private static double right(EpMultiLayerNetwork network, DataSet data) {
        INDArray output = network.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null);
        return output.argMax(1)
                .eq(data.getLabels().argMax(1))
                .castTo(output.dataType())
                .meanNumber()
                .doubleValue();
    }

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(tolerance);
    }

    /** DL4J's own loader makes a network that runs layer by layer, with DL4J's masks. */
    private void assertPointNetwork(EpMultiLayerNetwork network, DataSet data) throws IOException {
        MultiLayerNetwork point = network.toPointNetwork();
        INDArray expected = point.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        INDArray whole = data.getFeatures();
        assertSame(ModelSerializer.restoreMultiLayerNetwork(file).output(whole), point.output(whole), 1e-4);
        INDArray drawn = network.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null);
        assertThat(expected.argMax(1)
                        .eq(drawn.argMax(1))
                        .castTo(drawn.dataType())
                        .meanNumber()
                        .doubleValue())
                .isGreaterThan(0.9);
    }

    @ParameterizedTest
    @EnumSource(RNNFormat.class)
    void embeddingsAndALstmLearnTheOrderOfWords(RNNFormat format) throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(recurrent(format));
        fit(network, 3);
        DataSet test = order(300, 2);
        assertThat(right(network, test)).isGreaterThan(0.9);
        assertPointNetwork(network, test);
    }

    @Test
    void convolutionsAndPoolingLearnTheOrderOfWords() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(pooledTwice(PoolingType.MAX));
        fit(network, 3);
        DataSet test = order(300, 2);
        assertThat(right(network, test)).isGreaterThan(0.9);
        assertPointNetwork(network, test);
    }

    /** With hardly any uncertainty EP's moments are the numbers of DL4J's own layers and masks. */
    @ParameterizedTest
    @EnumSource(PoolingType.class)
    void masksGoThroughConvolutionsAndPoolingAsInDl4j(PoolingType type) {
        for (ConvolutionMode mode : new ConvolutionMode[] {ConvolutionMode.Same, ConvolutionMode.Truncate}) {
            for (int stride = 1; stride <= 2; stride++) {
                MultiLayerNetwork stock = new MultiLayerNetwork(convolutional(type, mode, stride));
                stock.init();
                EpMultiLayerNetwork network = EpNetworks.from(
                        stock, EpOptions.builder().startFromWeights(1e-6).build());
                DataSet data = order(40, 3);
                INDArray x = data.getFeatures();
                INDArray mask = data.getFeaturesMaskArray();
                assertSame(
                        network.feedForward(x, mask, null).get(3),
                        stock.feedForward(x, mask, null).get(3),
                        2e-3);
                assertSame(network.output(x, false, mask, null), stock.output(x, false, mask, null), 5e-3);
            }
        }
    }

    /** Texts of four words, alone and in longer arrays. */
    @ParameterizedTest
    @EnumSource(PoolingType.class)
    void wordsThatAreNotThereSayNothing(PoolingType type) {
        MultiLayerConfiguration definition = pooledTwice(type);
        EpMultiLayerNetwork four = EpNetworks.from(definition);
        EpMultiLayerNetwork padded = EpNetworks.from(definition);
        Nd4j.getRandom().setSeed(3);
        INDArray words = Transforms.floor(Nd4j.rand(24, 4).muli(WORDS));
        INDArray longer = Nd4j.hstack(words, Nd4j.ones(24, LENGTH - 4).muli(2));
        INDArray mask = Nd4j.hstack(Nd4j.ones(24, 4), Nd4j.zeros(24, LENGTH - 4));
        assertSame(padded.output(longer, false, mask, null), four.output(words), 1e-5);
    }

    @Test
    void aTextWithoutWordsHasAPrediction() {
        EpMultiLayerNetwork network = EpNetworks.from(convolutional(PoolingType.AVG, ConvolutionMode.Truncate, 1));
        DataSet data = order(8, 3);
        data.getFeaturesMaskArray().putScalar(0, 0, 0);
        data.getFeaturesMaskArray().getRow(1).assign(0);
        network.fit(data);
        INDArray output = network.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null);
        assertThat(Double.isFinite(output.sumNumber().doubleValue())).isTrue();
    }

    @Test
    void whatIsNoIndexIsNamed() {
        EpMultiLayerNetwork network = EpNetworks.from(recurrent(RNNFormat.NCW));
        INDArray wrong = order(4, 1).getFeatures();
        wrong.putScalar(2, 5, WORDS);
        assertThatThrownBy(() -> network.output(wrong))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("The index of example 2 at step 5 is 9.0, allowed are whole numbers from 0 to 8 at layer"
                        + " \"layer0\" (index 0)");
        assertThatThrownBy(() -> network.output(Nd4j.zeros(4, 2, 3)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "An embedding takes one observed index per example and step, but an example has shape [2, 3]"
                                + " at layer \"layer0\" (index 0); make it the first layer of the network");
    }

    private static MultiLayerConfiguration distributed(boolean wrapped, RNNFormat format) {
        DenseLayer dense = new DenseLayer.Builder()
                .nIn(6)
                .nOut(5)
                .activation(Activation.RELU)
                .build();
        return list().layer(new SimpleRnn.Builder()
                        .nIn(2)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .dataFormat(format)
                        .build())
                .layer(wrapped ? new TimeDistributed(dense, format) : dense)
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(5)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build())
                .setInputType(InputType.recurrent(2, LENGTH, format))
                .build();
    }

    @ParameterizedTest
    @EnumSource(RNNFormat.class)
    void aDenseLayerInAWrapperIsTheSameBetweenPreprocessors(RNNFormat format) throws IOException {
        EpMultiLayerNetwork wrapped = EpNetworks.from(distributed(true, format));
        EpMultiLayerNetwork plain = EpNetworks.from(distributed(false, format));
        Nd4j.getRandom().setSeed(3);
        boolean last = format == RNNFormat.NWC;
        INDArray x = last ? Nd4j.randn(16, LENGTH, 2) : Nd4j.randn(16, 2, LENGTH);
        INDArray y = last ? Nd4j.randn(16, LENGTH, 1) : Nd4j.randn(16, 1, LENGTH);
        plain.setParams(wrapped.params().dup());
        wrapped.fit(new DataSet(x, y));
        plain.fit(new DataSet(x, y));
        assertThat(wrapped.params()).isEqualTo(plain.params());
        assertThat(wrapped.output(x)).isEqualTo(plain.output(x));
        File file = folder.resolve("network.zip").toFile();
        wrapped.save(file);
        INDArray point = wrapped.toPointNetwork().output(x);
        assertSame(ModelSerializer.restoreMultiLayerNetwork(file).output(x), point, 1e-4);
        assertSame(plain.toPointNetwork().output(x), point, 1e-5);
    }

    @Test
    void whatCannotBeAtEveryStepIsNamed() {
        assertThatThrownBy(() -> EpNetworks.from(list().layer(new TimeDistributed(classes(2)))
                        .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nIn(2)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build())
                        .build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("it wraps a layer of the type OutputLayer, allowed are [ActivationLayer,"
                        + " AutoEncoder, DenseLayer, DropoutLayer]");
    }

    /** Recurrent layers leave out what is not there already. */
    @Test
    void aMaskLayerAfterARecurrentOneChangesNothing() {
        NeuralNetConfiguration.ListBuilder with = list().layer(words(RNNFormat.NCW))
                .layer(new MaskLayer())
                .layer(new LastTimeStep(new LSTM.Builder()
                        .nIn(5)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build()))
                .layer(classes(6));
        EpMultiLayerNetwork masking = EpNetworks.from(with.build());
        EpMultiLayerNetwork plain = EpNetworks.from(recurrent(RNNFormat.NCW));
        plain.setParams(masking.params().dup());
        DataSet data = order(32, 1);
        masking.fit(data);
        plain.fit(data);
        assertSame(masking.params(), plain.params(), 1e-5);
        INDArray x = data.getFeatures();
        INDArray seen =
                masking.feedForward(x, data.getFeaturesMaskArray(), null).get(2);
        for (int n = 0; n < 32; n++) {
            for (int t = 0; t < LENGTH; t++) {
                boolean there = data.getFeaturesMaskArray().getDouble(n, t) > 0;
                assertThat(seen.getDouble(n, 0, t) != 0).isEqualTo(there);
            }
        }
    }
}

package io.github.dl4jep.convert.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
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

/** Dense and convolutional layers between recurrent ones, with the preprocessors that DL4J puts there by itself. */
class FeedForwardAtStepsTest {

    private static final int STEPS = 6;

    @TempDir
    private Path folder;

    private static SimpleRnn recurrent(RNNFormat format) {
        return new SimpleRnn.Builder()
                .nOut(6)
                .activation(Activation.TANH)
                .dataFormat(format)
                .build();
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build();
    }

    private static RnnOutputLayer output(RNNFormat format) {
        return new RnnOutputLayer.Builder(LossFunction.MSE)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .dataFormat(format)
                .build();
    }

    private static MultiLayerConfiguration definition(RNNFormat format) {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(recurrent(format))
                .layer(dense())
                .layer(output(format))
                .setInputType(InputType.recurrent(2, STEPS, format))
                .build();
    }

    /** The sum of the two inputs of the step before. */
    private static DataSet sumOfTheStepBefore(int count, long seed) {
        Nd4j.getRandom().setSeed(seed);
        INDArray x = Nd4j.rand(count, 2, STEPS).subi(0.5);
        INDArray y = Nd4j.zeros(count, 1, STEPS);
        for (int n = 0; n < count; n++) {
            for (int t = 1; t < STEPS; t++) {
                y.putScalar(n, 0, t, x.getDouble(n, 0, t - 1) + x.getDouble(n, 1, t - 1));
            }
        }
        return new DataSet(x, y);
    }

    private static double error(INDArray output, INDArray labels) {
        return output.sub(labels).norm2Number().doubleValue()
                / labels.norm2Number().doubleValue();
    }

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(tolerance);
    }

    @ParameterizedTest
    @EnumSource(RNNFormat.class)
    void aDenseLayerBetweenLearnsAndIsThePointNetworkOfDl4j(RNNFormat format) throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(definition(format));
        DataSet data = sumOfTheStepBefore(320, 1);
        boolean last = format == RNNFormat.NWC;
        for (int pass = 0; pass < 4; pass++) {
            for (DataSet batch : data.batchBy(16)) {
                network.fit(
                        last
                                ? new DataSet(
                                        batch.getFeatures().permute(0, 2, 1).dup('c'),
                                        batch.getLabels().permute(0, 2, 1).dup('c'))
                                : batch);
            }
        }
        DataSet test = sumOfTheStepBefore(100, 2);
        INDArray x = last ? test.getFeatures().permute(0, 2, 1).dup('c') : test.getFeatures();
        INDArray y = last ? test.getLabels().permute(0, 2, 1).dup('c') : test.getLabels();
        assertThat(error(network.output(x), y)).isLessThan(0.25);
        INDArray point = network.toPointNetwork().output(x);
        assertThat(error(point, y)).isLessThan(0.3);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        // DL4J moves the steps into the minibatch.
        assertSame(ModelSerializer.restoreMultiLayerNetwork(file).output(x), point, 1e-4);
        assertThat(((EpMultiLayerNetwork) EpNetworks.load(file)).output(x)).isEqualTo(network.output(x));
        assertThat(network.prediction(x).epistemicVariance().shape()).isEqualTo(y.shape());
    }

    @Test
    void channelsLastIsChannelsFirst() {
        EpMultiLayerNetwork first = EpNetworks.from(definition(RNNFormat.NCW));
        EpMultiLayerNetwork last = EpNetworks.from(definition(RNNFormat.NWC));
        last.setParams(first.params().dup());
        DataSet data = sumOfTheStepBefore(16, 1);
        first.fit(data);
        last.fit(new DataSet(
                data.getFeatures().permute(0, 2, 1).dup('c'),
                data.getLabels().permute(0, 2, 1).dup('c')));
        assertThat(last.params()).isEqualTo(first.params());
    }

    @Test
    void aGraphIsAList() {
        EpMultiLayerNetwork list = EpNetworks.from(definition(RNNFormat.NCW));
        EpComputationGraph graph = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .graphBuilder()
                .addInputs("series")
                .addLayer("memory", recurrent(RNNFormat.NCW), "series")
                .addLayer("dense", dense(), "memory")
                .addLayer("out", output(RNNFormat.NCW), "dense")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(2, STEPS))
                .build());
        graph.setParams(list.params().dup());
        DataSet data = sumOfTheStepBefore(16, 1);
        list.fit(data);
        graph.fit(data);
        assertThat(graph.params()).isEqualTo(list.params());
        assertThat(graph.outputSingle(data.getFeatures())).isEqualTo(list.output(data.getFeatures()));
    }

    /** Steps that are not there change nothing, whatever stands there. */
    @Test
    void masksGoThroughADenseLayer() {
        DataSet data = sumOfTheStepBefore(16, 1);
        INDArray mask = Nd4j.ones(16, STEPS);
        INDArray other = data.getFeatures().dup();
        for (int n = 0; n < 16; n++) {
            for (int t = STEPS - n % 3; t < STEPS; t++) {
                mask.putScalar(n, t, 0);
                other.putScalar(new int[] {n, 0, t}, Double.NaN);
            }
        }
        EpMultiLayerNetwork one = EpNetworks.from(definition(RNNFormat.NCW));
        EpMultiLayerNetwork two = EpNetworks.from(definition(RNNFormat.NCW));
        one.fit(new DataSet(data.getFeatures(), data.getLabels(), mask, null));
        two.fit(new DataSet(other, data.getLabels(), mask, null));
        assertThat(two.params()).isEqualTo(one.params());
        assertThat(Double.isFinite(one.params().sumNumber().doubleValue())).isTrue();
    }

    /** The dense layer comes first, so only its own weights are uncertain before the recurrent ones. */
    @Test
    void aDenseLayerInFrontOfARecurrentOneLearns() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(dense())
                .layer(new LastTimeStep(
                        new LSTM.Builder().nOut(6).activation(Activation.TANH).build()))
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2, STEPS))
                .build());
        Nd4j.getRandom().setSeed(1);
        INDArray x = Nd4j.rand(320, 2, STEPS).subi(0.5);
        INDArray y = x.sum(1)
                .get(
                        org.nd4j.linalg.indexing.NDArrayIndex.all(),
                        org.nd4j.linalg.indexing.NDArrayIndex.point(STEPS - 2))
                .reshape(320, 1)
                .dup('c');
        for (int pass = 0; pass < 16; pass++) {
            for (DataSet batch : new DataSet(x, y).batchBy(32)) {
                network.fit(batch);
            }
        }
        assertThat(error(network.output(x), y)).isLessThan(0.3);
    }

    /** A convolution of every image of a film. */
    @Test
    void imagesAtStepsAreThoseOfThePointNetworkOfDl4j() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new ConvolutionLayer.Builder(2, 2)
                        .nIn(1)
                        .nOut(3)
                        .activation(Activation.RELU)
                        .build())
                .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new LastTimeStep(new LSTM.Builder()
                        .nIn(12)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .inputPreProcessor(0, new RnnToCnnPreProcessor(5, 5, 1))
                .inputPreProcessor(2, new CnnToRnnPreProcessor(2, 2, 3))
                .build());
        // Whether the first image has its bright corner at the top left, or at the bottom right.
        Nd4j.getRandom().setSeed(1);
        INDArray x = Nd4j.rand(256, 25, 3).muli(0.3);
        INDArray y = Nd4j.zeros(256, 2);
        for (int n = 0; n < 256; n++) {
            int kind = n % 2;
            for (int pixel : new int[] {0, 1, 5, 6}) {
                x.putScalar(n, kind == 0 ? pixel : 24 - pixel, 0, 1.5);
            }
            y.putScalar(n, kind, 1);
        }
        for (int pass = 0; pass < 3; pass++) {
            for (DataSet batch : new DataSet(x, y).batchBy(32)) {
                network.fit(batch);
            }
        }
        INDArray right = network.output(x).argMax(1).eq(y.argMax(1)).castTo(x.dataType());
        assertThat(right.meanNumber().doubleValue()).isGreaterThan(0.95);
        File file = folder.resolve("film.zip").toFile();
        network.save(file);
        assertSame(
                ModelSerializer.restoreMultiLayerNetwork(file).output(x),
                network.toPointNetwork().output(x),
                1e-4);
    }

    @Test
    void labelsOfADenseLayersStepsNeedAnOutputOfSequences() {
        DataSet data = sumOfTheStepBefore(16, 1);
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list()
                .layer(recurrent(RNNFormat.NCW))
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2, STEPS))
                .build());
        assertThatThrownBy(() -> network.output(data.getFeatures()))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("An example has shape [6, 6], allowed is [6] at layer \"layer1\" (index 1);"
                        + " labels at every step need an RnnOutputLayer");
        EpMultiLayerNetwork loss = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list()
                .layer(dense())
                .layer(new LossLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2, STEPS))
                .build());
        assertThatThrownBy(() -> loss.output(data.getFeatures()))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("An example's output has shape [5, 6], allowed is [5] at layer \"layer1\" (index 1); labels"
                        + " at every step need an RnnLossLayer or RnnOutputLayer");
    }
}

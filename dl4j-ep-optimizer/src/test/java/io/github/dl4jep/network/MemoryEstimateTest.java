package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.linear.WindowedFactor;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.abstracts.Nd4jWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class MemoryEstimateTest {

    @Test
    void largestBatchIsTheLastThatFits() {
        MemoryEstimate estimate = new MemoryEstimate(1000, 7, 0, 256, 0);

        assertThat(estimate.bytes(3)).isEqualTo(1021);
        assertThat(estimate.largestBatch(1021)).isEqualTo(3);
        assertThat(estimate.largestBatch(1020)).isEqualTo(2);
        assertThat(estimate.largestBatch(1006)).isZero();
        assertThat(estimate.largestBatch(999)).isZero();
    }

    /** Of more than 128 examples the weights are copied. */
    @Test
    void copiesCountInLargeBatches() {
        MemoryEstimate estimate = new MemoryEstimate(1000, 7, 0, 256, 70);

        assertThat(estimate.bytes(128)).isEqualTo(1000 + 128 * 7);
        assertThat(estimate.bytes(129)).isEqualTo(1000 + 129 * 7 + 70);
        for (long available = 1800; available < 2100; available++) {
            long largest = estimate.largestBatch(available);
            assertThat(estimate.bytes(largest)).isLessThanOrEqualTo(available);
            assertThat(estimate.bytes(largest + 1)).isGreaterThan(available);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, 1009, 1010, 50_000, 12_345_678, 4_000_000_000L})
    void pairsCountInTheLargestBatch(long available) {
        for (int inducing : new int[] {2, 256, 1_000_000_000}) {
            MemoryEstimate estimate = new MemoryEstimate(1000, 7, 3, inducing, 0);

            assertThat(estimate.bytes(3)).isEqualTo(1000 + 21 + (inducing == 2 ? 18 : 27));
            long largest = estimate.largestBatch(available);
            assertThat(estimate.bytes(largest)).isLessThanOrEqualTo(available);
            assertThat(estimate.bytes(largest + 1)).isGreaterThan(available);
        }
    }

    /**
     * Against the bytes that a batch asked its workspace for. Differences between two batch sizes leave out what is the same for
     * both; both are large, so that weights are copied. From 128 examples on, an eighth of them says how precise weights become.
     */
    @ParameterizedTest
    @ValueSource(strings = {"dense", "convolution", "pooled"})
    void estimateIsNearTheBytesOfABatch(String kind) {
        MultiLayerConfiguration definition = definition(kind);
        EpMultiLayerNetwork network = EpNetworks.from(definition, unchecked());
        MemoryEstimate estimate = MemoryEstimate.of(
                network.getLayerWiseConfigurations().getMemoryReport(InputType.feedForward(400)), DataType.FLOAT);
        long small = measured(network, 160);
        long large = measured(network, 192);

        assertThat((double) (estimate.bytes(192) - estimate.bytes(160)) / (large - small))
                .isBetween(0.9, 1.5);
    }

    /** What more inducing examples take of a large batch, in narrow layers. */
    @Test
    void estimateOfInducingExamplesIsNearTheBytesOfABatch() {
        long[] bytes = new long[2];
        double perPair = 0;
        for (int i = 0; i < 2; i++) {
            EpOptions options = EpOptions.builder()
                    .likelihood(new ClassLikelihood(1.0 / 64, false))
                    .inducingExamples(50 + 100 * i)
                    .build();
            EpMultiLayerNetwork network = EpNetworks.from(definition("narrow"), options);
            bytes[i] = measured(network, 1000) - measured(network, 600);
            perPair = network.memory(InputType.feedForward(400)).bytesPerPair();
            assertThat(network.memory(InputType.feedForward(400)).inducingExamples())
                    .isEqualTo(50 + 100 * i);
        }
        assertThat(perPair * 400 * 100 / (bytes[1] - bytes[0])).isBetween(0.95, 1.5);
    }

    /** Second differences leave the squares, in narrow layers. */
    @Test
    void estimateOfPairsIsNearTheBytesOfABatch() {
        EpMultiLayerNetwork network = EpNetworks.from(definition("narrow"), unchecked());
        MemoryEstimate estimate = network.memory(InputType.feedForward(400));
        long least = (long) MemoryEstimate.leastBytesOfAPair(network.getnLayers(), DataType.FLOAT);

        double pairs =
                (measured(network, 300) - 2.0 * measured(network, 200) + measured(network, 100)) / (2 * 100 * 100);

        assertThat(estimate.bytesPerPair() / pairs).isBetween(0.95, 1.5);
        assertThat(least / pairs).isBetween(0.3, 1.0);
    }

    @Test
    void patchesOfSeparableConvolutionsAreCounted() {
        MultiLayerConfiguration separable = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new SeparableConvolution2D.Builder(3, 3).nOut(4).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(8, 8, 2))
                .build();
        long fixed = EpNetworks.from(separable)
                .memory(InputType.convolutional(8, 8, 2))
                .fixedBytes();

        assertThat(fixed)
                .isBetween(
                        WindowedFactor.WORKING_ELEMENTS * Float.BYTES,
                        WindowedFactor.WORKING_ELEMENTS * Float.BYTES + 100_000);
    }

    /** The check of a step would be the last to use the workspace. */
    private static EpOptions unchecked() {
        return EpOptions.builder()
                .likelihood(new ClassLikelihood(1.0 / 64, false))
                .inducingExamples(1000)
                .build();
    }

    private static long measured(EpMultiLayerNetwork network, int rows) {
        INDArray features = Nd4j.randn(DataType.FLOAT, rows, 400);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 3);
        labels.getColumn(0).assign(1);
        network.fit(features, labels);
        MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getWorkspaceForCurrentThread("WS_EP_GRAPH");
        return ((Nd4jWorkspace) workspace).getLastCycleAllocations();
    }

    private static MultiLayerConfiguration definition(String kind) {
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder().activation(Activation.RELU).list();
        if (kind.equals("narrow")) {
            layers.layer(new DenseLayer.Builder().nOut(4).build())
                    .layer(new DenseLayer.Builder().nOut(4).build());
        } else if (kind.equals("dense")) {
            layers.layer(new DenseLayer.Builder().nOut(300).build())
                    .layer(new DenseLayer.Builder().nOut(200).build());
        } else {
            layers.layer(new ConvolutionLayer.Builder(5, 5).nOut(8).build());
        }
        if (kind.equals("pooled")) {
            layers.layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                            .kernelSize(2, 2)
                            .stride(2, 2)
                            .build())
                    .layer(new ConvolutionLayer.Builder(3, 3).nOut(8).build());
        }
        return layers.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(
                        List.of("dense", "narrow").contains(kind)
                                ? InputType.feedForward(400)
                                : InputType.convolutionalFlat(20, 20, 1))
                .build();
    }

    /** DL4J's own type of what both directions put out has no number of steps. */
    @Test
    void bothDirectionsKeepTheNumberOfSteps() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list(
                        new Bidirectional(new LSTM.Builder()
                                .nIn(2)
                                .nOut(3)
                                .activation(Activation.TANH)
                                .build()),
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nIn(6)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build())
                .build());

        long ten = network.memory(InputType.recurrent(2, 10)).bytesPerExample();

        assertThat(network.memory(InputType.recurrent(2, 20)).bytesPerExample()).isBetween(ten * 3 / 2, ten * 2);
    }

    /** Three floats a weight, and as many in the copies that take a lost step back. */
    @Test
    void statesHaveCopiesOfTheWeights() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list(
                        new LSTM.Builder()
                                .nIn(20)
                                .nOut(100)
                                .activation(Activation.TANH)
                                .build(),
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nIn(100)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build())
                .build());
        long weights = 4 * (20 + 100 + 1) * 100 + 101;

        assertThat(network.memory(InputType.recurrent(20, 10)).fixedBytes())
                .isGreaterThanOrEqualTo(2 * 3 * 4 * weights);
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
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
        MemoryEstimate estimate = new MemoryEstimate(1000, 7);

        assertThat(estimate.bytes(3)).isEqualTo(1021);
        assertThat(estimate.largestBatch(1021)).isEqualTo(3);
        assertThat(estimate.largestBatch(1020)).isEqualTo(2);
        assertThat(estimate.largestBatch(1006)).isZero();
        assertThat(estimate.largestBatch(999)).isZero();
    }

    /**
     * Against the bytes that a batch asked its workspace for. Differences between two batch sizes leave out what is the same for
     * both.
     */
    @ParameterizedTest
    @ValueSource(strings = {"dense", "convolution", "pooled"})
    void estimateIsNearTheBytesOfABatch(String kind) {
        MultiLayerConfiguration definition = definition(kind);
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        MemoryEstimate estimate = MemoryEstimate.of(
                network.getLayerWiseConfigurations().getMemoryReport(InputType.feedForward(400)), DataType.FLOAT);
        long small = measured(network, 8);
        long large = measured(network, 40);

        assertThat((double) estimate.bytesPerExample() * 32 / (large - small)).isBetween(0.9, 1.5);
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
        if (kind.equals("dense")) {
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
                        kind.equals("dense") ? InputType.feedForward(400) : InputType.convolutionalFlat(20, 20, 1))
                .build();
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Forty times two branches that meet again are 2^40 paths, more than anyone can follow one by one. */
class ManyBranchesTest {

    private static final int MEETINGS = 40;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void pathsAreNotFollowedOneByOne() {
        ComputationGraphConfiguration.GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(4, 4, 1))
                .addLayer(
                        "sum0",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(2)
                                .activation(Activation.RELU)
                                .build(),
                        "in");
        for (int i = 0; i < MEETINGS; i++) {
            graph.addVertex("left" + i, new ScaleVertex(0.5), "sum" + i)
                    .addVertex("right" + i, new ScaleVertex(0.5), "sum" + i)
                    .addVertex(
                            "sum" + (i + 1), new ElementWiseVertex(ElementWiseVertex.Op.Add), "left" + i, "right" + i);
        }
        graph.addLayer("pool", new GlobalPoolingLayer(), "sum" + MEETINGS)
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "pool")
                .setOutputs("out");

        EpComputationGraph network = EpNetworks.from(graph.build());
        INDArray images = Nd4j.rand(DataType.FLOAT, 3, 1, 4, 4);
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}});
        INDArray before = network.params().dup();
        network.fit(new DataSet(images, labels));

        assertThat(network.params()).isNotEqualTo(before);
        assertThat(network.outputSingle(images).sumNumber().doubleValue()).isCloseTo(3, within(1e-4));
    }
}

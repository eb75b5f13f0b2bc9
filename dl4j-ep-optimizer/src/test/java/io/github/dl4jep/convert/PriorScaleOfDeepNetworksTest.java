package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The default prior is narrower the more layers with weights are on the longest path. */
class PriorScaleOfDeepNetworksTest {

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static MultiLayerConfiguration chain(int hidden) {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
        for (int i = 0; i < hidden; i++) {
            layers.layer(new DenseLayer.Builder()
                    .nOut(4)
                    .activation(Activation.IDENTITY)
                    .build());
            layers.layer(new BatchNormalization());
            layers.layer(new ActivationLayer(Activation.RELU));
        }
        return layers.layer(output()).setInputType(InputType.feedForward(4)).build();
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5", "3, 0.5", "4, 0.4", "19, 0.1"})
    void chainsOfHiddenLayersAndAnOutput(int hidden, double scale) {
        EpMultiLayerNetwork network = EpNetworks.from(chain(hidden));
        int last = network.getnLayers() - 1;

        assertThat(((EpDenseLayer) network.getLayer(0).conf().getLayer()).getWeightPrior())
                .isEqualTo(new GaussianPrior(scale));
        assertThat(((EpOutputLayer) network.getLayer(last).conf().getLayer()).getWeightPrior())
                .isEqualTo(new GaussianPrior(scale).forOutput());
    }

    @Test
    void whatIsSetStays() {
        EpOptions options = EpOptions.builder().priorScale(0.3).build();
        EpMultiLayerNetwork network = EpNetworks.from(chain(19), options);

        assertThat(((EpDenseLayer) network.getLayer(0).conf().getLayer()).getWeightPrior())
                .isEqualTo(new GaussianPrior(0.3));
    }

    @Test
    void theLongestPathOfAGraphCounts() {
        ComputationGraphConfiguration.GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("c0", convolution(), "in");
        for (int i = 0; i < 8; i++) {
            graph.addLayer("c" + (i + 1), convolution(), "c" + i);
        }
        graph.addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "c0", "c8")
                .addLayer("pool", new GlobalPoolingLayer(), "sum")
                .addLayer("out", output(), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(4, 4, 1));
        EpComputationGraph network = EpNetworks.from(graph.build());
        WeightPrior prior = ((EpConvolutionLayer) network.getLayer("c0").conf().getLayer()).getWeightPrior();

        // Nine convolutions and the output; the way around them has two.
        assertThat(prior).isEqualTo(new GaussianPrior(0.2));
    }

    private static ConvolutionLayer convolution() {
        return new ConvolutionLayer.Builder(3, 3)
                .padding(1, 1)
                .nOut(2)
                .activation(Activation.RELU)
                .build();
    }

    /** Six maps of three separable convolutions, one of them frozen, and an output that is added to what was converted before. */
    @Test
    void aNetworkThatIsConvertedAgainIsAsDeepAsBefore() {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
        for (int i = 0; i < 3; i++) {
            layers.layer(new SeparableConvolution2D.Builder(2, 2)
                    .nOut(2)
                    .activation(Activation.RELU)
                    .build());
        }
        MultiLayerConfiguration definition = layers.layer(output())
                .setInputType(InputType.convolutional(5, 5, 1))
                .build();
        MultiLayerConfiguration converted =
                EpNetworks.from(definition).getLayerWiseConfigurations().clone();
        converted.getConf(0).setLayer(new EpFrozenLayer(converted.getConf(0).getLayer(), false));
        converted.getConf(3).setLayer(definition.getConf(3).getLayer());
        EpMultiLayerNetwork again = EpNetworks.from(converted);

        assertThat(((EpOutputLayer) again.getLayer(3).conf().getLayer()).getWeightPrior())
                .isEqualTo(new GaussianPrior(2.0 / 7).forOutput());
    }
}

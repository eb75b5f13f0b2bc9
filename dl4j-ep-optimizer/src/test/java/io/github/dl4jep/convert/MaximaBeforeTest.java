package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Weights behind maxima, whose mean square is nearly twice that before, start with half the variance. */
class MaximaBeforeTest {

    private static ConvolutionLayer convolution() {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(4)
                .activation(Activation.RELU)
                .build();
    }

    private static SubsamplingLayer pooling(SubsamplingLayer.PoolingType type) {
        return new SubsamplingLayer.Builder(type).kernelSize(2, 2).stride(2, 2).build();
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static EpMultiLayerNetwork network(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return EpNetworks.from(
                list.setInputType(InputType.convolutional(20, 20, 1)).build());
    }

    private static double gain(EpMultiLayerNetwork network, int layer) {
        return gain(network.getLayer(layer).conf().getLayer());
    }

    private static double gain(Layer layer) {
        return layer instanceof EpConvolutionLayer convolution
                ? convolution.getPriorGain()
                : layer instanceof EpDenseLayer dense ? dense.getPriorGain() : ((EpOutputLayer) layer).getPriorGain();
    }

    @Test
    void onlyTheLayerBehindTheMaximum() {
        EpMultiLayerNetwork network =
                network(convolution(), pooling(SubsamplingLayer.PoolingType.MAX), convolution(), dense(), output());

        assertThat(gain(network, 0)).isEqualTo(2);
        assertThat(gain(network, 2)).isEqualTo(1);
        assertThat(gain(network, 3)).isEqualTo(2);
        assertThat(gain(network, 4)).isEqualTo(1);
    }

    @Test
    void averagesKeepTheScale() {
        EpMultiLayerNetwork network =
                network(convolution(), pooling(SubsamplingLayer.PoolingType.AVG), dense(), output());

        assertThat(gain(network, 2)).isEqualTo(2);
    }

    @Test
    void aUnitAndAResponseNormalizationChangeLittle() {
        EpMultiLayerNetwork network = network(
                convolution(),
                pooling(SubsamplingLayer.PoolingType.MAX),
                new LocalResponseNormalization(),
                new ActivationLayer(Activation.RELU),
                dense(),
                output());

        assertThat(gain(network, 4)).isEqualTo(1);
    }

    @Test
    void batchNormalizationSetsTheScaleAnew() {
        EpMultiLayerNetwork network = network(
                convolution(), pooling(SubsamplingLayer.PoolingType.MAX), new BatchNormalization(), dense(), output());

        assertThat(gain(network, 3)).isEqualTo(2);
    }

    @Test
    void anOutputBehindTheMaximumOfAllPositions() {
        EpMultiLayerNetwork network = network(convolution(), new GlobalPoolingLayer(PoolingType.MAX), output());

        assertThat(gain(network, 2)).isEqualTo(0.5);
    }

    private static double readout(Layer layer) {
        return ((EpOutputLayer) layer).getReadoutPrior().getScale();
    }

    @Test
    void aReadoutOfMaximaOfAllPositionsIsNarrower() {
        double plain = readout(network(convolution(), pooling(SubsamplingLayer.PoolingType.MAX), dense(), output())
                .getLayer(3)
                .conf()
                .getLayer());
        EpMultiLayerNetwork list =
                network(convolution(), new GlobalPoolingLayer(PoolingType.MAX), new DropoutLayer(0.5), output());
        EpMultiLayerNetwork average = network(convolution(), new GlobalPoolingLayer(PoolingType.AVG), output());
        EpMultiLayerNetwork hidden = network(convolution(), new GlobalPoolingLayer(PoolingType.MAX), dense(), output());

        assertThat(readout(list.getLayer(3).conf().getLayer())).isEqualTo(plain / 100);
        assertThat(readout(average.getLayer(2).conf().getLayer())).isEqualTo(plain);
        assertThat(readout(hidden.getLayer(3).conf().getLayer())).isEqualTo(plain);
    }

    @Test
    void branchesOfMaximaThatAreMergedAreMaxima() {
        EpComputationGraph graph = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", convolution(), "in")
                .addLayer("b", convolution(), "in")
                .addLayer("largest a", new GlobalPoolingLayer(PoolingType.MAX), "a")
                .addLayer("largest b", new GlobalPoolingLayer(PoolingType.MAX), "b")
                .addVertex("both", new MergeVertex(), "largest a", "largest b")
                .addLayer("out", output(), "both")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(20, 20, 1))
                .build());

        assertThat(readout(graph.getLayer("out").conf().getLayer())).isEqualTo(0.64);
    }

    @Test
    void aFrozenMaximumIsOne() {
        EpMultiLayerNetwork network = network(
                new FrozenLayer(convolution()),
                new FrozenLayer(pooling(SubsamplingLayer.PoolingType.MAX)),
                dense(),
                output());

        assertThat(gain(network, 2)).isEqualTo(1);
    }

    @Test
    void aConvertedNetworkStaysAsItIs() {
        EpMultiLayerNetwork network =
                network(convolution(), pooling(SubsamplingLayer.PoolingType.MAX), dense(), output());

        EpMultiLayerNetwork again = EpNetworks.from(network.getLayerWiseConfigurations());

        assertThat(gain(again, 2)).isEqualTo(1);
    }

    @Test
    void ofBranchesThatMeetTheScaleIsNotKnown() {
        EpComputationGraph graph = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("filters", convolution(), "in")
                .addLayer("largest", pooling(SubsamplingLayer.PoolingType.MAX), "filters")
                .addLayer("average", pooling(SubsamplingLayer.PoolingType.AVG), "filters")
                .addLayer("one", convolution(), "largest")
                .addVertex("both", new MergeVertex(), "largest", "average")
                .addLayer("two", convolution(), "both")
                .addVertex("all", new MergeVertex(), "one", "two")
                .addLayer("out", output(), "all")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(20, 20, 1))
                .build());

        assertThat(gain(graph.getLayer("one").conf().getLayer())).isEqualTo(1);
        assertThat(gain(graph.getLayer("two").conf().getLayer())).isEqualTo(2);
    }
}

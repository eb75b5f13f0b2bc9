package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.message.ExampleFormat;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Where features have their channels is said by what reads them, not by layers after those that make columns of them. */
class ChannelOrderTest {

    private static final FeedForwardToCnnPreProcessor TO_IMAGES = new FeedForwardToCnnPreProcessor(4, 4, 1);
    private static final CnnToFeedForwardPreProcessor TO_COLUMNS =
            new CnnToFeedForwardPreProcessor(3, 3, 2, CNN2DFormat.NHWC);

    private static ConvolutionLayer channelsLast() {
        return new ConvolutionLayer.Builder(2, 2)
                .nIn(1)
                .nOut(2)
                .dataFormat(CNN2DFormat.NHWC)
                .activation(Activation.RELU)
                .build();
    }

    private static GlobalPoolingLayer pooling() {
        return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder()
                .nIn(3)
                .nOut(16)
                .activation(Activation.RELU)
                .build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(18)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static MultiLayerConfiguration list() {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(pooling())
                .layer(dense())
                .layer(channelsLast())
                .layer(output())
                .inputPreProcessor(2, TO_IMAGES)
                .inputPreProcessor(3, TO_COLUMNS)
                .build();
    }

    private static ComputationGraphConfiguration graph() {
        return new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("pooling", pooling(), "in")
                .addLayer("dense", dense(), "pooling")
                .addLayer("convolution", channelsLast(), TO_IMAGES, "dense")
                .addLayer("out", output(), TO_COLUMNS, "convolution")
                .setOutputs("out")
                .build();
    }

    @Test
    void aListAndAGraphReadFeaturesWithChannelsFirstBeforeALaterConvolutionWithChannelsLast() {
        EpMultiLayerNetwork list = EpNetworks.from(list());
        EpComputationGraph graph = EpNetworks.from(graph());
        graph.setParams(list.params());
        INDArray features = Nd4j.randn(DataType.FLOAT, 6, 3, 5, 5);
        INDArray means = features.mean(2, 3);

        INDArray ofList = list.feedForward(features).get(1);
        assertThat(ofList.sub(means).amaxNumber().doubleValue()).isCloseTo(0, within(1e-5));
        assertThat(graph.outputSingle(features)).isEqualTo(list.output(features));
    }

    @Test
    void aLayerThatSaysNothingHasTheOrderOfItsReaderAndOfWhatItReads() {
        MultiLayerConfiguration conf = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ActivationLayer(Activation.IDENTITY))
                .layer(channelsLast())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(output())
                .inputPreProcessor(3, TO_COLUMNS)
                .build();
        NetworkLayout converted = EpNetworks.from(conf).engine().layout();

        for (String place : List.of("input", "0", "1", "2")) {
            assertThat(converted.format(place)).isEqualTo(ExampleFormat.CHANNELS_LAST);
        }
        assertThat(converted.format("3")).isEqualTo(ExampleFormat.CHANNELS_FIRST);
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Weights of each position and learned slopes: the stock network is the oracle, in both directions. */
class UnsharedAndSlopesTest {

    /**
     * A network.
     *
     * @param name what it is
     * @param input its input type
     * @param features some rows
     * @param layers its hidden layers
     */
    record Case(String name, InputType input, long[] features, List<Layer> layers) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static LocallyConnected2D image(ConvolutionMode mode, int stride) {
        return new LocallyConnected2D.Builder()
                .kernelSize(2, 2)
                .stride(stride, stride)
                .nOut(3)
                .setInputSize(4, 5)
                .convolutionMode(mode)
                .activation(Activation.TANH)
                .build();
    }

    private static LocallyConnected1D sequence(ConvolutionMode mode) {
        return new LocallyConnected1D.Builder()
                .kernelSize(3)
                .nOut(3)
                .setInputSize(7)
                .convolutionMode(mode)
                .activation(Activation.RELU)
                .build();
    }

    private static Layer pooled() {
        return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
    }

    private static Layer dense() {
        return new DenseLayer.Builder().nOut(8).activation(Activation.IDENTITY).build();
    }

    static List<Case> cases() {
        long[] images = {5, 2, 4, 5};
        return List.of(
                new Case(
                        "image", InputType.convolutional(4, 5, 2), images, List.of(image(ConvolutionMode.Truncate, 1))),
                new Case(
                        "image of the same size",
                        InputType.convolutional(4, 5, 2),
                        images,
                        List.of(image(ConvolutionMode.Same, 1), image(ConvolutionMode.Truncate, 2))),
                new Case(
                        "image, channels last",
                        InputType.convolutional(4, 5, 2, CNN2DFormat.NHWC),
                        new long[] {5, 4, 5, 2},
                        List.of(image(ConvolutionMode.Truncate, 1))),
                new Case(
                        "sequence",
                        InputType.recurrent(2, 7),
                        new long[] {5, 2, 7},
                        List.of(sequence(ConvolutionMode.Truncate), pooled())),
                new Case(
                        "sequence of the same length",
                        InputType.recurrent(2, 7),
                        new long[] {5, 2, 7},
                        List.of(sequence(ConvolutionMode.Same), pooled())),
                new Case(
                        "slopes",
                        InputType.feedForward(4),
                        new long[] {5, 4},
                        List.of(dense(), new PReLULayer.Builder().inputShape(8).build())),
                new Case(
                        "slopes of images",
                        InputType.convolutional(4, 5, 2),
                        images,
                        List.of(new PReLULayer.Builder().inputShape(2, 4, 5).build(), pooled())),
                new Case(
                        "slopes of channels",
                        InputType.convolutional(4, 5, 2),
                        images,
                        List.of(
                                new PReLULayer.Builder()
                                        .inputShape(2, 4, 5)
                                        .sharedAxes(2, 3)
                                        .build(),
                                pooled())));
    }

    private static MultiLayerNetwork stock(Case each) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(3).updater(new NoOp()).list();
        each.layers().forEach(layer -> list.layer(layer.clone()));
        MultiLayerNetwork network = new MultiLayerNetwork(list.layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(each.input())
                .build());
        network.init();
        Nd4j.getRandom().setSeed(7);
        network.params().assign(Nd4j.randn(network.params().shape()).muli(0.3));
        return network;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void startsAsTheStockNetworkAndGoesBackToIt(Case each) {
        MultiLayerNetwork stock = stock(each);
        INDArray features = Nd4j.randn(each.features());
        // DL4J's slopes write over their input.
        INDArray expected = stock.output(features.dup());

        EpMultiLayerNetwork network = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-9).build());

        assertClose(network.output(features), expected);
        MultiLayerNetwork back = network.toPointNetwork();
        assertClose(back.output(features.dup()), expected);
        assertThat(back.getLayerWiseConfigurations().toJson()).doesNotContain("io.github.dl4jep");
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-4);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void learnsWhatAStockNetworkSays(Case each) {
        long[] shape = each.features().clone();
        shape[0] = 200;
        Nd4j.getRandom().setSeed(5);
        INDArray features = Nd4j.randn(shape);
        INDArray labels = stock(each).output(features.dup());
        EpMultiLayerNetwork network =
                EpNetworks.from(stock(each).getLayerWiseConfigurations().clone());
        DataSet data = new DataSet(features, labels);
        for (int pass = 0; pass < 9; pass++) {
            data.batchBy(20).forEach(network::fit);
        }
        INDArray error = network.output(features).sub(labels);
        INDArray spread = labels.sub(labels.mean(0).broadcast(labels.shape()));

        assertThat(error.norm2Number().doubleValue())
                .isLessThan(0.6 * spread.norm2Number().doubleValue());
    }

    @Test
    void whatDl4jLeavesOutIsRefused() {
        LocallyConnected2D dilated = image(ConvolutionMode.Truncate, 1);
        dilated.setDilation(new int[] {2, 2});
        assertThatThrownBy(() -> EpNetworks.from(
                        stock(new Case("dilated", InputType.convolutional(4, 5, 2), new long[] {1}, List.of(dilated)))
                                .getLayerWiseConfigurations()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining(
                        "it has dilation [2, 2] and mode Truncate, which DL4J leaves out where it slices");
        assertThatThrownBy(() -> EpNetworks.from(
                        stock(cases().get(0)).getLayerWiseConfigurations(),
                        EpOptions.builder()
                                .activation("layer0", new io.github.dl4jep.activation.ActivationHeaviside())
                                .build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("which a stock layer of this type cannot have; set it in the definition");
        assertThatThrownBy(() -> EpNetworks.from(new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(new DenseLayer.Builder().nIn(2).nOut(2).build())
                        .layer(new PReLULayer.Builder().build())
                        .layer(new OutputLayer.Builder().nIn(2).nOut(2).build())
                        .build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("its input shape is not set, without which DL4J does not know its slopes either");
    }
}

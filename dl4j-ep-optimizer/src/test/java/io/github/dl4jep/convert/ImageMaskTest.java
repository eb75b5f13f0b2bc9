package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Images in which some positions are not there, as the words after the end of a sentence. */
class ImageMaskTest {

    private static final int BATCH = 16;
    private static final int WORDS = 9;
    private static final int VECTOR = 4;

    private static ConvolutionLayer words(int width) {
        return new ConvolutionLayer.Builder(width, VECTOR)
                .stride(1, VECTOR)
                .nOut(3)
                .build();
    }

    private static ComputationGraph sentences(PoolingType pooling) {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(5)
                .activation(Activation.LEAKYRELU)
                .convolutionMode(ConvolutionMode.Same)
                .graphBuilder()
                .addInputs("in")
                .addLayer("three", words(3), "in")
                .addLayer("five", words(5), "in")
                .addVertex("widths", new MergeVertex(), "three", "five")
                .addLayer("pooled", new GlobalPoolingLayer.Builder(pooling).build(), "widths")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "pooled")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(WORDS, VECTOR, 1))
                .build());
        network.init();
        // What windows make of words that are not there is not 0.
        network.setParam("three_b", Nd4j.valueArrayOf(new long[] {1, 3}, 3f));
        network.setParam("five_b", Nd4j.valueArrayOf(new long[] {1, 3}, 2f));
        network.setParam("out_b", Nd4j.createFromArray(new float[][] {{0.3f, -0.2f}}));
        return network;
    }

    private static INDArray vectors() {
        Nd4j.getRandom().setSeed(3);
        return Nd4j.randn(BATCH, 1, WORDS, VECTOR);
    }

    /** Sentence n has 2 + n % 8 words. */
    private static INDArray lengths() {
        INDArray mask = Nd4j.zeros(BATCH, 1, WORDS, 1);
        for (int n = 0; n < BATCH; n++) {
            for (int t = 0; t < 2 + n % 8; t++) {
                mask.putScalar(new int[] {n, 0, t, 0}, 1);
            }
        }
        return mask;
    }

    /** The oracle is DL4J's own network with the same mask. */
    @ParameterizedTest
    @EnumSource(
            value = PoolingType.class,
            names = {"MAX", "AVG", "SUM"})
    void masksOfSentencesAreDl4js(PoolingType pooling) {
        ComputationGraph stock = sentences(pooling);
        EpComputationGraph network = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-9).build());
        INDArray mask = lengths();
        INDArray features = vectors().muli(mask.broadcast(BATCH, 1, WORDS, VECTOR));
        INDArray expected = stock.output(false, new INDArray[] {features}, new INDArray[] {mask}, null)[0];

        INDArray masked = network.output(false, new INDArray[] {features}, new INDArray[] {mask})[0];

        assertThat(masked.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-4);
        assertThat(network.outputSingle(features).sub(expected).amaxNumber().doubleValue())
                .as("the mask makes a difference")
                .isGreaterThan(1e-3);
    }

    private static EpMultiLayerNetwork images() {
        return EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new GlobalPoolingLayer.Builder(PoolingType.AVG).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(8, 8, 2))
                .build());
    }

    private static INDArray classes() {
        INDArray labels = Nd4j.zeros(BATCH, 3);
        for (int n = 0; n < BATCH; n++) {
            labels.putScalar(n, n % 3, 1);
        }
        return labels;
    }

    /** Six rows and four columns of eight are there; the others hold NaN. */
    @Test
    void aMaskedImageIsTheImageWithoutTheRest() {
        Nd4j.getRandom().setSeed(3);
        INDArray part = Nd4j.randn(BATCH, 2, 6, 4);
        INDArray whole = Nd4j.valueArrayOf(new long[] {BATCH, 2, 8, 8}, Double.NaN, part.dataType());
        INDArray mask = Nd4j.zeros(BATCH, 1, 8, 8);
        whole.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 6), NDArrayIndex.interval(0, 4))
                .assign(part);
        mask.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 6), NDArrayIndex.interval(0, 4))
                .assign(1);
        EpMultiLayerNetwork masked = images();
        EpMultiLayerNetwork cut = images();

        assertClose(masked.output(whole, false, mask, null), cut.output(part));
        masked.fit(new DataSet(whole, classes(), mask, null));
        cut.fit(new DataSet(part, classes()));
        assertThat(masked.score()).isCloseTo(cut.score(), within(1e-4));
        double first = cut.score();
        for (int i = 0; i < 5; i++) {
            masked.fit(new DataSet(whole, classes(), mask, null));
            cut.fit(new DataSet(part, classes()));
        }
        // Not equal: the covariance of a batch is a mean over windows.
        assertThat(cut.score()).isLessThan(0.9 * first);
        assertThat(masked.score()).isCloseTo(cut.score(), within(0.1 * first));
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
    }

    @Test
    void aMaskOfAnotherShapeIsNamed() {
        EpMultiLayerNetwork network = images();
        INDArray before = network.params().dup();
        DataSet data = new DataSet(Nd4j.randn(BATCH, 2, 8, 8), classes(), Nd4j.zeros(BATCH, 1, 4, 8), null);

        assertThatThrownBy(() -> network.fit(data))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Batch 0 has a feature mask of shape [16, 1, 4, 8], but its features are 16 images of 8 x 8"
                        + " positions; allowed is [16, 1, 8 or 1, 8 or 1]");
        assertThat(network.params()).isEqualTo(before);
    }
}

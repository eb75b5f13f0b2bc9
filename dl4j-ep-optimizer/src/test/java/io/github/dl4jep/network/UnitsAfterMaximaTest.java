package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.toy.ToyData;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A rising unit whose only reader is max pooling is computed behind it; nobody can tell. */
class UnitsAfterMaximaTest {

    private static final int SIZE = 6;

    private static ConvolutionLayer convolution(IActivation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .nIn(1)
                .nOut(4)
                .activation(activation)
                .build();
    }

    private static SubsamplingLayer pooling(PoolingType type) {
        return new SubsamplingLayer.Builder(type).kernelSize(2, 2).stride(2, 2).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static NeuralNetConfiguration.ListBuilder layers() {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .setInputType(InputType.convolutionalFlat(SIZE, SIZE, 1));
    }

    private static MultiLayerConfiguration pooled(IActivation activation, PoolingType type) {
        return layers().layer(convolution(activation))
                .layer(pooling(type))
                .layer(output())
                .build();
    }

    /** The same network, but the pooling does not read the convolution, whose unit so stays where it is. */
    private static MultiLayerConfiguration unmoved(IActivation activation) {
        return layers().layer(convolution(activation))
                .layer(new ActivationLayer(Activation.IDENTITY))
                .layer(pooling(PoolingType.MAX))
                .layer(output())
                .build();
    }

    private static DataSet images() {
        DataSet data = ToyData.threeClasses(60, 3);
        INDArray images = Nd4j.rand(DataType.FLOAT, 60, SIZE * SIZE);
        images.get(
                        org.nd4j.linalg.indexing.NDArrayIndex.all(),
                        org.nd4j.linalg.indexing.NDArrayIndex.interval(
                                0, data.getFeatures().columns()))
                .assign(data.getFeatures());
        return new DataSet(images, data.getLabels());
    }

    /** The order of Heaviside units is exact, so that the winners are the same; that of a ReLU comes near. */
    @ParameterizedTest
    @CsvSource({"HEAVISIDE, 1e-4", "RELU, 0.02"})
    void learnsAsWithTheUnitBeforeThePooling(String unit, double tolerance) {
        IActivation activation = unit.equals("RELU") ? new ActivationReLU() : new ActivationHeaviside();
        // One small step a batch: the softmax's bolder ones let small differences grow.
        EpOptions options =
                EpOptions.builder().likelihood(new CategoricalLikelihood()).build();
        EpMultiLayerNetwork network = EpNetworks.from(pooled(activation, PoolingType.MAX), options);
        EpMultiLayerNetwork unmoved = EpNetworks.from(unmoved(activation), options);
        DataSet data = images();
        assertThat(network.params()).as("before training").isEqualTo(unmoved.params());

        network.fit(ToyData.batches(data, 20));
        unmoved.fit(ToyData.batches(data, 20));

        INDArray output = network.output(data.getFeatures());
        assertThat(output.sub(unmoved.output(data.getFeatures())).amaxNumber().doubleValue())
                .isLessThan(tolerance);
        assertThat(network.score()).isCloseTo(unmoved.score(), within(tolerance));
        assertThat(output.std().getDouble(0)).isGreaterThan(0.05);
    }

    /** With average pooling the unit stays where it is. */
    @ParameterizedTest
    @EnumSource(
            value = Activation.class,
            names = {"RELU", "TANH", "LEAKYRELU"})
    void showsTheActivationsOfTheConvolution(Activation activation) {
        EpMultiLayerNetwork network = EpNetworks.from(pooled(activation.getActivationFunction(), PoolingType.MAX));
        EpMultiLayerNetwork unmoved = EpNetworks.from(pooled(activation.getActivationFunction(), PoolingType.AVG));
        unmoved.setParams(network.params());
        INDArray images = images().getFeatures();

        assertThat(network.feedForward(images).get(1))
                .isEqualTo(unmoved.feedForward(images).get(1));
    }

    /** In each draw the weights are known, and so the largest unit is the unit of the largest pre-activation. */
    @Test
    void drawsAreTheSameOnBothSidesOfThePooling() {
        EpMultiLayerNetwork network = EpNetworks.from(pooled(new ActivationReLU(), PoolingType.MAX));
        EpMultiLayerNetwork twin = EpNetworks.from(unmoved(new ActivationReLU()));
        twin.setParams(network.params());
        INDArray images = images().getFeatures();

        Nd4j.getRandom().setSeed(3);
        INDArray draws = network.predictor().sample(images, 4);
        Nd4j.getRandom().setSeed(3);

        assertThat(twin.predictor().sample(images, 4)).isEqualTo(draws);
        assertThat(draws.std().getDouble(0)).isPositive();
    }

    @Test
    void aSecondReaderSeesTheUnit() {
        ComputationGraphConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(5)
                .graphBuilder()
                .addInputs("in")
                .addLayer("filters", convolution(new ActivationReLU()), "in")
                .addLayer("largest", pooling(PoolingType.MAX), "filters")
                .addLayer("average", pooling(PoolingType.AVG), "filters")
                .addVertex("both", new MergeVertex(), "largest", "average")
                .addLayer("out", output(), "both")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 1))
                .build();
        EpComputationGraph graph = EpNetworks.from(definition);
        INDArray images = images().getFeatures().reshape(60, 1, SIZE, SIZE);

        Map<String, INDArray> activations = graph.feedForward(images, false);

        INDArray filters = java.util.Objects.requireNonNull(activations.get("filters"));
        INDArray average = java.util.Objects.requireNonNull(activations.get("average"));
        assertThat(average.meanNumber().doubleValue())
                .isCloseTo(filters.meanNumber().doubleValue(), within(1e-5));
        assertThat(filters.minNumber().doubleValue()).isPositive();
    }

    /** Freezing a layer, the pooling or both changes no moments. */
    @ParameterizedTest
    @ValueSource(strings = {"convolution", "pooling", "both"})
    void freezingChangesNoPrediction(String frozen) {
        ConvolutionLayer convolution = convolution(new ActivationReLU());
        SubsamplingLayer pooling = pooling(PoolingType.MAX);
        MultiLayerConfiguration definition = layers().layer(
                        frozen.equals("pooling") ? convolution : new FrozenLayer(convolution))
                .layer(frozen.equals("convolution") ? pooling : new FrozenLayer(pooling))
                .layer(output())
                .build();
        EpMultiLayerNetwork free = EpNetworks.from(pooled(new ActivationReLU(), PoolingType.MAX));
        EpMultiLayerNetwork fixed = EpNetworks.from(definition);
        fixed.params().assign(free.params());
        INDArray features = images().getFeatures();
        assertThat(fixed.prediction(features).epistemicVariance())
                .isEqualTo(free.prediction(features).epistemicVariance());
        assertThat(fixed.output(features)).isEqualTo(free.output(features));
    }
}

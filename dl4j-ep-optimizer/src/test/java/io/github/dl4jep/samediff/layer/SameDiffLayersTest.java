package io.github.dl4jep.samediff.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers and vertices of SameDiff. The oracles are DL4J's layers that compute the same. */
class SameDiffLayersTest {

    @TempDir
    private Path folder;

    private static MultiLayerConfiguration list(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(7).list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.build();
    }

    private static DenseLayer dense(int inputs, int outputs, Activation activation) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(activation)
                .build();
    }

    private static OutputLayer classes(int inputs) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(ToyData.CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(tolerance));
    }

    @Test
    void anOwnDenseLayerIsTheBuiltInOne() {
        DataSet data = ToyData.threeClasses(200, 1);
        EpMultiLayerNetwork own = EpNetworks.from(
                list(new OwnLayers.Dense(3, 6), dense(6, 5, Activation.RELU), new OwnLayers.Dense(5, 4), classes(4)));
        EpMultiLayerNetwork builtIn = EpNetworks.from(list(
                dense(3, 6, Activation.TANH), dense(6, 5, Activation.RELU), dense(5, 4, Activation.TANH), classes(4)));

        own.fit(ToyData.batches(data, 20), 3);
        builtIn.fit(ToyData.batches(data, 20), 3);

        assertSame(own.output(data.getFeatures()), builtIn.output(data.getFeatures()), 1e-5);
        assertThat(own.params()).isEqualTo(builtIn.params());
    }

    @Test
    void itIsSavedAndLoaded() throws IOException {
        DataSet data = ToyData.threeClasses(60, 1);
        EpMultiLayerNetwork network =
                EpNetworks.from(list(new OwnLayers.Dense(3, 6), new OwnLayers.UnitLength(), classes(6)));
        network.fit(ToyData.threeClasses(60, 2));
        File file = folder.resolve("network.zip").toFile();
        network.save(file);

        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);

        assertThat(loaded.output(data.getFeatures())).isEqualTo(network.output(data.getFeatures()));
        network.fit(data);
        loaded.fit(data);
        assertThat(loaded.params()).isEqualTo(network.params());
    }

    @Test
    void aTrainedNetworkKeepsTheWeightsOfOwnLayers() {
        MultiLayerNetwork stock = new MultiLayerNetwork(list(new OwnLayers.Dense(3, 6), classes(6)));
        stock.init();
        Nd4j.getRandom().setSeed(4);
        stock.params().addi(Nd4j.randn(stock.params().dataType(), stock.params().shape()));
        INDArray features = ToyData.normal(40, 2);

        EpMultiLayerNetwork network = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-9).build());

        assertSame(network.output(features), stock.output(features), 1e-4);
    }

    @Test
    void aFunctionThatIsNoNetworkIsLinearised() {
        EpMultiLayerNetwork network =
                EpNetworks.from(list(dense(3, 6, Activation.TANH), new OwnLayers.UnitLength(), classes(6)));
        DataSet data = ToyData.threeClasses(200, 1);
        double before = network.score(data);

        network.fit(ToyData.batches(data, 20), 3);

        assertThat(network.score(data)).isLessThan(before - 0.3);
        MultiLayerNetwork point = network.toPointNetwork();
        assertThat(point.getLayer(1).conf().getLayer()).isInstanceOf(OwnLayers.UnitLength.class);
        assertSame(point.feedForward(data.getFeatures()).get(2).norm2(1), Nd4j.ones(200), 1e-5);
        assertSame(point.output(data.getFeatures()), network.output(data.getFeatures()), 0.2);
    }

    private static ComputationGraphConfiguration vertices() {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .graphBuilder()
                .addInputs("in")
                .addLayer("left", dense(3, 5, Activation.TANH), "in")
                .addLayer("right", dense(3, 6, Activation.TANH), "in")
                .addVertex("products", new OwnLayers.TwoProducts(), "left", "right")
                .addLayer("own", new OwnLayers.Dense(4, 4), "products")
                .addVertex("mean", new OwnLayers.Mean(), "products", "own")
                .addLayer("out", classes(4), "mean")
                .setOutputs("out")
                .build();
    }

    @Test
    void verticesBecomePartOfTheGraph() throws IOException {
        DataSet data = ToyData.threeClasses(200, 1);
        EpComputationGraph graph = EpNetworks.from(vertices());
        double before = graph.score(data);
        graph.fit(ToyData.batches(data, 20), 3);

        assertThat(graph.score(data)).isLessThan(before - 0.3);
        File file = folder.resolve("graph.zip").toFile();
        graph.save(file);
        assertThat(EpNetworks.load(file, EpComputationGraph.class).outputSingle(data.getFeatures()))
                .isEqualTo(graph.outputSingle(data.getFeatures()));
    }

    @Test
    void aTrainedGraphKeepsTheWeightsOfOwnVertices() {
        ComputationGraph stock = new ComputationGraph(vertices());
        stock.init();
        Nd4j.getRandom().setSeed(4);
        stock.params().addi(Nd4j.randn(stock.params().dataType(), stock.params().shape()));
        INDArray features = ToyData.normal(40, 2);

        EpComputationGraph graph = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-9).build());

        assertSame(graph.outputSingle(features), stock.outputSingle(features), 1e-4);
    }

    @Test
    void anOwnOutputIsTheBuiltInOne() {
        DataSet data = ToyData.line(200, 1);
        EpMultiLayerNetwork own = EpNetworks.from(list(dense(3, 6, Activation.TANH), new OwnLayers.SquaredError(6)));
        EpMultiLayerNetwork builtIn = EpNetworks.from(list(
                dense(3, 6, Activation.TANH),
                new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(6)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build()));

        own.fit(ToyData.batches(data, 20), 2);
        builtIn.fit(ToyData.batches(data, 20), 2);

        assertThat(own.params()).isEqualTo(builtIn.params());
    }

    @Test
    void whatCannotBeReadIsRefusedByName() {
        assertThatThrownBy(() -> EpNetworks.from(list(new OwnLayers.TwoOutputs(3, 4), classes(4))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "layer \"layer0\" (index 0, TwoOutputs): its graph has 2 outputs [first, second], but a layer has"
                                + " one; leave out what the layer does not return, or write a vertex for each");
        assertThatThrownBy(() -> EpNetworks.from(list(new OwnLayers.Attention(3, 4), classes(4))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("layer \"layer0\" (index 0, Attention): ");
    }
}

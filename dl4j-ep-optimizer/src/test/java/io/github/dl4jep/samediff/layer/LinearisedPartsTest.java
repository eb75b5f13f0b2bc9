package io.github.dl4jep.samediff.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.type.samediff.SameDiffLambdaVertexLayer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Lambda vertices and output layers that cannot be read. Where they are linear the oracles are DL4J's layers. */
class LinearisedPartsTest {

    private static final EpOptions FROM_WEIGHTS =
            EpOptions.builder().startFromWeights(0.5).build();

    @TempDir
    private Path folder;

    private static MultiLayerConfiguration list(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(DataType.DOUBLE)
                .list();
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

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(tolerance));
    }

    private static ComputationGraphConfiguration joined(GraphVertex vertex) {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("left", dense(3, 5, Activation.TANH), "in")
                .addLayer("right", dense(3, 5, Activation.RELU), "in")
                .addVertex("joined", vertex, "left", "right")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nIn(5)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "joined")
                .setOutputs("out")
                .build();
    }

    @Test
    void aLinearLambdaVertexIsTheBuiltInOne() {
        DataSet data = ToyData.threeClasses(60, 1);
        EpComputationGraph own = EpNetworks.from(joined(new UnreadParts.Sum()));
        EpComputationGraph builtIn = EpNetworks.from(joined(new ElementWiseVertex(ElementWiseVertex.Op.Add)));
        Prediction before = own.predictor().predict(data.getFeatures());
        Prediction expected = builtIn.predictor().predict(data.getFeatures());
        assertSame(before.mean(), expected.mean(), 1e-5);
        assertSame(before.variance(), expected.variance(), 1e-5);

        own.fit(ToyData.batches(data, 20), 2);
        builtIn.fit(ToyData.batches(data, 20), 2);
        // The covariance of a batch is one average for both branches, that of a sum each branch's own.
        assertSame(own.outputSingle(data.getFeatures()), builtIn.outputSingle(data.getFeatures()), 0.03);
    }

    @Test
    void aLambdaVertexOfItsOwnIsLearned() throws IOException {
        DataSet data = ToyData.threeClasses(120, 1);
        EpComputationGraph network = EpNetworks.from(joined(new UnreadParts.UnitProduct()));
        double before = network.score(data);
        network.fit(ToyData.batches(data, 30), 4);

        assertThat(network.score(data)).isLessThan(before - 0.3);
        ComputationGraph point = network.toPointNetwork();
        assertThat(point.getLayer("joined").conf().getLayer()).isInstanceOf(SameDiffLambdaVertexLayer.class);
        assertSame(point.outputSingle(data.getFeatures()), network.outputSingle(data.getFeatures()), 0.25);
        File file = folder.resolve("graph.zip").toFile();
        network.save(file);
        EpComputationGraph loaded = EpNetworks.load(file, EpComputationGraph.class);
        assertThat(loaded.outputSingle(data.getFeatures())).isEqualTo(network.outputSingle(data.getFeatures()));
        loaded.fit(data);
        network.fit(data);
        assertThat(loaded.params()).isEqualTo(network.params());
    }

    @Test
    void trainedWeightsAreTakenOver() {
        INDArray features = ToyData.normal(20, 2);
        EpOptions known = EpOptions.builder().startFromWeights(1e-9).build();
        ComputationGraph graph = new ComputationGraph(joined(new UnreadParts.UnitProduct()));
        graph.init();
        assertSame(EpNetworks.from(graph, known).outputSingle(features), graph.outputSingle(features), 1e-4);
        for (Layer output : new Layer[] {
            new UnreadParts.LogLoss(4, 3),
            new UnreadParts.BesideTheLoss(4, 3),
            new UnreadParts.SquaredError(4, 3),
            new UnreadParts.BoundedError(4, 3)
        }) {
            MultiLayerNetwork list = new MultiLayerNetwork(list(dense(3, 4, Activation.TANH), output));
            list.init();
            assertSame(EpNetworks.from(list, known).output(features), list.output(features), 1e-4);
        }
    }

    /** Learns what the built-in layers learn, from the same weights. */
    private static void assertLearnsAsBuiltIn(Layer own, DataSet data, Layer... builtIn) {
        MultiLayerNetwork start = new MultiLayerNetwork(list(own));
        start.init();
        MultiLayerNetwork other = new MultiLayerNetwork(list(builtIn));
        other.init();
        for (String name : List.of("W", "b")) {
            other.getLayer(0).setParam(name, start.getLayer(0).getParam(name).dup('f'));
        }
        EpMultiLayerNetwork ofOwn = EpNetworks.from(start, FROM_WEIGHTS);
        EpMultiLayerNetwork expected = EpNetworks.from(other, FROM_WEIGHTS);
        for (int pass = 0; pass < 3; pass++) {
            assertSame(ofOwn.output(data.getFeatures()), expected.output(data.getFeatures()), 1e-5);
            ofOwn.fit(ToyData.batches(data, 20), 1);
            expected.fit(ToyData.batches(data, 20), 1);
        }
        assertSame(
                ofOwn.predictor().predict(data.getFeatures()).variance(),
                expected.predictor().predict(data.getFeatures()).variance(),
                1e-5);
    }

    @Test
    void anOutputLayerIsLinearisedBeforeItsLoss() {
        assertLearnsAsBuiltIn(
                new UnreadParts.SquaredError(3, 1),
                ToyData.line(60, 1),
                dense(3, 1, Activation.IDENTITY),
                new LossLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build());
        // With a layer between no second array of weights is made for a teacher.
        Layer[] classes = {
            dense(3, 3, Activation.IDENTITY),
            new ActivationLayer(Activation.IDENTITY),
            new LossLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .build()
        };
        assertLearnsAsBuiltIn(new UnreadParts.LogLoss(3, 3), ToyData.threeClasses(60, 1), classes);
        assertLearnsAsBuiltIn(new UnreadParts.BesideTheLoss(3, 3), ToyData.threeClasses(60, 1), classes);
    }

    @Test
    void itIsSavedAndIsAPointNetwork() throws IOException {
        DataSet data = ToyData.threeClasses(60, 1);
        EpMultiLayerNetwork network =
                EpNetworks.from(list(dense(3, 6, Activation.TANH), new UnreadParts.BesideTheLoss(6, 3)));
        double before = network.score(data);
        network.fit(ToyData.batches(data, 20), 3);
        assertThat(network.score(data)).isLessThan(before - 0.3);
        assertSame(network.toPointNetwork().output(data.getFeatures()), network.output(data.getFeatures()), 0.25);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        assertThat(loaded.output(data.getFeatures())).isEqualTo(network.output(data.getFeatures()));

        ComputationGraphConfiguration graph = new NeuralNetConfiguration.Builder()
                .seed(7)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", dense(3, 6, Activation.TANH), "in")
                .addLayer("out", new UnreadParts.LogLoss(6, 3), "hidden")
                .setOutputs("out")
                .build();
        EpComputationGraph ofGraph = EpNetworks.from(graph);
        before = ofGraph.score(data);
        ofGraph.fit(ToyData.batches(data, 20), 3);
        assertThat(ofGraph.score(data)).isLessThan(before - 0.3);
        ComputationGraph stock = new ComputationGraph(graph);
        stock.init();
        assertSame(
                EpNetworks.from(
                                stock,
                                EpOptions.builder().startFromWeights(1e-9).build())
                        .outputSingle(data.getFeatures()),
                stock.outputSingle(data.getFeatures()),
                1e-4);
    }

    @Test
    void activationsBesideTheLossAreRead() {
        DataSet data = ToyData.threeClasses(60, 1);
        EpMultiLayerNetwork own = EpNetworks.from(list(dense(3, 6, Activation.TANH), new UnreadParts.Read(6, 3)));
        EpMultiLayerNetwork builtIn = EpNetworks.from(list(
                dense(3, 6, Activation.TANH),
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build()));
        own.fit(ToyData.batches(data, 20), 2);
        builtIn.fit(ToyData.batches(data, 20), 2);
        assertThat(own.params()).isEqualTo(builtIn.params());
    }

    @Test
    void whatIsNeitherReadNorLinearisedIsRefusedByName() {
        assertThatThrownBy(() -> EpNetworks.from(list(dense(3, 6, Activation.TANH), new UnreadParts.OtherAnswer(6, 3))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("layer \"layer1\" (index 1, OtherAnswer): ")
                .hasMessageContaining("its activations \"out\"")
                .hasMessageContaining("activationsVertexName()");
        EpMultiLayerNetwork mixed = EpNetworks.from(list(
                dense(3, 6, Activation.TANH),
                new UnreadParts.Centred(),
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build()));
        assertThatThrownBy(() -> mixed.fit(ToyData.threeClasses(20, 1)))
                .hasMessageContaining("must take each row by itself");
    }
}

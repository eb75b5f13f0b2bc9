package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Copies, files and streams of a graph, and the plain graphs it becomes. */
class GraphPersistenceTest {

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(200, 1);
    private final INDArray features = ToyData.threeClasses(50, 2).getFeatures();
    private final EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());

    @BeforeEach
    void trainOnePass() {
        graph.fit(ToyData.batches(data, 40));
    }

    private File saved() throws IOException {
        File file = folder.resolve("graph.zip").toFile();
        graph.save(file, true);
        return file;
    }

    private void requireSameFuture(EpComputationGraph copy) {
        assertThat(copy).isEqualTo(graph).hasSameHashCodeAs(graph).isNotSameAs(graph);
        assertThat(copy.outputSingle(features)).isEqualTo(graph.outputSingle(features));
        copy.fit(ToyData.batches(data, 40), 2);
        assertThat(copy.params()).as("training a copy leaves the original").isNotEqualTo(graph.params());
        graph.fit(ToyData.batches(data, 40), 2);
        assertThat(copy.params()).isEqualTo(graph.params());
        assertThat(copy.getIterationCount()).isEqualTo(15);
        assertThat(copy.getEpochCount()).isEqualTo(3);
        assertThat(copy).isEqualTo(graph);
    }

    @Test
    void aLoadedGraphGoesOnAsIfNothingHadBeen() throws IOException {
        requireSameFuture(EpNetworks.load(saved(), EpComputationGraph.class));
    }

    @Test
    void aCloneGoesOnAsTheOriginalWould() {
        EpComputationGraph clone = graph.clone();
        assertThat(clone.score()).isEqualTo(graph.score());
        requireSameFuture(clone);
    }

    @Test
    void javaSerialisationGoesOnAsIfNothingHadBeen() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(graph);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            requireSameFuture((EpComputationGraph) in.readObject());
        }
    }

    @Test
    void theWrongKindOfFileIsNamed() throws IOException {
        File layers = folder.resolve("layers.zip").toFile();
        EpNetworks.from(ToyNetworks.classifier()).save(layers);
        File ofGraph = saved();
        assertThatThrownBy(() -> EpNetworks.load(ofGraph, EpMultiLayerNetwork.class))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The file " + ofGraph
                        + " holds an EpComputationGraph, but an EpMultiLayerNetwork is asked for; use"
                        + " EpNetworks.load(file, EpComputationGraph.class), or EpNetworks.load(file) for either");
        assertThatThrownBy(() -> EpNetworks.load(layers, EpComputationGraph.class))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The file " + layers
                        + " holds an EpMultiLayerNetwork, but an EpComputationGraph is asked for; use"
                        + " EpNetworks.load(file, EpMultiLayerNetwork.class), or EpNetworks.load(file) for either");
        File plain = folder.resolve("plain.zip").toFile();
        ComputationGraph stock = new ComputationGraph(ToyGraphs.classifier());
        stock.init();
        stock.save(plain);
        assertThatThrownBy(() -> EpNetworks.load(plain, EpComputationGraph.class))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("Layer \"hidden\" is a DenseLayer, allowed are EP layers; convert the configuration with"
                        + " EpNetworks.from(...)");
    }

    @Test
    void aGraphFromTheStockLoaderPredictsButDoesNotTrain() throws IOException {
        ComputationGraph stock = ComputationGraph.load(saved(), false);
        INDArray point = graph.toPointNetwork().outputSingle(features);
        assertThat(stock.outputSingle(features).equalsWithEps(point, 1e-5)).isTrue();
        assertThatThrownBy(() -> stock.fit(data))
                .hasMessageContaining("An EP layer has no gradient, at layer \"out\"")
                .hasMessageContaining("Load it with EpNetworks.load");
    }

    @Test
    void thePlainGraphHasTheOriginalLayersAndPredictsAlike() {
        ComputationGraph plain = graph.toPointNetwork();
        assertThat(plain).isExactlyInstanceOf(ComputationGraph.class);
        ComputationGraphConfiguration original = ToyGraphs.residual();
        original.getVertices()
                .forEach((name, vertex) -> assertThat(
                                plain.getConfiguration().getVertices().get(name))
                        .hasSameClassAs(vertex));
        assertThat(plain.getLayer("first").conf().getLayer())
                .isExactlyInstanceOf(org.deeplearning4j.nn.conf.layers.DenseLayer.class);
        INDArray classes = graph.outputSingle(features).argMax(1);
        INDArray same = plain.outputSingle(features).argMax(1).eq(classes).castTo(features.dataType());
        assertThat(same.meanNumber().doubleValue()).isGreaterThan(0.95);
        INDArray mean = graph.getLayer("first").getParam("WAveragedMean");
        assertThat(plain.getLayer("first").getParam("W").equalsWithEps(mean, 1e-6))
                .isTrue();
        plain.fit(data);
        assertThat(plain.score()).as("an ordinary DL4J graph").isPositive();
    }

    @Test
    void sampledGraphsAreDrawsThatTheSeedRepeats() {
        Nd4j.getRandom().setSeed(5);
        INDArray next = Nd4j.rand(3);
        Nd4j.getRandom().setSeed(5);
        ComputationGraph first = graph.sample(1);
        assertThat(Nd4j.rand(3)).as("the generator goes on as before").isEqualTo(next);
        assertThat(graph.sample(1).params()).isEqualTo(first.params());
        assertThat(graph.sample(2).params()).isNotEqualTo(first.params());
    }

    @Test
    void clearKeepsTheSolverAndListenersHear() {
        graph.clear();
        CollectScoresIterationListener scores = new CollectScoresIterationListener(1);
        graph.setListeners(scores);
        graph.fit(ToyData.batches(data, 40));
        assertThat(graph.getIterationCount()).isEqualTo(10);
        assertThat(scores.getScoreVsIter().getEffectiveScores()[4]).isEqualTo(graph.score());
        assertThat(graph.getUpdater().getStateViewArray()).isNull();
        EpComputationGraph again = EpNetworks.from(graph);
        assertThat(again.getListeners()).contains(scores);
        assertThat(again.getIterationCount()).isEqualTo(10);
    }
}

package io.github.dl4jep.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ConvolutionalNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class PruningTest {

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(300, 1);

    private EpMultiLayerNetwork trained() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(ToyData.batches(data, 30), 3);
        return network;
    }

    /** Means and deviations chosen so that size and signal to noise disagree; the order was worked out by hand. */
    @Test
    void theLeastCertainOfAllLayersGoFirst() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(2)
                        .nOut(3)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        // |mean| / sd:             first layer {{10, .5, 2}, {4, .1, 30}}, second {{1, 8}, {.2, 3}, {20, 6}}
        set(network.getLayer(0), new double[][] {{1, -5, 2}, {.4, .1, -3}}, new double[][] {{.1, 10, 1}, {.1, 1, .1}});
        set(network.getLayer(1), new double[][] {{-1, .8}, {20, 3}, {.2, -6}}, new double[][] {
            {1, .1}, {100, 1}, {.01, 1}
        });

        assertThat(kept(network.prune(0.25))).containsExactly("[[1, 0, 1], [1, 0, 1]]", "[[1, 1], [0, 1], [1, 1]]");
        assertThat(kept(network.prune(0.5))).containsExactly("[[1, 0, 0], [1, 0, 1]]", "[[0, 1], [0, 0], [1, 1]]");
        assertThat(kept(network.prune(11 / 12.0)))
                .containsExactly("[[0, 0, 0], [0, 0, 1]]", "[[0, 0], [0, 0], [0, 0]]");
        assertThat(kept(network.prune(0))).containsExactly("[[1, 1, 1], [1, 1, 1]]", "[[1, 1], [1, 1], [1, 1]]");
    }

    /** All are a thousand times smaller, so that every precision is larger than that of the prior. */
    private static void set(Layer layer, double[][] thousandMeans, double[][] thousandDeviations) {
        INDArray precision = Nd4j.createFromArray(thousandDeviations).rdiv(1000);
        precision.muli(precision);
        INDArray mean = Nd4j.createFromArray(thousandMeans).div(1000);
        layer.getParam("WPrecision").assign(precision);
        layer.getParam("WAveragedMean").assign(mean);
        layer.getParam("WMeanTimesPrecision").assign(precision.mul(mean));
    }

    private static List<String> kept(EpMultiLayerNetwork network) {
        return Stream.of(network.getLayers())
                .map(layer -> Arrays.deepToString(layer.getParam("WKept").toIntMatrix()))
                .toList();
    }

    /** Weights that are equally uncertain go in their order, until the number is reached. */
    @Test
    void theNumberIsExactWhereManyAreEqual() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        for (Layer layer : network.getLayers()) {
            layer.getParam("WPrecision").assign(4);
            layer.getParam("WAveragedMean").assign(1);
        }

        assertThat(zeros(network.prune(0.5).toPointNetwork())).isEqualTo(24);
    }

    /** The oracle: an ordinary network whose removed weights have mean 0 and hardly any variance. */
    @Test
    void aRemovedWeightHasNeitherMeanNorVariance() {
        EpMultiLayerNetwork network = trained();
        INDArray before = network.params().dup();

        EpMultiLayerNetwork pruned = network.prune(0.6);

        assertThat(network.params()).isEqualTo(before);
        EpMultiLayerNetwork expected = network.clone();
        for (int i = 0; i < 2; i++) {
            INDArray kept = pruned.getLayer(i).getParam("WKept");
            expected.getLayer(i).getParam("WAveragedMean").muli(kept);
            expected.getLayer(i).getParam("WPrecision").addi(kept.rsub(1).muli(1e20));
            if (i == 1) {
                expected.getLayer(i).getParam("readoutWAveragedMean").muli(kept);
                expected.getLayer(i)
                        .getParam("readoutWPrecision")
                        .addi(kept.rsub(1).muli(1e20));
            }
        }
        INDArray features = data.getFeatures();
        Prediction actual = pruned.prediction(features);
        assertClose(actual.mean(), expected.prediction(features).mean());
        assertClose(actual.epistemicVariance(), expected.prediction(features).epistemicVariance());
        assertThat(pruned.output(features)).isNotEqualTo(network.output(features));
        assertThat(pruned.getIterationCount()).isEqualTo(network.getIterationCount());
        assertThat(pruned.getEpochCount()).isEqualTo(network.getEpochCount());
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue())
                .isCloseTo(0, within(1e-5 * expected.amaxNumber().doubleValue()));
    }

    @Test
    void nothingRemovedChangesNothing() {
        EpMultiLayerNetwork network = trained();

        assertClose(network.prune(0).output(data.getFeatures()), network.output(data.getFeatures()));
    }

    /** Far longer than the memory of the averages, which forgets a finite precision. */
    @Test
    void furtherTrainingKeepsTheZeros() {
        EpMultiLayerNetwork pruned = trained().prune(0.5);
        MultiLayerNetwork before = pruned.toPointNetwork();

        pruned.fit(ToyData.batches(data, 20), 10);

        MultiLayerNetwork after = pruned.toPointNetwork();
        assertThat(pruned.params().sumNumber().doubleValue()).isFinite();
        for (int i = 0; i < 2; i++) {
            assertThat(after.getLayer(i).getParam("W").eq(0))
                    .isEqualTo(before.getLayer(i).getParam("W").eq(0));
            assertThat(after.getLayer(i).getParam("W"))
                    .isNotEqualTo(before.getLayer(i).getParam("W"));
        }
        assertThat(zeros(after)).isEqualTo(24);
        assertThat(zeros(pruned.sample(3))).isEqualTo(24);
        assertThat(pruned.evaluate(ToyData.batches(data, 30)).accuracy()).isGreaterThan(0.9);
    }

    /** Also several sweeps over a batch, which move the weights before it is committed. */
    @Test
    void severalSweepsKeepTheZeros() {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.classifier(), EpOptions.builder().sweepsPerBatch(3).build());
        network.fit(data);
        EpMultiLayerNetwork pruned = network.prune(0.5);
        pruned.fit(ToyData.batches(data, 30), 3);

        assertThat(zeros(pruned.toPointNetwork())).isEqualTo(24);
        assertThat(pruned.params().sumNumber().doubleValue()).isFinite();
    }

    @Test
    void savedLoadedAndClonedItGoesOnAlike() throws IOException {
        EpMultiLayerNetwork pruned = trained().prune(0.7);
        File file = folder.resolve("pruned.zip").toFile();
        pruned.save(file);
        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        EpMultiLayerNetwork copy = pruned.clone();

        assertThat(loaded).isEqualTo(pruned);
        for (EpMultiLayerNetwork one : List.of(pruned, loaded, copy)) {
            one.fit(ToyData.batches(data, 30));
        }

        assertThat(loaded.params()).isEqualTo(pruned.params());
        assertThat(copy.params()).isEqualTo(pruned.params());
        assertThat(MultiLayerNetwork.load(file, false).output(data.getFeatures()))
                .isEqualTo(EpNetworks.load(file, EpMultiLayerNetwork.class)
                        .toPointNetwork()
                        .output(data.getFeatures()));
    }

    @Test
    void weightsRemovedEarlierCount() {
        EpMultiLayerNetwork once = trained().prune(0.8);

        EpMultiLayerNetwork twice = trained().prune(0.5).prune(0.8);

        assertThat(twice).isEqualTo(once);
        assertThat(zeros(once.prune(0.1).toPointNetwork())).isEqualTo(38);
    }

    static List<ConvolutionalNetworks.Case> networks() {
        return ConvolutionalNetworks.all(new ActivationReLU());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyLayerWithWeightsIsPruned(ConvolutionalNetworks.Case one) {
        EpMultiLayerNetwork network = EpNetworks.from(one.definition());
        network.fit(one.data());
        MultiLayerNetwork whole = network.toPointNetwork();
        long weights = Stream.of(whole.getLayers())
                .flatMap(layer -> weightArrays(layer))
                .mapToLong(INDArray::length)
                .sum();

        EpMultiLayerNetwork pruned = network.prune(0.5);
        pruned.fit(one.data());

        assertThat(zeros(pruned.toPointNetwork())).isEqualTo(Math.round(0.5 * weights));
        assertThat(pruned.output(one.data().getFeatures()).sumNumber().doubleValue())
                .isCloseTo(24, within(1e-3));
    }

    static List<WeightPrior> priorsWithZero() {
        return List.of(new TernaryPrior(), new SpikeSlabPrior());
    }

    @ParameterizedTest
    @MethodSource("priorsWithZero")
    void weightsThatMayBeZeroArePruned(WeightPrior prior) {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.classifier(), EpOptions.builder().weightPrior(prior).build());
        network.fit(ToyData.batches(data, 30), 3);
        MultiLayerNetwork before = network.toPointNetwork();

        EpMultiLayerNetwork pruned = network.prune(0.75);
        pruned.fit(ToyData.batches(data, 30), 3);

        MultiLayerNetwork after = pruned.toPointNetwork();
        for (int i = 0; i < 2; i++) {
            INDArray removed = pruned.getLayer(i).getParam("WKept").eq(0);
            assertThat(after.getLayer(i)
                            .getParam("W")
                            .mul(removed.castTo(after.params().dataType()))
                            .amaxNumber()
                            .doubleValue())
                    .isZero();
        }
        assertThat(zeros(after)).isGreaterThanOrEqualTo(36).isGreaterThan(zeros(before) - 1);
        assertThat(pruned.params().sumNumber().doubleValue()).isFinite();
    }

    @Test
    void graphsArePruned() throws IOException {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());
        graph.fit(ToyData.batches(data, 30), 2);
        INDArray before = graph.params().dup();
        long weights = 0;
        for (Layer layer : graph.toPointNetwork().getLayers()) {
            weights += weightArrays(layer).mapToLong(INDArray::length).sum();
        }

        EpComputationGraph pruned = graph.prune(0.6);
        pruned.fit(ToyData.batches(data, 30), 2);

        assertThat(graph.params()).isEqualTo(before);
        assertThat(zeros(pruned.toPointNetwork())).isEqualTo(Math.round(0.6 * weights));
        File file = folder.resolve("graph.zip").toFile();
        pruned.save(file);
        assertThat(EpNetworks.load(file, EpComputationGraph.class).outputSingle(data.getFeatures()))
                .isEqualTo(pruned.outputSingle(data.getFeatures()));
    }

    @Test
    void frozenLayersArePruned() {
        MultiLayerConfiguration definition = ToyNetworks.classifier();
        definition.getConf(0).setLayer(new FrozenLayer(definition.getConf(0).getLayer()));
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        network.fit(data);
        INDArray frozen = network.getLayer(0).getParam("WAveragedMean").dup();

        EpMultiLayerNetwork pruned = network.prune(0.5);
        pruned.fit(data);

        assertThat(pruned.getLayer(0).getParam("WAveragedMean")).isEqualTo(frozen);
        assertThat(pruned.getLayer(0).getParam("WKept").sumNumber().intValue()
                        + pruned.getLayer(1).getParam("WKept").sumNumber().intValue())
                .isEqualTo(24);
    }

    @Test
    void weightsThatAreNeverZeroAreRefusedByName() {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().hiddenWeightPrior(new BinaryPrior()).build());

        assertThatThrownBy(() -> network.prune(0.5))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "The network cannot be pruned: weights of the layer(s) \"hidden\""
                                + " (binary(polarisation=1.0003)) are never zero; give them a prior with a zero, such as TernaryPrior");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, 90, Double.NaN, Double.POSITIVE_INFINITY})
    void badFractionsAreRefused(double fraction) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

        assertThatThrownBy(() -> network.prune(fraction))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the fraction of weights to remove is " + fraction
                        + ", allowed: 0 (none) and more, but less than 1 (all); for example 0.9 keeps a tenth");
    }

    private static long zeros(MultiLayerNetwork point) {
        return Stream.of(point.getLayers()).mapToLong(PruningTest::zeros).sum();
    }

    private static long zeros(ComputationGraph point) {
        return Stream.of(point.getLayers()).mapToLong(PruningTest::zeros).sum();
    }

    private static long zeros(Layer layer) {
        return weightArrays(layer)
                .mapToLong(w -> w.eq(0).castTo(w.dataType()).sumNumber().longValue())
                .sum();
    }

    /** Of a stock layer; biases are called b. */
    private static Stream<INDArray> weightArrays(Layer layer) {
        return layer.paramTable().entrySet().stream()
                .filter(entry -> !entry.getKey().equals("b"))
                .map(java.util.Map.Entry::getValue);
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.WeightPriors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Copies, files and streams of a network. */
class PersistenceTest {

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(200, 1);
    private final INDArray features = ToyData.threeClasses(50, 2).getFeatures();
    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

    @BeforeEach
    void trainOnePass() {
        network.fit(ToyData.batches(data, 40));
    }

    private File saved() throws IOException {
        File file = folder.resolve("network.zip").toFile();
        network.save(file, true);
        return file;
    }

    @Test
    void aLoadedNetworkPredictsTheSameBits() throws IOException {
        EpMultiLayerNetwork loaded = EpNetworks.load(saved(), EpMultiLayerNetwork.class);

        assertThat(loaded.output(features)).isEqualTo(network.output(features));
        assertThat(loaded.params()).isEqualTo(network.params());
        assertThat(loaded).isEqualTo(network);
    }

    @Test
    void trainingGoesOnAfterLoadingAsIfNothingHadBeen() throws IOException {
        EpMultiLayerNetwork loaded = EpNetworks.load(saved(), EpMultiLayerNetwork.class);

        loaded.fit(ToyData.batches(data, 40), 2);
        network.fit(ToyData.batches(data, 40), 2);

        assertThat(loaded.params()).isEqualTo(network.params());
        assertThat(loaded.getIterationCount()).isEqualTo(15);
        assertThat(loaded.getEpochCount()).isEqualTo(3);
        assertThat(passCounter(loaded)).isEqualTo(passCounter(network));
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "ternary", "spike-slab"})
    void spikingNetworksOfOtherWeightsGoOnAsIfNothingHadBeen(String prior) throws IOException {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .weightPrior(WeightPriors.named(prior))
                .build();
        EpMultiLayerNetwork spiking = EpNetworks.from(ToyNetworks.classifier(), options);
        spiking.fit(ToyData.batches(data, 40));
        File file = folder.resolve("spiking.zip").toFile();
        spiking.save(file);

        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        loaded.fit(ToyData.batches(data, 40), 2);
        spiking.fit(ToyData.batches(data, 40), 2);

        assertThat(loaded).isEqualTo(spiking);
        assertThat(loaded.params()).isEqualTo(spiking.params());
        assertThat(loaded.clone().output(features)).isEqualTo(spiking.output(features));
        MultiLayerNetwork stock = MultiLayerNetwork.load(file, false);
        MultiLayerNetwork point =
                EpNetworks.load(file, EpMultiLayerNetwork.class).toPointNetwork();
        assertThat(stock.output(features).equalsWithEps(point.output(features), 1e-5))
                .as("the stock loader predicts as the point network, corrected thresholds included")
                .isTrue();
    }

    @Test
    void aDoublePrecisionNetworkLoads() throws IOException {
        EpMultiLayerNetwork twice =
                EpNetworks.from(ToyNetworks.of(new LossMSE(), Activation.IDENTITY, 1, DataType.DOUBLE));
        DataSet line = ToyData.line(100, 1, 1e4, 10);
        twice.fit(ToyData.batches(line, 20));
        File file = folder.resolve("double.zip").toFile();
        twice.save(file);

        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        loaded.fit(line);
        twice.fit(line);

        assertThat(loaded.params().dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(loaded.params()).isEqualTo(twice.params());
    }

    @Test
    void jsonKeepsThePassCounter() {
        assertThat(passCounter(network)).isEqualTo(new PassCounter(5, 5));

        MultiLayerConfiguration back = MultiLayerConfiguration.fromJson(
                network.getLayerWiseConfigurations().toJson());

        assertThat(((EpOutputLayer) back.getConf(1).getLayer()).getPassCounter())
                .isEqualTo(new PassCounter(5, 5));
        assertThat(back.getIterationCount()).isEqualTo(5);
        assertThat(back.getEpochCount()).isEqualTo(1);
    }

    @Test
    void theStockLoaderPredictsAsThePointNetwork() throws IOException {
        MultiLayerNetwork stock = MultiLayerNetwork.load(saved(), true);

        INDArray point = network.toPointNetwork().output(features);
        assertThat(stock.output(features).sub(point).amaxNumber().doubleValue()).isCloseTo(0, within(1e-5));
    }

    @Test
    void theStockLoadersNetworkDoesNotTrainWrongly() throws IOException {
        MultiLayerNetwork stock = MultiLayerNetwork.load(saved(), true);

        assertThatThrownBy(() -> stock.fit(data))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "An EP layer has no gradient, at layer \"out\" (index 1): this network was restored or copied"
                                + " as a plain DL4J network. Load it with"
                                + " EpNetworks.load(file), or copy it with the EP network's own clone(), to go on"
                                + " training it. ParallelWrapper and the training masters of DL4J copy networks so, too: train"
                                + " with fit(...) on one machine, or on Spark with EpTrainingMaster of dl4j-ep-spark");
        assertThat(stock.params()).isEqualTo(network.params());
    }

    @Test
    void aFileOfAPlainNetworkIsNoEpNetwork() throws IOException {
        MultiLayerNetwork plain = new MultiLayerNetwork(ToyNetworks.classifier());
        plain.init();
        File file = folder.resolve("plain.zip").toFile();
        plain.save(file);

        assertThatThrownBy(() -> EpNetworks.load(file, EpMultiLayerNetwork.class))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("Layer 0 is a DenseLayer, allowed are EP layers");
    }

    @Test
    void aCloneIsEqualToTheBitAndIndependent() {
        EpMultiLayerNetwork copy = network.clone();

        assertThat(copy).isEqualTo(network).hasSameHashCodeAs(network);
        assertThat(copy.params()).isEqualTo(network.params());
        assertThat(copy.score()).isEqualTo(network.score());
        INDArray before = network.params().dup();
        copy.fit(ToyData.batches(data, 40));
        assertThat(network.params()).isEqualTo(before);
        assertThat(network.getIterationCount()).isEqualTo(5);
        assertThat(passCounter(network)).isEqualTo(new PassCounter(5, 5));
        assertThat(passCounter(copy)).isEqualTo(new PassCounter(5, 10));
        network.fit(ToyData.batches(data, 40));
        assertThat(copy.params()).isEqualTo(network.params());
    }

    @Test
    void javaSerialisationKeepsTraining() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(network);
        }
        EpMultiLayerNetwork read;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            read = (EpMultiLayerNetwork) in.readObject();
        }

        assertThat(read.params()).isEqualTo(network.params());
        assertThat(read.output(features)).isEqualTo(network.output(features));
        read.fit(ToyData.batches(data, 40));
        network.fit(ToyData.batches(data, 40));
        assertThat(read.params()).isEqualTo(network.params());
    }

    @Test
    void parametersAreNamedAfterTheirLayer() {
        assertThat(network.paramTable().keySet())
                .containsExactly(
                        "0_WPrecision",
                        "0_WMeanTimesPrecision",
                        "0_WAveragedMean",
                        "0_WPriorMean",
                        "0_WCounted",
                        "0_bPrecision",
                        "0_bMeanTimesPrecision",
                        "0_bAveragedMean",
                        "0_bCounted",
                        "1_WPrecision",
                        "1_WMeanTimesPrecision",
                        "1_WAveragedMean",
                        "1_WCounted",
                        "1_bPrecision",
                        "1_bMeanTimesPrecision",
                        "1_bAveragedMean",
                        "1_bCounted",
                        "1_logScalePrecision",
                        "1_logScaleMeanTimesPrecision",
                        "1_logPointScalePrecision",
                        "1_logPointScaleMeanTimesPrecision",
                        "1_logFreshScalePrecision",
                        "1_logFreshScaleMeanTimesPrecision",
                        "1_logFreshWithheldScalePrecision",
                        "1_logFreshWithheldScaleMeanTimesPrecision",
                        "1_logCountedVariancePrecision",
                        "1_logCountedVarianceMeanTimesPrecision",
                        "1_classFrequency",
                        "1_predictedFrequency",
                        "1_priorFactor",
                        "1_priorPull",
                        "1_readoutWPrecision",
                        "1_readoutWMeanTimesPrecision",
                        "1_readoutWAveragedMean",
                        "1_readoutWCounted",
                        "1_readoutbPrecision",
                        "1_readoutbMeanTimesPrecision",
                        "1_readoutbAveragedMean",
                        "1_readoutbCounted",
                        "1_teacherNoiseVariance");
        assertThat(network.getParam("0_WPrecision").shape()).containsExactly(3, 8);
        assertThat(network.numParams())
                .isEqualTo((4 * 3 * 8 + 1) + (3 * 8 + 1) + 2 * (3 * (8 * 3 + 3) + 2) + 10 + 2 * 3 + 4 + 1 + 1);
        assertThat(network.params().length()).isEqualTo(network.numParams());
    }

    @Test
    void parametersCanBeSet() {
        EpMultiLayerNetwork other = EpNetworks.from(ToyNetworks.classifier());

        other.setParams(network.params().dup());

        assertThat(other.output(features)).isEqualTo(network.output(features));
        other.setParam("0_WAveragedMean", other.getParam("0_WAveragedMean").mul(0));
        assertThat(other.output(features)).isNotEqualTo(network.output(features));
    }

    @Test
    void summaryListsTheLayers() {
        assertThat(network.summary())
                .contains("hidden (DenseRuntime)")
                .contains("out (OutputRuntime)")
                .contains("Total Parameters:");
    }

    private static PassCounter passCounter(EpMultiLayerNetwork network) {
        return ((EpOutputLayer) network.getLayer(1).conf().getLayer()).getPassCounter();
    }
}

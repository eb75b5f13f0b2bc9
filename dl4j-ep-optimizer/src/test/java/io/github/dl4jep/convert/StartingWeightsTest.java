package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.toy.ConvolutionalNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks that were trained by gradients, as the means of a posterior. The oracle is DL4J's own prediction. */
class StartingWeightsTest {

    private static final EpOptions SURE =
            EpOptions.builder().startFromWeights(1e-9).build();

    @TempDir
    private Path folder;

    /** All parameters random, so that no arrangement of weights is right by chance. */
    private static MultiLayerNetwork trained(MultiLayerConfiguration definition) {
        MultiLayerNetwork network = new MultiLayerNetwork(definition.clone());
        network.init();
        shake(network.paramTable());
        return network;
    }

    private static void shake(Map<String, INDArray> table) {
        Nd4j.getRandom().setSeed(9);
        table.forEach((name, array) -> {
            INDArray noise = Nd4j.randn(array.dataType(), array.shape()).muli(0.3);
            array.addi(name.endsWith("var") ? noise.muli(noise) : noise);
        });
    }

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double size = Math.max(1, expected.amaxNumber().doubleValue());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(tolerance * size));
    }

    static List<ConvolutionalNetworks.Case> layers() {
        return ConvolutionalNetworks.all(new ActivationTanH());
    }

    @ParameterizedTest
    @MethodSource("layers")
    void everyLayerTypePredictsAsBefore(ConvolutionalNetworks.Case definition) {
        MultiLayerNetwork stock = trained(definition.definition());
        INDArray features = definition.data().getFeatures();

        EpMultiLayerNetwork network = EpNetworks.from(stock, SURE);

        assertSame(network.output(features), stock.output(features), 2e-4);
        assertSame(network.toPointNetwork().output(features), stock.output(features), 1e-4);
    }

    @Test
    void everyKindOfOutputPredictsAsBefore() {
        for (MultiLayerConfiguration definition : new MultiLayerConfiguration[] {
            ToyNetworks.classifier(), ToyNetworks.regressor(), ToyNetworks.multiLabel()
        }) {
            MultiLayerNetwork stock = trained(definition);
            INDArray features = ToyData.normal(50, 4);

            EpMultiLayerNetwork network = EpNetworks.from(stock, SURE);

            assertSame(network.output(features), stock.output(features), 1e-4);
            assertSame(network.toPointNetwork().output(features), stock.output(features), 1e-4);
        }
    }

    @Test
    void outputsInLargeUnitsKeepThem() {
        MultiLayerNetwork stock = trained(ToyNetworks.regressor());
        stock.getParam("1_W").muli(1e5);
        stock.getParam("1_b").muli(1e5);
        INDArray features = ToyData.normal(50, 4);

        EpMultiLayerNetwork network = EpNetworks.from(stock, SURE);

        assertSame(network.output(features), stock.output(features), 1e-4);
        INDArray before = stock.output(features);
        network.fit(new DataSet(features, before));
        assertSame(network.output(features), before, 1e-3);
    }

    @Test
    void aLossLayersWeightsAreInTheLayerBefore() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(4)
                        .activation(Activation.RELU)
                        .build())
                .layer(new BatchNormalization.Builder().nIn(4).nOut(4).build())
                .layer(new DenseLayer.Builder()
                        .nIn(4)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .layer(new LossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
        MultiLayerNetwork stock = trained(definition);
        INDArray features = ToyData.normal(50, 4);

        EpMultiLayerNetwork network = EpNetworks.from(stock, SURE);

        assertSame(network.output(features), stock.output(features), 1e-4);
        assertThat(network.getParam("2_WAveragedMean").amaxNumber().doubleValue())
                .as("the teacher knows nothing yet")
                .isZero();
        assertThat(network.getParam("2_readoutWAveragedMean")).isEqualTo(stock.getParam("2_W"));
    }

    @Test
    void graphsWithSeveralOutputsPredictAsBefore() {
        ComputationGraph stock = new ComputationGraph(ToyGraphs.twoInputsTwoOutputs());
        stock.init();
        shake(stock.paramTable());
        long[] sizes = {
            stock.getLayer(0).getParam("W").size(0),
            stock.getLayer(1).getParam("W").size(0)
        };
        INDArray[] features = {
            Nd4j.randn(org.nd4j.linalg.api.buffer.DataType.FLOAT, 20, sizes[0]),
            Nd4j.randn(org.nd4j.linalg.api.buffer.DataType.FLOAT, 20, sizes[1])
        };

        EpComputationGraph graph = EpNetworks.from(stock, SURE);

        INDArray[] expected = stock.output(features);
        INDArray[] actual = graph.output(features);
        for (int i = 0; i < expected.length; i++) {
            assertSame(actual[i], expected[i], 1e-4);
        }
    }

    @Test
    void aTrainedNetworkKeepsItsWeightsWithoutBeingAsked() {
        MultiLayerNetwork stock = new MultiLayerNetwork(ToyNetworks.classifier());
        stock.init();
        EpMultiLayerNetwork fresh = EpNetworks.from(stock);
        assertThat(fresh.params())
                .isEqualTo(EpNetworks.from(ToyNetworks.classifier()).params());
        DataSet data = ToyData.threeClasses(300, 1);
        stock.fit(ToyData.batches(data, 30), 20);

        EpMultiLayerNetwork network = EpNetworks.from(stock);

        INDArray difference = network.output(data.getFeatures()).sub(stock.output(data.getFeatures()));
        assertThat(difference.amaxNumber().doubleValue()).isPositive().isLessThan(0.15);
        assertThat(network.getIterationCount()).isEqualTo(25);
        assertThat(EpNetworks.from(stock.getLayerWiseConfigurations()).params()).isEqualTo(fresh.params());
        double before = network.score(data);
        network.fit(ToyData.batches(data, 30), 2);
        assertThat(network.score(data)).isLessThan(before);
    }

    @Test
    void thePriorIsAShareOfTheWeightsOrTheOneThatIsNamed() {
        MultiLayerNetwork stock = trained(ToyNetworks.classifier());
        double norm = stock.getParam("0_W").norm2Number().doubleValue();
        double meanSquare = norm * norm / stock.getParam("0_W").length();

        EpMultiLayerNetwork share = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(0.02).build());
        EpMultiLayerNetwork named = EpNetworks.from(
                stock,
                EpOptions.builder()
                        .startFromWeights()
                        .weightPrior("hidden", new GaussianPrior(0.3))
                        .build());

        assertThat(1 / share.getParam("0_WPrecision").getDouble(0)).isCloseTo(0.02 * meanSquare, within(1e-6));
        assertThat(named.getParam("0_WPrecision"))
                .isEqualTo(EpNetworks.from(
                                ToyNetworks.classifier(),
                                EpOptions.builder().priorScale(0.3).build())
                        .getParam("0_WPrecision"));
        assertThat(named.getParam("0_WAveragedMean")).isEqualTo(stock.getParam("0_W"));
    }

    @Test
    void itIsSavedAndGoesOn() throws IOException {
        MultiLayerNetwork stock = trained(ToyNetworks.classifier());
        EpMultiLayerNetwork network =
                EpNetworks.from(stock, EpOptions.builder().startFromWeights().build());
        DataSet data = ToyData.threeClasses(100, 1);
        network.fit(ToyData.threeClasses(100, 2));
        File file = folder.resolve("network.zip").toFile();
        network.save(file);

        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);

        network.fit(data);
        loaded.fit(data);
        assertThat(loaded.params()).isEqualTo(network.params());
    }

    @Test
    void frozenLayersAreKnownAndANewHeadStartsFromItsPrior() {
        MultiLayerNetwork stock = new MultiLayerNetwork(ToyNetworks.classifier());
        stock.init();
        DataSet data = ToyData.threeClasses(300, 1);
        stock.fit(ToyData.batches(data, 30), 20);
        MultiLayerNetwork transferred = new TransferLearning.Builder(stock)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .updater(new Adam(0.01))
                        .build())
                .setFeatureExtractor(0)
                .removeOutputLayer()
                .addLayer(new OutputLayer.Builder(LossFunction.XENT)
                        .nIn(8)
                        .nOut(2)
                        .activation(Activation.SIGMOID)
                        .build())
                .build();

        EpMultiLayerNetwork network = EpNetworks.from(transferred);

        assertThat(network.getLayerWiseConfigurations().getConf(0).getLayer()).isInstanceOf(EpFrozenLayer.class);
        assertThat(network.getParam("0_WAveragedMean")).isEqualTo(stock.getParam("0_W"));
        assertThat(1 / network.getParam("0_WPrecision").getDouble(0)).isLessThan(1e-5);
        assertThat(1 / network.getParam("1_WPrecision").getDouble(0)).isCloseTo(0.5 / 8, within(1e-6));
        assertThat(network.getIterationCount()).isZero();
        DataSet other = ToyData.twoSigns(300, 2);
        INDArray frozen = network.getLayer(0).params().dup();
        double before = network.score(other);
        network.fit(ToyData.batches(other, 30), 3);
        assertThat(network.getLayer(0).params()).isEqualTo(frozen);
        assertThat(network.score(other)).isLessThan(before - 0.3);
    }

    @Test
    void aPretrainedGraphIsFrozenUpToItsFeaturesAndGetsANewHead() {
        ComputationGraph stock = new ComputationGraph(ToyGraphs.residual());
        stock.init();
        DataSet data = ToyData.threeClasses(300, 1);
        stock.fit(ToyData.batches(data, 30), 20);
        String output = stock.getConfiguration().getNetworkOutputs().get(0);
        String features = stock.getConfiguration().getVertexInputs().get(output).get(0);
        int width = ((int) stock.getLayer(output).getParam("W").size(0));
        ComputationGraph transferred = new TransferLearning.GraphBuilder(stock)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                        .updater(new Adam(0.01))
                        .build())
                .setFeatureExtractor(features)
                .removeVertexKeepConnections(output)
                .addLayer(
                        output,
                        new OutputLayer.Builder(LossFunction.XENT)
                                .nIn(width)
                                .nOut(2)
                                .activation(Activation.SIGMOID)
                                .build(),
                        features)
                .build();

        EpComputationGraph graph = EpNetworks.from(transferred);

        INDArray before = stock.feedForward(data.getFeatures(), false).get(features);
        INDArray after = graph.feedForward(data.getFeatures(), false).get(features);
        assertSame(after, before, 1e-3);
        DataSet other = ToyData.twoSigns(300, 2);
        double score = graph.score(other);
        graph.fit(ToyData.batches(other, 30), 5);
        assertThat(graph.score(other)).isLessThan(score - 0.2);
        assertSame(graph.feedForward(data.getFeatures(), false).get(features), before, 1e-3);
    }

    @Test
    void aTransferLearningHelpersTopIsTrainedOnFeaturizedData() {
        MultiLayerNetwork stock = trained(new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build())
                .layer(new DenseLayer.Builder()
                        .nIn(6)
                        .nOut(5)
                        .activation(Activation.TANH)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        TransferLearningHelper helper = new TransferLearningHelper(stock, 0);
        DataSet data = ToyData.threeClasses(200, 1);
        DataSet featurized = helper.featurize(data);

        EpMultiLayerNetwork top = EpNetworks.from(helper.unfrozenMLN(), SURE);
        assertSame(top.output(featurized.getFeatures()), stock.output(data.getFeatures()), 1e-4);

        EpMultiLayerNetwork learning = EpNetworks.from(helper.unfrozenMLN());
        double before = learning.score(featurized);
        learning.fit(ToyData.batches(featurized, 20), 3);
        assertThat(learning.score(featurized)).isLessThan(before);
    }

    @Test
    void anEpNetworksPointNetworkIsAStart() {
        EpMultiLayerNetwork trained = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(300, 1);
        trained.fit(ToyData.batches(data, 30), 3);

        EpMultiLayerNetwork network = EpNetworks.from(
                trained.toPointNetwork(),
                EpOptions.builder().startFromWeights(1e-9).build());

        assertSame(network.output(data.getFeatures()), trained.toPointNetwork().output(data.getFeatures()), 1e-4);
    }

    @Test
    void weightsThatAreNotFiniteAreNoStart() {
        MultiLayerNetwork stock = trained(ToyNetworks.classifier());
        stock.getParam("0_W").putScalar(1, Double.NaN);

        assertThatThrownBy(() -> EpNetworks.from(stock))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "The weights of layer \"hidden\" are no start: \"W\" has elements that are not finite; load the"
                                + " network again, or train it anew");
    }

    @Test
    void weightsOfAnotherShapeAreNoStart() {
        MultiLayerNetwork stock = trained(ToyNetworks.classifier());
        ((FeedForwardLayer) stock.getLayerWiseConfigurations().getConf(0).getLayer()).setNOut(9);
        ((FeedForwardLayer) stock.getLayerWiseConfigurations().getConf(1).getLayer()).setNIn(9);

        assertThatThrownBy(() -> EpNetworks.from(stock))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "The weights of layer \"hidden\" are no start: the array \"W\" has shape [3, 8], but the definition"
                                + " needs 27 elements [3, 9]; take definition and weights of one network");
    }

    @Test
    void discreteWeightsHaveNoGivenMeans() {
        MultiLayerNetwork stock = trained(ToyNetworks.classifier());
        EpOptions.Builder options = EpOptions.builder().hiddenWeightPrior(new BinaryPrior());

        assertThatThrownBy(
                        () -> EpNetworks.from(stock, options.startFromWeights().build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("This network cannot start from its weights:\n - layer \"hidden\" has the prior")
                .hasMessageContaining("under which a weight has no given mean; use a Gaussian prior");
        EpNetwork dropped = EpNetworks.from(
                stock, EpOptions.builder().hiddenWeightPrior(new BinaryPrior()).build());
        assertThat(dropped.getIterationCount()).isZero();
        assertThatThrownBy(() -> EpOptions.builder().startFromWeights(0))
                .hasMessage("startFromWeights is 0.0, allowed are positive finite numbers");
    }
}

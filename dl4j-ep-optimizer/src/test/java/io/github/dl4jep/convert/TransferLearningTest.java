package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What DL4J's TransferLearning makes of EP networks, and how it goes on. */
class TransferLearningTest {

    private final DataSet first = ToyData.threeClasses(300, 1);
    private final DataSet other = ToyData.twoSigns(300, 2);

    private static EpMultiLayerNetwork network(EpOptions options) {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(dense(ToyData.INPUTS))
                .layer(dense(12))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(12)
                        .nOut(ToyData.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        return EpNetworks.from(definition, options);
    }

    private static DenseLayer dense(int inputs) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(12)
                .activation(Activation.RELU)
                .build();
    }

    private static OutputLayer twoSigmoids(int inputs) {
        return new OutputLayer.Builder(LossFunction.XENT)
                .nIn(inputs)
                .nOut(2)
                .activation(Activation.SIGMOID)
                .build();
    }

    private static FineTuneConfiguration fineTune() {
        return new FineTuneConfiguration.Builder().seed(5).updater(new Sgd(0.1)).build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void frozenLayersKeepTheirPosteriorAndANewOutputStartsFromThePrior(boolean binary) {
        EpOptions options = binary
                ? EpOptions.builder().hiddenWeightPrior(new BinaryPrior()).build()
                : EpOptions.defaults();
        EpMultiLayerNetwork trained = network(options);
        trained.fit(ToyData.batches(first, 30), 2);
        MultiLayerNetwork transferred = new TransferLearning.Builder(trained)
                .fineTuneConfiguration(fineTune())
                .setFeatureExtractor(0)
                .removeOutputLayer()
                .addLayer(twoSigmoids(12))
                .build();

        EpMultiLayerNetwork network = EpNetworks.from(transferred, options);

        assertThat(network.getLayerWiseConfigurations().getConf(0).getLayer()).isInstanceOf(EpFrozenLayer.class);
        assertThat(network.getLayer(0).params()).isEqualTo(trained.getLayer(0).params());
        assertThat(network.getLayer(1).params()).isEqualTo(trained.getLayer(1).params());
        EpMultiLayerNetwork fresh = EpNetworks.from(
                new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(twoSigmoids(12))
                        .build(),
                options);
        assertThat(network.getParam("2_WPrecision")).isEqualTo(fresh.getParam("0_WPrecision"));

        double before = network.score(other);
        network.fit(ToyData.batches(other, 30), 3);

        assertThat(network.getLayer(0).params()).isEqualTo(trained.getLayer(0).params());
        assertThat(network.getLayer(1).params())
                .isNotEqualTo(trained.getLayer(1).params());
        assertThat(network.score(other)).isLessThan(before - 0.3);
    }

    @Test
    void keptLayersThatLearnForgetNothingAtOnce() {
        EpMultiLayerNetwork trained = network(EpOptions.defaults());
        trained.fit(ToyData.batches(first, 30), 5);
        MultiLayerNetwork transferred = new TransferLearning.Builder(trained)
                .fineTuneConfiguration(fineTune())
                .build();

        EpMultiLayerNetwork network = EpNetworks.from(transferred);
        assertThat(network.params()).isEqualTo(trained.params());
        assertThat(network.output(first.getFeatures())).isEqualTo(trained.output(first.getFeatures()));
        double learned = trained.score(first);
        network.fit(ToyData.batches(first, 30).next());

        assertThat(network.getIterationCount()).isEqualTo(26);
        assertThat(network.score(first)).isLessThan(learned * 1.3);
        network.fit(ToyData.batches(first, 30));
        EpOutputLayer output = (EpOutputLayer) network.getOutputLayer().conf().getLayer();
        assertThat(output.getPassCounter().getBatchesPerPass())
                .as("one single batch and a pass")
                .isEqualTo(11);
    }

    @Test
    void aReplacedNumberOfOutputsStartsFromThePrior() {
        EpMultiLayerNetwork trained = network(EpOptions.defaults());
        trained.fit(ToyData.batches(first, 30), 2);
        MultiLayerNetwork transferred = new TransferLearning.Builder(trained)
                .fineTuneConfiguration(fineTune())
                .setFeatureExtractor(0)
                .nOutReplace(2, 5, WeightInit.XAVIER)
                .build();

        EpMultiLayerNetwork network = EpNetworks.from(transferred);

        assertThat(network.getLayer(1).params()).isEqualTo(trained.getLayer(1).params());
        assertThat(network.getParam("2_WPrecision").shape()).containsExactly(12, 5);
        assertThat(network.getParam("2_WPrecision").ravel().toDoubleVector())
                .as("the prior's")
                .containsOnly(
                        network(EpOptions.defaults()).getParam("2_WPrecision").getDouble(0));
    }

    @Test
    void graphsTransferAlike() {
        EpComputationGraph trained = EpNetworks.from(ToyGraphs.residual());
        trained.fit(ToyData.batches(first, 30), 2);
        ComputationGraph transferred = new TransferLearning.GraphBuilder(trained)
                .fineTuneConfiguration(fineTune())
                .setFeatureExtractor("sum")
                .removeVertexAndConnections("out")
                .addLayer("signs", twoSigmoids(ToyNetworks.HIDDEN), "sum")
                .setOutputs("signs")
                .build();

        EpComputationGraph graph = EpNetworks.from(transferred);
        INDArray kept = trained.getLayer("second").params();
        assertThat(graph.getLayer("first").params())
                .isEqualTo(trained.getLayer("first").params());
        assertThat(graph.getLayer("second").params()).isEqualTo(kept);
        double before = graph.score(other);
        graph.fit(ToyData.batches(other, 30), 3);

        assertThat(graph.getLayer("second").params()).as("frozen").isEqualTo(kept);
        assertThat(graph.score(other)).isLessThan(before - 0.2);
    }

    @Test
    void anEpNetworkIsCopiedWithItsPosteriorAndCounters() {
        EpMultiLayerNetwork trained = network(EpOptions.defaults());
        trained.fit(ToyData.batches(first, 30), 2);
        ScoreIterationListener listener = new ScoreIterationListener(1000);
        trained.setListeners(listener);

        EpMultiLayerNetwork copy = EpNetworks.from(trained);

        assertThat(copy).isEqualTo(trained).isNotSameAs(trained);
        assertThat(copy.getListeners()).contains(listener);
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());
        graph.fit(ToyData.batches(first, 30), 2);
        assertThat(EpNetworks.from(graph)).isEqualTo(graph).isNotSameAs(graph);
        assertThat(EpNetworks.from((Model) graph, EpOptions.defaults())).isEqualTo(graph);
        // Both go on alike.
        copy.fit(ToyData.batches(first, 30));
        trained.fit(ToyData.batches(first, 30));
        assertThat(copy.params()).isEqualTo(trained.params());
    }

    @Test
    void optionsThatWouldHaveNoEffectAreRefused() {
        EpOptions binary = EpOptions.builder().weightPrior(new BinaryPrior()).build();
        EpMultiLayerNetwork layers = network(EpOptions.defaults());
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());

        assertThatThrownBy(() -> EpNetworks.from(layers, binary))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "The network is an EpMultiLayerNetwork already and has its priors, units and schedule, so that"
                                + " other options would have no effect; use from(network) for a copy that keeps the posterior, or"
                                + " from(network.toPointNetwork(), options) to start from its point weights with other priors");
        assertThatThrownBy(() -> EpNetworks.from(graph, binary))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("The network is an EpComputationGraph already");
        assertThat(EpNetworks.from(layers.toPointNetwork(), binary).getIterationCount())
                .isZero();
    }
}

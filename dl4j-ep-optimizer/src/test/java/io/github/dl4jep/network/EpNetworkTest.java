package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.WeightMoments;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.factory.Nd4j;

/** What a list of layers and a graph both do, through their common type. */
class EpNetworkTest {

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(100, 1);

    private static List<EpNetwork> both() {
        return List.of(EpNetworks.from(ToyNetworks.classifier()), EpNetworks.from(ToyGraphs.classifier()));
    }

    @ParameterizedTest
    @MethodSource("both")
    void trainsOnEitherIterator(EpNetwork network) {
        EpNetwork other = network.clone();
        network.fit(ToyData.batches(data, 20), 2);
        other.fit(new MultiDataSetIteratorAdapter(ToyData.batches(data, 20)), 2);

        assertThat(other.params()).isEqualTo(network.params());
        assertThat(network.getIterationCount()).isEqualTo(10);
        assertThat(network.getEpochCount()).isEqualTo(2);
        assertThat(network.passCounter().getPassStart()).isEqualTo(10);
    }

    @ParameterizedTest
    @MethodSource("both")
    void predictsFromMoments(EpNetwork network) {
        network.fit(ToyData.batches(data, 20), 1);
        INDArray x = data.getFeatures();

        Prediction prediction = network.prediction(x);

        INDArray output = network instanceof EpComputationGraph graph
                ? graph.outputSingle(x)
                : ((EpMultiLayerNetwork) network).output(x);
        assertThat(prediction.output()).isEqualTo(output);
        assertThat(network.predictions(x)).hasSize(1);
        assertThat(network.predictor().sample(x, 4).shape()).containsExactly(4, 100, 3);
    }

    @Test
    void severalOutputsHaveNotOnePrediction() {
        EpNetwork network = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        INDArray x = data.getFeatures();

        assertThat(network.predictions(x, x)).hasSize(2);
        assertThatThrownBy(() -> network.prediction(x, x))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("The network has 2 outputs, so there is not one answer");
    }

    @ParameterizedTest
    @MethodSource("both")
    void givesThePosteriorByLayer(EpNetwork network) {
        network.fit(ToyData.batches(data, 20), 1);
        Map<String, Map<String, WeightMoments>> posterior = network.posterior();

        boolean graph = network instanceof EpComputationGraph;
        assertThat(posterior).containsOnlyKeys(graph ? "hidden" : "0", graph ? "out" : "1");
        String first = graph ? "hidden" : "0";
        assertThat(posterior.get(first)).containsOnlyKeys("W", "b");
        INDArray point = network.toPointNetwork().paramTable().get(first + "_W");
        WeightMoments weights = posterior.get(first).get("W");
        assertThat(weights.mean()).isEqualTo(point);
        // The average over many draws and its spread.
        INDArray sum = Nd4j.zeros(point.shape());
        INDArray squares = Nd4j.zeros(point.shape());
        int draws = 400;
        for (int i = 0; i < draws; i++) {
            INDArray draw = network.sample(i).paramTable().get(first + "_W").sub(point);
            sum.addi(draw);
            squares.addi(draw.mul(draw));
        }
        INDArray ratio = squares.divi(draws).divi(weights.variance());
        assertThat(ratio.meanNumber().doubleValue()).isCloseTo(1, within(0.06));
    }

    @ParameterizedTest
    @MethodSource("both")
    void isSavedLoadedCopiedAndPruned(EpNetwork network) throws IOException {
        network.fit(ToyData.batches(data, 20), 1);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);

        EpNetwork loaded = EpNetworks.load(file);

        assertThat(loaded).isEqualTo(network).hasSameClassAs(network);
        assertThat(EpNetworks.load(file, network.getClass())).isEqualTo(network);
        assertThat(network.clone()).isEqualTo(network).isNotSameAs(network);
        assertThat(loaded.toJson()).isEqualTo(network.toJson());
        EpNetwork pruned = network.prune(0.5);
        assertThat(pruned).hasSameClassAs(network);
        INDArray weights =
                pruned.posterior().values().iterator().next().get("W").mean();
        assertThat(weights.eq(0).castTo(weights.dataType()).sumNumber().intValue())
                .isPositive();
    }

    @ParameterizedTest
    @MethodSource("both")
    void estimatesItsMemory(EpNetwork network) {
        MemoryEstimate estimate = network.memory(InputType.feedForward(ToyData.INPUTS));

        assertThat(estimate.fixedBytes()).isGreaterThanOrEqualTo(4 * network.numParams());
        assertThat(estimate.bytesPerExample()).isPositive();
    }

    @Test
    void aListOfLayersHasOneInput() {
        EpNetwork network = EpNetworks.from(ToyNetworks.classifier());
        assertThatThrownBy(() -> network.memory())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of input types is 0, but the network has 1 input");
    }

    @Test
    void thereAreNoRecurrentStates() {
        INDArray x = data.getFeatures();
        EpMultiLayerNetwork layers = EpNetworks.from(ToyNetworks.classifier());
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());

        String reason = "An EP network has no recurrent layers, so rnnTimeStep has no state to go on from; give whole"
                + " sequences to fit(...) and output(...)";
        assertThatThrownBy(() -> layers.rnnTimeStep(x)).hasMessage(reason);
        assertThatThrownBy(() -> layers.rnnTimeStep(x, null)).hasMessage(reason);
        assertThatThrownBy(() -> graph.rnnTimeStep(x)).hasMessage(reason);
        assertThatThrownBy(() -> layers.rnnActivateUsingStoredState(x, false, true))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("so rnnActivateUsingStoredState has no state");
        assertThatThrownBy(() -> graph.rnnActivateUsingStoredState(new INDArray[] {x}, false, true))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("so rnnActivateUsingStoredState has no state");
    }

    @ParameterizedTest
    @MethodSource("both")
    void aFeatureMaskIsNotIgnored(EpNetwork network) {
        INDArray mask = Nd4j.ones(100, 1);
        DataSet masked = new DataSet(data.getFeatures(), data.getLabels(), mask, null);
        EpNetwork unmasked = network.clone();
        unmasked.fit((org.nd4j.linalg.dataset.api.DataSet) data);
        network.fit((org.nd4j.linalg.dataset.api.DataSet) masked);
        assertThat(network.params()).as("a mask of ones").isEqualTo(unmasked.params());

        mask.putScalar(3, 0);
        String reason = " has a feature mask of shape [100, 1] that leaves values out, but EP counts all features;"
                + " allowed: no feature mask, or ones only. Cut the examples to one length, or fill what is missing and"
                + " mask the labels: label masks count";
        assertThatThrownBy(() -> network.fit((org.nd4j.linalg.dataset.api.DataSet) masked))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Batch 1" + reason);
        assertThat(network.params()).isEqualTo(unmasked.params());
        if (network instanceof EpComputationGraph graph) {
            assertThatThrownBy(() -> graph.score(masked)).hasMessage("The data set" + reason);
            assertThatThrownBy(() -> graph.output(false, new INDArray[] {data.getFeatures()}, new INDArray[] {mask}))
                    .hasMessage("The call" + reason);
        } else {
            EpMultiLayerNetwork layers = (EpMultiLayerNetwork) network;
            assertThatThrownBy(() -> layers.score(masked)).hasMessage("The data set" + reason);
            assertThatThrownBy(() -> layers.output(data.getFeatures(), false, mask, null))
                    .hasMessage("The call" + reason);
        }
        network.fit((org.nd4j.linalg.dataset.api.DataSet) data);
        assertThat(network.getIterationCount()).isEqualTo(2);
    }

    /** Counts how often a layer computes. */
    public static final class CountedTanh extends ActivationTanH {

        private static final long serialVersionUID = 1L;
        private static final AtomicInteger CALLS = new AtomicInteger();

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            CALLS.incrementAndGet();
            return super.getActivation(in, training);
        }
    }

    @Test
    void feedForwardComputesEachLayerOnce() {
        int layers = 12;
        NeuralNetConfiguration.ListBuilder definition =
                new NeuralNetConfiguration.Builder().seed(7).list();
        for (int i = 0; i < layers; i++) {
            definition.layer(new DenseLayer.Builder()
                    .nIn(ToyData.INPUTS)
                    .nOut(ToyData.INPUTS)
                    .activation(new CountedTanh())
                    .build());
        }
        EpMultiLayerNetwork network = EpNetworks.from(
                definition.layer(ToyGraphs.softmax(ToyData.INPUTS)).build());
        INDArray x = data.getFeatures();
        CountedTanh.CALLS.set(0);
        network.output(x);
        int ofOnePass = CountedTanh.CALLS.get();
        CountedTanh.CALLS.set(0);

        List<INDArray> activations = network.feedForward(x);

        assertThat(ofOnePass).isGreaterThanOrEqualTo(layers);
        // One pass for the output, one for the layers before it.
        assertThat(CountedTanh.CALLS.get()).isLessThanOrEqualTo(2 * ofOnePass);
        assertThat(activations).hasSize(layers + 2);
        assertThat(activations.get(layers + 1)).isEqualTo(network.output(x));
        assertThat(activations.get(4))
                .isEqualTo(network.feedForwardToLayer(3, x).get(4));
    }

    @Test
    void stockNetworksHaveTheirOwnClasses() {
        MultiLayerNetwork layers = EpNetworks.from(ToyNetworks.classifier()).toPointNetwork();
        ComputationGraph graph = EpNetworks.from(ToyGraphs.classifier()).toPointNetwork();
        assertThat(layers.params()).isEqualTo(graph.params());
        for (Layer layer : layers.getLayers()) {
            assertThat(layer.conf().getLayer().getClass().getPackageName()).startsWith("org.deeplearning4j");
        }
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ConvolutionalNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every layer that shares or selects weights, from a stock definition to a trained network and back to a stock network. */
class ConvolutionalNetworksTest {

    private static final double FLOAT_ROUNDING = 2e-5;

    @TempDir
    private Path folder;

    static List<ConvolutionalNetworks.Case> networks() {
        return ConvolutionalNetworks.all(new ActivationReLU());
    }

    static Stream<Arguments> networksAndPriors() {
        List<WeightPrior> priors =
                List.of(new GaussianPrior(), new BinaryPrior(), new TernaryPrior(), new SpikeSlabPrior());
        return ConvolutionalNetworks.all(new ActivationHeaviside()).stream()
                .filter(network -> !network.name().matches(".*(NHWC|NWC|NDHWC|same|causal|wide)"))
                .flatMap(network -> priors.stream().map(prior -> Arguments.of(network, prior)));
    }

    /** DL4J's own layers with the posterior means give what the EP layers' forward pass gives. */
    @ParameterizedTest
    @MethodSource("networks")
    void thePointNetworkIsTheStockNetwork(ConvolutionalNetworks.Case one) throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(one.definition());
        network.fit(one.data());
        MultiLayerNetwork point = network.toPointNetwork();
        assertThat(point.getLayerWiseConfigurations().toJson()).doesNotContain("io.github.dl4jep");
        assertThat(point.getLayerWiseConfigurations().getInputPreProcessors())
                .isEqualTo(one.definition().getInputPreProcessors());
        for (int i = 0; i < point.getnLayers(); i++) {
            assertThat(point.getLayer(i).conf().getLayer().getClass())
                    .isEqualTo(one.definition().getConf(i).getLayer().getClass());
        }
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        INDArray x = one.data().getFeatures();
        List<INDArray> expected = point.feedForward(x, false);
        List<INDArray> actual = MultiLayerNetwork.load(file, false).feedForward(x, false);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
            assertThat(actual.get(i).sub(expected.get(i)).amaxNumber().doubleValue())
                    .as("activation %s", i)
                    .isCloseTo(
                            0,
                            within(FLOAT_ROUNDING
                                    * Math.max(1, expected.get(i).amaxNumber().doubleValue())));
        }
        List<INDArray> means = network.feedForward(x, false);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(means.get(i).shape())
                    .as("mean activation %s", i)
                    .isEqualTo(expected.get(i).shape());
        }
    }

    /** Where nothing but the weights is uncertain, draws of stock networks have the predicted moments at the outputs, roughly. */
    @ParameterizedTest
    @MethodSource("networksAndPriors")
    void everyPriorTrainsSpikingUnits(ConvolutionalNetworks.Case one, WeightPrior prior) {
        EpOptions options =
                EpOptions.builder().weightPrior(prior).batchesPerPass(1).build();
        EpMultiLayerNetwork network = EpNetworks.from(one.definition(), options);
        double before = network.score(one.data());
        for (int pass = 0; pass < 4; pass++) {
            network.fit(one.data());
        }
        assertThat(network.score(one.data())).isLessThan(before);
        assertThat(network.params().sumNumber().doubleValue()).isFinite();
        INDArray x = one.data().getFeatures();
        Nd4j.getRandom().setSeed(4);
        assertThat(network.predictor().sample(x, 2).shape()).isEqualTo(new long[] {2, 24, 3});
        INDArray point = network.toPointNetwork().output(x);
        assertThat(point.sumNumber().doubleValue()).isCloseTo(24, within(1e-3));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void definitionsSurviveJsonAndConvertAgain(ConvolutionalNetworks.Case one) {
        MultiLayerConfiguration converted = EpNetworks.from(one.definition()).getLayerWiseConfigurations();
        MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(converted.toJson());
        for (int i = 0; i < converted.getConfs().size(); i++) {
            assertThat(read.getConf(i).getLayer())
                    .isEqualTo(converted.getConf(i).getLayer())
                    .hasSameHashCodeAs(converted.getConf(i).getLayer());
        }
        assertThat(read).isEqualTo(converted);
        assertThat(EpNetworks.from(read).numParams())
                .isEqualTo(EpNetworks.from(one.definition()).numParams());
        EpMultiLayerNetwork network = EpNetworks.from(one.definition());
        assertThat(network.clone().output(one.data().getFeatures()))
                .isEqualTo(network.output(one.data().getFeatures()));
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Networks of spiking units and discrete weights as plain DL4J networks. */
class DiscretePointNetworkTest {

    /** c = sqrt(gain / fan-in) of a Heaviside layer on three inputs. */
    private static final float MAGNITUDE = (float) Math.sqrt(1.0 / ToyData.INPUTS);

    private final DataSet data = ToyData.threeClasses(300, 1);

    @TempDir
    private Path folder;

    @Test
    void binaryWeightsAreTwoValues() {
        EpMultiLayerNetwork network = trained(new BinaryPrior(), new ActivationHeaviside());

        assertThat(values(network.toPointNetwork(), "0_W")).containsExactlyInAnyOrder(-MAGNITUDE, MAGNITUDE);
        assertThat(values(network.sample(1), "0_W")).containsExactlyInAnyOrder(-MAGNITUDE, MAGNITUDE);
    }

    @Test
    void ternaryWeightsAreThreeValues() {
        EpMultiLayerNetwork network = trained(new TernaryPrior(), new ActivationHeaviside());

        assertThat(values(network.toPointNetwork(), "0_W"))
                .contains(-MAGNITUDE, MAGNITUDE)
                .isSubsetOf(-MAGNITUDE, 0f, MAGNITUDE);
        assertThat(values(network.sample(1), "0_W")).containsExactlyInAnyOrder(-MAGNITUDE, 0f, MAGNITUDE);
    }

    @Test
    void binaryOutputWeightsAreTwoValuesPerClass() {
        EpOptions options = EpOptions.builder()
                .weightPrior(new BinaryPrior())
                .hiddenActivation(new ActivationHeaviside())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier(), options);
        network.fit(ToyData.batches(data, 30), 2);

        INDArray weights = network.toPointNetwork().getParam("1_W");

        for (int output = 0; output < ToyData.CLASSES; output++) {
            Set<Float> sizes = DoubleStream.of(weights.getColumn(output).toDoubleVector())
                    .mapToObj(w -> (float) Math.abs(w))
                    .collect(Collectors.toSet());
            assertThat(sizes)
                    .as("magnitudes of the weights of output %s", output)
                    .hasSize(1);
        }
    }

    @Test
    void someSpikeAndSlabWeightsAreZero() {
        EpMultiLayerNetwork network = trained(new SpikeSlabPrior(), new ActivationHeaviside());

        INDArray draw = network.sample(1).getParam("0_W");

        assertThat(draw.eq(0).castTo(draw.dataType()).meanNumber().doubleValue())
                .isBetween(0.01, 0.99);
    }

    @Test
    void unitsStaySpikingUnits() {
        for (IActivation unit : new IActivation[] {new ActivationHeaviside(3), new ActivationBernoulliProbit(0.7)}) {
            EpMultiLayerNetwork network = trained(new BinaryPrior(), unit);

            DenseLayer layer =
                    (DenseLayer) network.toPointNetwork().getLayer(0).conf().getLayer();

            assertThat(layer.getActivationFn()).isEqualTo(unit);
        }
    }

    @Test
    void goesThroughJsonAndFile() throws IOException {
        for (WeightPrior prior : new WeightPrior[] {new BinaryPrior(), new TernaryPrior(), new SpikeSlabPrior()}) {
            EpMultiLayerNetwork network = trained(prior, new ActivationHeaviside());
            MultiLayerNetwork point = network.toPointNetwork();
            INDArray expected = point.output(data.getFeatures());

            String json = point.getLayerWiseConfigurations().toJson();
            assertThat(MultiLayerConfiguration.fromJson(json)).isEqualTo(point.getLayerWiseConfigurations());
            assertThat(loaded(point).output(data.getFeatures())).isEqualTo(expected);
            // DL4J's own loader runs an EP network with its point weights.
            INDArray difference = loaded(network).output(data.getFeatures()).sub(expected);
            assertThat(difference.amaxNumber().doubleValue()).isLessThan(1e-5);
            assertThat(point.evaluate(ToyData.batches(data, 100)).accuracy()).isGreaterThan(0.9);
        }
    }

    @Test
    void anEnsembleOfDrawsRunsWithStochasticUnits() {
        EpMultiLayerNetwork network = trained(new TernaryPrior(), new ActivationBernoulliProbit(0.1));
        PosteriorEnsemble ensemble = network.ensemble(10, 1).running(run -> run.timeSteps(5));
        Nd4j.getRandom().setSeed(1);

        INDArray output = ensemble.output(data.getFeatures());

        int[] expected = data.getLabels().argMax(1).toIntVector();
        int[] predicted = output.argMax(1).toIntVector();
        double correct = 0;
        for (int n = 0; n < expected.length; n++) {
            correct += expected[n] == predicted[n] ? 1.0 / expected.length : 0;
        }
        assertThat(correct).isGreaterThan(0.9);
        assertThat(ensemble.spread(data.getFeatures()).minNumber().doubleValue())
                .isPositive();
    }

    private EpMultiLayerNetwork trained(WeightPrior prior, IActivation unit) {
        EpOptions options = EpOptions.builder()
                .hiddenWeightPrior(prior)
                .hiddenActivation(unit)
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier(), options);
        network.fit(ToyData.batches(data, 30), 2);
        return network;
    }

    private static Set<Float> values(MultiLayerNetwork network, String parameter) {
        return DoubleStream.of(network.getParam(parameter).ravel().toDoubleVector())
                .mapToObj(w -> (float) w)
                .collect(Collectors.toSet());
    }

    private MultiLayerNetwork loaded(MultiLayerNetwork network) throws IOException {
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        return MultiLayerNetwork.load(file, true);
    }
}

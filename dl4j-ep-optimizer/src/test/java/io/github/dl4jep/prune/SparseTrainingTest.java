package io.github.dl4jep.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PrunedPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks whose weights are mostly zero from the first batch on. */
class SparseTrainingTest {

    private static final int UNITS = 40;

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(300, 1);

    private static MultiLayerConfiguration definition(long seed) {
        return new NeuralNetConfiguration.Builder()
                .seed(seed)
                .activation(Activation.RELU)
                .list()
                .layer(new DenseLayer.Builder().nIn(ToyData.INPUTS).nOut(UNITS).build())
                .layer(new DenseLayer.Builder().nIn(UNITS).nOut(UNITS).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(UNITS)
                        .nOut(ToyData.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    private static EpMultiLayerNetwork sparse(double zeros, long seed) {
        return EpNetworks.from(
                definition(seed), EpOptions.builder().sparsity(zeros).build());
    }

    private static INDArray kept(EpMultiLayerNetwork network, int layer) {
        return network.getLayer(layer).getParam("WKept");
    }

    @Test
    void eachHiddenUnitKeepsItsShareOfInputsAndTheOutputAll() {
        EpMultiLayerNetwork network = sparse(0.9, 1);

        assertThat(kept(network, 1).sum(0).toDoubleVector()).containsOnly(4.0);
        assertThat(kept(network, 0).sum(0).toDoubleVector()).containsOnly(1.0); // A tenth would be less than one.
        assertThat(network.getLayer(2).paramTable()).doesNotContainKey("WKept");
        INDArray point = network.toPointNetwork().getLayer(1).getParam("W");
        assertThat(point.eq(0)).isEqualTo(kept(network, 1).eq(0));
        assertThat(kept(network, 1)).as("inputs differ from unit to unit").isNotEqualTo(kept(sparse(0.9, 2), 1));
        assertThat(kept(network, 1)).as("one seed").isEqualTo(kept(sparse(0.9, 1), 1));
    }

    /** Prior and first means are those of units with as many inputs as are kept, so that activations have the scale of a dense network. */
    @Test
    void weightsThatAreThereAreWider() {
        double dense = sumOfSquares(sparse(0, 1));
        EpMultiLayerNetwork network = sparse(0.9, 1);

        assertThat(sumOfSquares(network)).isCloseTo(dense, within(0.3 * dense));
        assertThat(network.posterior().get("1").get("W").variance().maxNumber().doubleValue())
                .isCloseTo(
                        10
                                * sparse(0, 1)
                                        .posterior()
                                        .get("1")
                                        .get("W")
                                        .variance()
                                        .maxNumber()
                                        .doubleValue(),
                        within(1e-4));
    }

    /** Sum of squares of a unit's inputs, averaged over units. */
    private static double sumOfSquares(EpMultiLayerNetwork network) {
        INDArray weights = network.toPointNetwork().getLayer(1).getParam("W");
        return weights.mul(weights).sum(0).meanNumber().doubleValue();
    }

    @Test
    void itLearnsAndKeepsItsZerosInFilesToo() throws IOException {
        EpMultiLayerNetwork network = sparse(0.6, 1);
        INDArray zeros = kept(network, 1).eq(0);

        network.fit(ToyData.batches(data, 30), 10);

        assertThat(network.evaluate(ToyData.batches(data, 30)).accuracy()).isGreaterThan(0.9);
        assertThat(network.toPointNetwork().getLayer(1).getParam("W").eq(0)).isEqualTo(zeros);
        assertThat(network.sample(3).getLayer(1).getParam("W").eq(0)).isEqualTo(zeros);
        File file = folder.resolve("sparse.zip").toFile();
        network.save(file);
        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        assertThat(loaded.output(data.getFeatures())).isEqualTo(network.output(data.getFeatures()));
        loaded.fit(ToyData.batches(data, 30));
        network.fit(ToyData.batches(data, 30));
        assertThat(loaded.params()).isEqualTo(network.params());
    }

    /** Moved are those whose posterior is closest to the prior; how close is worked out here from the natural parameters. */
    @Test
    void zerosMoveToWhereDataSaidLeast() {
        EpMultiLayerNetwork network = sparse(0.5, 1);
        network.fit(ToyData.batches(data, 30), 2);
        INDArray before = kept(network, 1).dup('c');
        INDArray information = divergence(network);

        network.rewire(0.25, 5);

        INDArray after = kept(network, 1).dup('c');
        assertThat(after.sumNumber().intValue())
                .isEqualTo(before.sumNumber().intValue())
                .isEqualTo(UNITS * UNITS / 2);
        double mostRemoved = 0;
        double leastLeft = Double.MAX_VALUE;
        int removed = 0;
        for (long i = 0; i < before.length(); i++) {
            if (before.getDouble(i) == 1 && after.getDouble(i) == 0) {
                removed++;
                mostRemoved = Math.max(mostRemoved, information.getDouble(i));
            } else if (before.getDouble(i) == 1) {
                leastLeft = Math.min(leastLeft, information.getDouble(i));
            }
        }
        assertThat(removed).isEqualTo(UNITS * UNITS / 8);
        assertThat(mostRemoved).isLessThanOrEqualTo(leastLeft * (1 + 1e-5));
        network.fit(ToyData.batches(data, 30), 3);
        assertThat(network.evaluate(ToyData.batches(data, 30)).accuracy()).isGreaterThan(0.9);
    }

    private static INDArray divergence(EpMultiLayerNetwork network) {
        var table = network.getLayer(1).paramTable();
        INDArray t = table.get("WPrecision").dup('c');
        double prior = 1 / (0.5 * 2.0 / (UNITS / 2));
        INDArray mean = table.get("WAveragedMean").sub(table.get("WPriorMean")).dup('c');
        INDArray result = t.dup();
        for (long i = 0; i < t.length(); i++) {
            double ratio = t.getDouble(i) / prior;
            result.putScalar(
                    i, 0.5 * (Math.log(ratio) + 1 / ratio - 1 + prior * mean.getDouble(i) * mean.getDouble(i)));
        }
        return result;
    }

    @Test
    void theSeedSaysWhereWeightsComeBack() {
        EpMultiLayerNetwork one = sparse(0.5, 1);
        EpMultiLayerNetwork two = one.clone();
        EpMultiLayerNetwork three = one.clone();

        one.rewire(0.3, 7);
        two.rewire(0.3, 7);
        three.rewire(0.3, 8);

        assertThat(two.params()).isEqualTo(one.params());
        assertThat(three.params()).isNotEqualTo(one.params());
    }

    @ParameterizedTest
    @ValueSource(strings = {"convolution", "graph", "lstm", "pruned"})
    void everyKindOfNetworkTrainsWithZerosThatMove(String kind) {
        EpOptions options = EpOptions.builder().sparsity(0.7).build();
        EpNetwork network;
        DataSet batch = data;
        switch (kind) {
            case "convolution" -> {
                network = EpNetworks.from(convolution(), options);
                batch = new DataSet(
                        Nd4j.rand(30, 2, 6, 6).subi(0.5),
                        ToyData.threeClasses(30, 1).getLabels());
            }
            case "graph" -> network = EpNetworks.from(ToyGraphs.residual(), options);
            case "lstm" -> {
                network = EpNetworks.from(lstm(), options);
                batch = new DataSet(
                        Nd4j.rand(30, 2, 5).subi(0.5),
                        ToyData.threeClasses(30, 1).getLabels());
            }
            default -> network = EpNetworks.from(ToyNetworks.classifier()).prune(0.5);
        }
        double zeros = zeros(network);
        assertThat(zeros).isPositive();

        for (int pass = 0; pass < 3; pass++) {
            network.fit(ToyData.batches(batch, 30), 1);
            network.rewire(0.2, pass);
        }

        assertThat(zeros(network)).isEqualTo(zeros);
        assertThat(network.params().sumNumber().doubleValue()).isFinite();
    }

    private static double zeros(EpNetwork network) {
        return network.paramTable().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("Kept"))
                .mapToDouble(entry -> entry.getValue()
                        .eq(0)
                        .castTo(DataType.DOUBLE)
                        .sumNumber()
                        .doubleValue())
                .sum();
    }

    private static MultiLayerConfiguration convolution() {
        return new NeuralNetConfiguration.Builder()
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(5).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(ToyData.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(6, 6, 2))
                .build();
    }

    private static MultiLayerConfiguration lstm() {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LastTimeStep(new LSTM.Builder()
                        .nIn(2)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(ToyData.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    @Test
    void oneLayerMayHaveZerosOfItsOwn() {
        EpComputationGraph graph = EpNetworks.from(
                ToyGraphs.residual(),
                EpOptions.builder()
                        .sparsity(0.9)
                        .weightPrior("second", new PrunedPrior(new GaussianPrior(0.5), 0.5))
                        .weightPrior("out", new GaussianPrior(0.5))
                        .build());

        INDArray kept = graph.getLayer("second").getParam("WKept");
        assertThat(kept.meanNumber().doubleValue()).isCloseTo(0.5, within(0.1));
    }

    @Test
    void whatIsNoShareIsRefused() {
        assertThatThrownBy(() -> EpOptions.builder().sparsity(1))
                .hasMessage(
                        "the sparsity is 1.0, allowed: 0 (no zeros) and more, but less than 1 (only zeros); for example 0.9");
        assertThatThrownBy(() -> new PrunedPrior(new GaussianPrior(), 0.0))
                .hasMessage(
                        "the share of weights that are kept is 0.0, allowed: more than 0, and up to 1; for example 0.1 for"
                                + " nine zeros in ten");
        assertThatThrownBy(() -> sparse(0.5, 1).rewire(1.1, 1))
                .hasMessage("the share of weights to move is 1.1, allowed: 0 to 1; for example 0.2");
        assertThatThrownBy(() -> sparse(0, 1).rewire(0.1, 1))
                .hasMessage(
                        "the network has no zeros to move; make it with EpOptions.builder().sparsity(0.9), or prune it");
        assertThatThrownBy(() -> EpNetworks.from(
                        definition(1),
                        EpOptions.builder()
                                .sparsity(0.5)
                                .weightPrior(new BinaryPrior())
                                .build()))
                .hasMessageContaining("cannot be zero");
    }
}

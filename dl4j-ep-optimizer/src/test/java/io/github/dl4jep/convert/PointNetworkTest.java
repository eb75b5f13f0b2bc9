package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class PointNetworkTest {

    private static final double FLOAT_ROUNDING = 1e-5;

    @TempDir
    private Path folder;

    @Test
    void holdsPlainLayersOnly() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

        MultiLayerNetwork point = network.toPointNetwork();

        assertThat(point.getClass()).isEqualTo(MultiLayerNetwork.class);
        assertThat(point.getLayer(0).conf().getLayer().getClass()).isEqualTo(DenseLayer.class);
        assertThat(point.getLayer(1).conf().getLayer().getClass()).isEqualTo(OutputLayer.class);
        assertThat(point.getLayerNames()).containsExactly("hidden", "out");
        assertThat(point.getLayerWiseConfigurations().toJson()).doesNotContain("io.github.dl4jep");
        assertThat(point.numParams()).isEqualTo(3 * 8 + 8 + 8 * 3 + 3);
    }

    @Test
    void predictsWhatTheStockLoaderMakesOfTheEpNetwork() throws IOException {
        for (MultiLayerConfiguration definition : new MultiLayerConfiguration[] {
            ToyNetworks.classifier(), ToyNetworks.regressor(), ToyNetworks.multiLabel()
        }) {
            EpMultiLayerNetwork network = EpNetworks.from(definition);
            DataSet data = dataFor(network);
            network.fit(ToyData.batches(data, 20));

            INDArray point = network.toPointNetwork().output(data.getFeatures());

            assertSame(point, stockLoaded(network).output(data.getFeatures()));
        }
    }

    private static DataSet dataFor(EpMultiLayerNetwork network) {
        return switch (network.layerSize(1)) {
            case 1 -> ToyData.line(100, 1, 500, 40);
            case 2 -> ToyData.twoSigns(100, 1);
            default -> ToyData.threeClasses(100, 1);
        };
    }

    @Test
    void decidesLikeTheMoments() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(ToyData.batches(ToyData.threeClasses(400, 1), 40), 3);
        INDArray features = ToyData.threeClasses(400, 2).getFeatures();

        int[] moments = network.predict(features);
        int[] point = network.toPointNetwork().predict(features);

        int equal = 0;
        for (int n = 0; n < moments.length; n++) {
            equal += moments[n] == point[n] ? 1 : 0;
        }
        assertThat(equal).isGreaterThan(390);
    }

    @Test
    void keepsTheOffsetOfTheTargetsWithoutABias() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(3)
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        DataSet data = ToyData.line(200, 1, 5000, 40);
        network.fit(ToyData.batches(data, 50), 5);

        MultiLayerNetwork point = network.toPointNetwork();

        assertThat(ToyData.relativeError(network.output(data.getFeatures()), data.getLabels()))
                .isLessThan(0.5);
        assertThat(ToyData.relativeError(point.output(data.getFeatures()), data.getLabels()))
                .isLessThan(0.5);
        assertThat(point.getLayerWiseConfigurations().toJson()).doesNotContain("io.github.dl4jep");
    }

    @Test
    void keepsTheScaleOfALossLayer() throws IOException {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new DropoutLayer.Builder(0.5).build())
                .layer(new ActivationLayer.Builder()
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new LossLayer.Builder(LossFunction.MSE)
                        .name("loss")
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        DataSet data = ToyData.line(200, 1, 5000, 40);
        network.fit(ToyData.batches(data, 50), 5);

        MultiLayerNetwork point = network.toPointNetwork();

        assertThat(ToyData.relativeError(point.output(data.getFeatures()), data.getLabels()))
                .isLessThan(0.5);
        assertThat(point.getLayerNames()).contains("loss");
        INDArray stock = stockLoaded(network).output(data.getFeatures());
        assertThat(ToyData.relativeError(stock, data.getLabels())).isLessThan(0.5);
    }

    @Test
    void sharesNothingWithTheEpNetwork() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(200, 1);
        network.fit(ToyData.batches(data, 20), 2);
        INDArray before = network.params().dup();
        MultiLayerNetwork point = network.toPointNetwork();

        point.fit(ToyData.batches(data, 20));

        assertThat(network.params()).isEqualTo(before);
    }

    private MultiLayerNetwork stockLoaded(EpMultiLayerNetwork network) throws IOException {
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        return MultiLayerNetwork.load(file, true);
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        double size = Math.max(1, expected.amaxNumber().doubleValue());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(FLOAT_ROUNDING * size));
    }
}

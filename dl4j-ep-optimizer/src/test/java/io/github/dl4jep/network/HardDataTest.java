package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.engine.RejectedBatchException;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Data that is allowed but awkward. */
class HardDataTest {

    @Test
    void batchesOfOne() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(200, 1);

        network.fit(ToyData.batches(data, 1));

        assertFinite(network);
        assertThat(network.evaluate(ToyData.batches(data, 100)).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void aShortLastBatch() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(203, 1);

        network.fit(ToyData.batches(data, 50), 3);

        assertFinite(network);
        assertThat(network.getIterationCount()).isEqualTo(15);
        assertThat(network.evaluate(ToyData.batches(data, 50)).accuracy()).isGreaterThan(0.95);
    }

    @Test
    void batchesOfDifferentSizes() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(150, 1);

        for (int size : new int[] {3, 70, 1, 50, 16}) {
            network.fit(ToyData.batches(data, size));
        }

        assertFinite(network);
        assertThat(network.evaluate(ToyData.batches(data, 50)).accuracy()).isGreaterThan(0.95);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -5})
    void aConstantFeature(double value) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.regressor());
        DataSet data = ToyData.line(300, 1);
        data.getFeatures().getColumn(2).assign(value);
        DataSet constant = new DataSet(data.getFeatures(), data.getLabels());

        network.fit(ToyData.batches(constant, 50), 8);

        // The third slope of .4 in 1.28 becomes noise.
        assertFinite(network);
        assertThat(ToyData.relativeError(network.output(constant.getFeatures()), constant.getLabels()))
                .isLessThan(0.5);
    }

    @Test
    void aZeroRowWithoutBias() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(7)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(8)
                        .hasBias(false)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(3)
                        .hasBias(false)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        DataSet data = ToyData.threeClasses(300, 1);
        data.getFeatures().getRow(0).assign(0);
        data.getFeatures().getRow(31).assign(0);

        network.fit(ToyData.batches(data, 30), 3);
        network.fit(
                new DataSet(Nd4j.zeros(5, 3), data.getLabels().get(NDArrayIndex.interval(0, 5), NDArrayIndex.all())));

        assertFinite(network);
        assertThat(network.evaluate(ToyData.batches(data, 50)).accuracy()).isGreaterThan(0.9);
        assertThat(network.output(Nd4j.zeros(1, 3)).sumNumber().doubleValue()).isCloseTo(1, within(1e-5));
    }

    @Test
    void fiftyCopiesOfARow() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSet row = ToyData.threeClasses(1, 1);
        DataSet copies = new DataSet(
                Nd4j.repeat(row.getFeatures(), 50).reshape(50, 3),
                Nd4j.repeat(row.getLabels(), 50).reshape(50, 3));
        DataSet data = ToyData.threeClasses(300, 1);

        network.fit(copies);
        assertFinite(network);
        network.fit(ToyData.batches(data, 30), 2);
        network.fit(copies);

        assertFinite(network);
        assertThat(network.evaluate(ToyData.batches(data, 50)).accuracy()).isGreaterThan(0.95);
    }

    @ParameterizedTest
    @CsvSource({"0, 1e6", "1e6, 1e6", "0, 1e-6", "1e4, 10"})
    void targetsOfAnySize(double offset, double size) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.regressor());
        DataSet data = ToyData.line(300, 1, offset, size);

        network.fit(ToyData.batches(data, 30), 5);

        assertFinite(network);
        assertThat(ToyData.relativeError(network.output(data.getFeatures()), data.getLabels()))
                .isLessThan(0.5);
        double noise = network.predictor()
                .predict(data.getFeatures())
                .aleatoricVariance()
                .getDouble(0);
        assertThat(Math.sqrt(noise) / size).isBetween(0.05, 0.8);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e6, 1e20, 1e30})
    void hugeFeaturesTrainOrAreRejected(double size) {
        for (MultiLayerConfiguration definition :
                new MultiLayerConfiguration[] {ToyNetworks.classifier(), ToyNetworks.regressor()}) {
            EpMultiLayerNetwork network = EpNetworks.from(definition);
            DataSet data = network.layerSize(1) == 1 ? ToyData.line(60, 1) : ToyData.threeClasses(60, 1);
            DataSet huge = new DataSet(data.getFeatures().mul(size), data.getLabels());
            for (DataSet batch : huge.batchBy(20)) {
                INDArray before = network.params().dup();
                try {
                    network.fit(batch);
                } catch (RejectedBatchException e) {
                    assertThat(e).hasMessageContaining("the posterior is unchanged");
                    assertThat(network.params()).isEqualTo(before);
                }
                assertFinite(network);
            }
            network.fit(ToyData.batches(data, 20));
            assertFinite(network);
        }
    }

    private static void assertFinite(EpMultiLayerNetwork network) {
        for (double value : network.params().toDoubleVector()) {
            assertThat(value).isFinite();
        }
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.convert.EpNetworks;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Batch normalization in a network, beside DL4J's own. */
class BatchNormalizationTest {

    private static final int BATCH = 12;

    private static MultiLayerConfiguration normalizedInput(BatchNormalization normalization) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(normalization)
                .layer(output())
                .setInputType(InputType.feedForward(4))
                .build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static DataSet batch(int number, long... shape) {
        INDArray features = Nd4j.create(DataType.DOUBLE, shape);
        java.util.Random random = new java.util.Random(number);
        for (long i = 0; i < features.length(); i++) {
            features.putScalar(i, 5 + 2 * random.nextGaussian());
        }
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, BATCH, 3);
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, i % 3, 1);
        }
        return new DataSet(features, labels);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void runningAveragesOfTheInputAreDl4js(boolean locked) {
        BatchNormalization normalization = new BatchNormalization.Builder()
                .decay(0.8)
                .lockGammaBeta(locked)
                .build();
        EpMultiLayerNetwork ep = EpNetworks.from(normalizedInput(normalization));
        MultiLayerNetwork stock = new MultiLayerNetwork(normalizedInput(normalization));
        stock.init();
        for (int i = 0; i < 5; i++) {
            ep.fit(batch(i, BATCH, 4));
            stock.fit(batch(i, BATCH, 4));
        }
        Layer of = stock.getLayer(0);
        INDArray variance = of.paramTable().containsKey("var")
                ? of.getParam("var")
                : org.nd4j.linalg.ops.transforms.Transforms.pow(
                        Nd4j.valueArrayOf(1, 4, 10.0).castTo(DataType.DOUBLE),
                        of.getParam("log10stdev").mul(2).reshape(1, 4));

        for (int c = 0; c < 4; c++) {
            assertThat(ep.getLayer(0).getParam("mean").getDouble(c))
                    .isCloseTo(of.getParam("mean").getDouble(c), within(1e-9));
            assertThat(ep.getLayer(0).getParam("var").getDouble(c)).isCloseTo(variance.getDouble(c), within(1e-6));
        }
    }

    private static MultiLayerConfiguration convolutional() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new BatchNormalization())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(output())
                .setInputType(InputType.convolutional(6, 6, 2))
                .build();
    }

    @Test
    void thePointNetworkIsTheStockNetwork() {
        EpMultiLayerNetwork ep = EpNetworks.from(convolutional());
        for (int i = 0; i < 20; i++) {
            ep.fit(batch(i, BATCH, 2, 6, 6));
        }
        INDArray features = batch(99, BATCH, 2, 6, 6).getFeatures();
        MultiLayerNetwork point = ep.toPointNetwork();
        // DL4J's own way through the EP layers, without their moments.
        MultiLayerNetwork layers = new MultiLayerNetwork(ep.getLayerWiseConfigurations());
        layers.init(ep.params(), false);

        assertThat(point.getLayer(1).conf().getLayer()).isInstanceOf(BatchNormalization.class);
        assertThat(point.output(features)
                        .sub(layers.output(features))
                        .normmaxNumber()
                        .doubleValue())
                .isLessThan(1e-6);
    }

    @Test
    void lockedScaleAndShiftHaveNoPosterior() {
        BatchNormalization locked = new BatchNormalization.Builder()
                .lockGammaBeta(true)
                .gamma(2)
                .beta(1)
                .build();
        EpMultiLayerNetwork ep = EpNetworks.from(normalizedInput(locked));
        ep.fit(batch(0, BATCH, 4));

        assertThat(ep.getLayer(0).paramTable().keySet()).containsExactlyInAnyOrder("mean", "var");
        assertThat(((EpBatchNormalization) ep.getLayer(0).conf().getLayer())
                        .getOriginal()
                        .getGamma())
                .isEqualTo(2);
    }

    @Test
    void otherChannelsAreRefused() {
        EpMultiLayerNetwork ep = EpNetworks.from(normalizedInput(new BatchNormalization()));

        assertThatThrownBy(() -> ep.fit(batch(0, BATCH, 5)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("An example has shape [5], allowed are 4 channel(s) first at layer");
    }
}

package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.stock.CompactExport;
import io.github.dl4jep.weight.WeightPriors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The compact file against the DL4J network that it was made from, in double precision. */
class CompactMnistTest {

    private static final int DIGITS = 2_000;

    /** Half of white, in the scale of the data source. */
    private static final double GREY = (0.5 - 0.1307) / 0.3081;

    private static INDArray pixels;

    @TempDir
    private Path folder;

    @BeforeAll
    static void readDigits() {
        pixels = ((DataSet) RealData.digits().test().getRange(0, DIGITS)).getFeatures();
    }

    @Test
    void binaryNetworkOnBlackAndWhiteDigits() throws IOException {
        assertSameClasses(network(2, true), pixels.gt(GREY).castTo(DataType.FLOAT));
    }

    @Test
    void binaryNetworkOnGreyDigits() throws IOException {
        assertSameClasses(network(2, true), pixels);
    }

    @Test
    void ternaryNetworkWithContinuousOutput() throws IOException {
        assertSameClasses(network(3, false), pixels.gt(GREY).castTo(DataType.FLOAT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "ternary"})
    void networkTrainedByExpectationPropagation(String prior) throws IOException {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .weightPrior(WeightPriors.named(prior))
                .build();
        Training training = new Training(RealData.digits(), "mlp:129,65", 64, options);
        training.passInOrder(3_200);
        MultiLayerNetwork point = training.network().toPointNetwork();

        assertSameClasses(point.convertDataType(DataType.DOUBLE), pixels);
        assertThat(CompactNetwork.read(folder.resolve("digits.epcn")).potentials(pixels.toFloatMatrix()))
                .isDeepEqualTo(training.network().toCompact().potentials(pixels.toFloatMatrix()));
    }

    private void assertSameClasses(MultiLayerNetwork point, INDArray digits) throws IOException {
        Path file = folder.resolve("digits.epcn");
        CompactExport.of(point).write(file);

        int[] compact = CompactNetwork.read(file).classify(digits.toFloatMatrix());

        int[] expected = point.output(digits.castTo(DataType.DOUBLE)).argMax(1).toIntVector();
        assertThat(compact).isEqualTo(expected);
        assertThat(Arrays.stream(compact).distinct().count())
                .as("number of classes")
                .isGreaterThanOrEqualTo(3);
    }

    /** Seeded random signs, of two or three values. */
    private static MultiLayerNetwork network(int values, boolean discreteOutput) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .activation(new ActivationHeaviside())
                .list()
                .layer(new DenseLayer.Builder().nIn(784).nOut(501).build())
                .layer(new DenseLayer.Builder().nIn(501).nOut(501).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(501)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        Random random = new Random(values);
        for (int layer = 0; layer < 3; layer++) {
            if (layer < 2 || discreteOutput) {
                discretise(network.getParam(layer + "_W"), values, random);
            }
            INDArray bias = network.getParam(layer + "_b");
            for (int j = 0; j < bias.length(); j++) {
                bias.putScalar(j, random.nextGaussian() * 0.25);
            }
        }
        return network;
    }

    private static void discretise(INDArray weights, int values, Random random) {
        for (int i = 0; i < weights.rows(); i++) {
            for (int j = 0; j < weights.columns(); j++) {
                int sign = values == 2 ? 2 * random.nextInt(2) - 1 : random.nextInt(3) - 1;
                weights.putScalar(i, j, sign * 0.0625);
            }
        }
    }
}

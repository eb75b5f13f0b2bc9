package io.github.dl4jep.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.compact.CompactLayer;
import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.compact.CompactUnit;
import io.github.dl4jep.compact.WeightKind;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CompactExportTest {

    @TempDir
    private Path folder;

    @Test
    void computesWhatThePointNetworkComputes() {
        for (Activation activation : new Activation[] {Activation.SOFTMAX, Activation.SIGMOID, Activation.IDENTITY}) {
            for (int seed = 0; seed < 6; seed++) {
                Random random = new Random(seed);
                MultiLayerNetwork point = network(dense(20, 33), dense(33, 17), output(17, 4, activation));
                setWeights(point, 0, random, seed % 2 == 0);
                setWeights(point, 1, random, seed % 3 == 0);
                if (seed % 2 == 0) {
                    setWeights(point, 2, random, seed % 4 == 0);
                }
                assertAgree(point, random, 20);
            }
        }
    }

    @Test
    void layersOfTheirOwnForActivationAndLoss() {
        Random random = new Random(5);
        DenseLayer linear = new DenseLayer.Builder()
                .nIn(9)
                .nOut(8)
                .activation(Activation.IDENTITY)
                .hasBias(false)
                .build();
        DenseLayer last = new DenseLayer.Builder()
                .nIn(8)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
        MultiLayerNetwork point = network(
                linear,
                new ActivationLayer(new ActivationHeaviside()),
                last,
                new LossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build());
        setWeights(point, 0, random, true);
        setWeights(point, 2, random, false);

        assertAgree(point, random, 9);
        assertThat(CompactExport.of(point).layers().get(0).hasBias()).isFalse();
    }

    private static void assertAgree(MultiLayerNetwork point, Random random, int inputs) {
        CompactNetwork compact = CompactExport.of(point);
        double[][] rows = new double[300][inputs];
        float[][] features = new float[300][inputs];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < inputs; j++) {
                features[i][j] = i % 2 == 0 ? random.nextInt(2) : random.nextFloat();
                rows[i][j] = features[i][j];
            }
        }
        INDArray expected = point.output(Nd4j.create(rows).castTo(DataType.DOUBLE));
        double[][] actual = compact.output(features);
        for (int i = 0; i < rows.length; i++) {
            assertThat(actual[i]).containsExactly(expected.getRow(i).toDoubleVector(), within(1e-6));
        }
    }

    @Test
    void recognisesKindsAndScales() {
        MultiLayerNetwork point = network(dense(3, 2), dense(2, 2), output(2, 2, Activation.SOFTMAX));
        point.setParam("0_W", Nd4j.createFromArray(new double[][] {{.5, -.5}, {-.5, -.5}, {.5, .5}}));
        point.setParam("1_W", Nd4j.createFromArray(new double[][] {{.5, 0}, {0, 0}}));
        point.setParam("2_W", Nd4j.createFromArray(new double[][] {{.5, -3}, {.5, 3}}));

        CompactNetwork compact = CompactExport.of(point);

        assertThat(compact.layers().stream().map(CompactLayer::kind))
                .containsExactly(WeightKind.BINARY, WeightKind.TERNARY, WeightKind.BINARY);
        assertThat(compact.layers().get(2).weight(0, 1)).isEqualTo(-3);
        assertThat(compact.layers().get(1).weight(0, 0)).isEqualTo(0.5);
        assertThat(compact.layers().get(1).unit()).isEqualTo(CompactUnit.HEAVISIDE);
        // One scale, one scale, one per output.
        assertThat(compact.fileBytes())
                .isEqualTo(16 + 3 * 12 + (8 + 2 * 8 + 2) + (8 + 2 * 8 + 2 * 2) + (2 * 8 + 2 * 8 + 2) + 4);
    }

    @Test
    void writesTheOutputLayerOfAnEpNetwork() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(network(output(5, 3, Activation.SOFTMAX)));
        Path file = folder.resolve("net.epcn");

        network.toCompact().write(file);

        CompactNetwork read = CompactNetwork.read(file);
        assertThat(read.layers().get(0).kind()).isEqualTo(WeightKind.FLOAT);
        assertThat(read.potentials(new float[][] {{0, 0, 1, 0, 0}})[0][1])
                .isCloseTo(
                        network.toPointNetwork().getParam("0_W").getDouble(2, 1)
                                + network.toPointNetwork().getParam("0_b").getDouble(1),
                        within(1e-6));
        assertThat(network.toCompact()).hasToString(read.toString());
    }

    @Test
    void listsAllThatStandsInTheWay() {
        DenseLayer relu = new DenseLayer.Builder()
                .name("first")
                .nIn(4)
                .nOut(3)
                .activation(Activation.RELU)
                .build();
        DenseLayer linear = new DenseLayer.Builder()
                .nIn(3)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
        MultiLayerNetwork point = network(relu, linear, dense(3, 3), output(3, 2, Activation.TANH));

        assertThatThrownBy(() -> CompactExport.of(point))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("This network has no compact form, for 4 reason(s):\n"
                        + " - layer \"first\" (index 0, DenseLayer): hidden activation is relu, allowed is"
                        + " ActivationHeaviside (a deterministic threshold)\n"
                        + " - layer \"layer1\" (index 1, DenseLayer): hidden activation is identity, allowed is"
                        + " ActivationHeaviside\n"
                        + " - layer \"layer2\" (index 2, DenseLayer): its weights are continuous; hidden layers need"
                        + " weights in {-c, +c} or {-c, 0, +c}\n"
                        + " - layer \"layer3\" (index 3, OutputLayer): output activation is tanh, allowed are"
                        + " identity, softmax and sigmoid");
    }

    private static DenseLayer dense(int inputs, int outputs) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(new ActivationHeaviside())
                .build();
    }

    private static OutputLayer output(int inputs, int outputs, Activation activation) {
        return new OutputLayer.Builder(activation == Activation.SOFTMAX ? LossFunction.MCXENT : LossFunction.MSE)
                .nIn(inputs)
                .nOut(outputs)
                .activation(activation)
                .build();
    }

    private static MultiLayerNetwork network(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        MultiLayerNetwork network = new MultiLayerNetwork(list.build());
        network.init();
        return network;
    }

    private static void setWeights(MultiLayerNetwork network, int index, Random random, boolean ternary) {
        INDArray weights = network.getParam(index + "_W");
        for (int i = 0; i < weights.rows(); i++) {
            for (int j = 0; j < weights.columns(); j++) {
                int sign = ternary ? random.nextInt(3) - 1 : 2 * random.nextInt(2) - 1;
                weights.putScalar(i, j, sign * 0.375);
            }
        }
        INDArray bias = network.getLayer(index).paramTable().get("b");
        for (int j = 0; bias != null && j < bias.length(); j++) {
            bias.putScalar(j, random.nextGaussian());
        }
    }
}

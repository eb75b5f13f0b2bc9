package io.github.dl4jep.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Spiking activations in stock DL4J networks. */
class SpikingNetworkTest {

    static List<SpikingActivation> units() {
        return List.of(
                new ActivationHeaviside(3.5), new ActivationBernoulliSigmoid(), new ActivationBernoulliProbit(0.75));
    }

    @ParameterizedTest
    @MethodSource("units")
    void travelsInJsonYamlAndClones(SpikingActivation unit) {
        MultiLayerConfiguration definition = definition(unit, DataType.FLOAT);

        MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(definition.toJson());

        assertThat(read).isEqualTo(definition);
        assertThat(MultiLayerConfiguration.fromYaml(definition.toYaml())).isEqualTo(definition);
        assertThat(definition.clone()).isEqualTo(definition);
        assertThat(((DenseLayer) read.getConf(0).getLayer()).getActivationFn()).isEqualTo(unit);
        assertThat(((ActivationLayer) read.getConf(2).getLayer()).getActivationFn())
                .isEqualTo(unit);
        assertThat(read).isNotEqualTo(definition(Activation.RELU.getActivationFunction(), DataType.FLOAT));
    }

    @ParameterizedTest
    @CsvSource({"3.5, slope", "0.75, noiseVariance"})
    void badParameterInJsonIsRefused(String value, String parameter) {
        SpikingActivation unit = parameter.equals("slope") ? units().get(0) : units().get(2);
        String json = definition(unit, DataType.FLOAT).toJson();
        assertThat(json).contains("\"" + parameter + "\" : " + value);

        assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(
                        json.replace("\"" + parameter + "\" : " + value, "\"" + parameter + "\" : -1.0")))
                .hasStackTraceContaining(" is -1.0, allowed are positive finite numbers");
    }

    @ParameterizedTest
    @MethodSource("units")
    void learnsByAdam(SpikingActivation unit) {
        Nd4j.getRandom().setSeed(2);
        DataSet data = ring(400);
        MultiLayerNetwork network = new MultiLayerNetwork(definition(unit, DataType.FLOAT));
        network.init();
        double before = error(network, data);

        for (int step = 0; step < 200; step++) {
            network.fit(data);
        }

        assertThat(error(network, data)).isLessThan(0.15).isLessThan(before - 0.2);
    }

    @Test
    void surrogateIsTakenAtThePotentialOfTheForwardPass() {
        ActivationHeaviside unit = new ActivationHeaviside(2);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().nIn(1).nOut(1).activation(unit).build())
                .layer(new OutputLayer.Builder(LossFunction.L2)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        double weight = -0.7;
        double outer = 1.5;
        double x = 0.4;
        network.getLayer(0).setParam("W", Nd4j.createFromArray(new double[][] {{weight}}));
        network.getLayer(0).setParam("b", Nd4j.createFromArray(new double[][] {{0.1}}));
        network.getLayer(1).setParam("W", Nd4j.createFromArray(new double[][] {{outer}}));
        network.setInput(Nd4j.createFromArray(new double[][] {{x}}));
        network.setLabels(Nd4j.createFromArray(new double[][] {{3}}));

        network.computeGradientAndScore();

        // L = (y - 3)^2 with y = outer * v + 0 and v = 0, because u = weight * x + 0.1 is negative.
        double potential = weight * x + 0.1;
        double expected = 2 * (0 - 3) * outer / Math.pow(1 + 2 * Math.abs(potential), 2) * x;
        assertThat(network.gradient().getGradientFor("0_W").getDouble(0)).isCloseTo(expected, within(1e-12));
        assertThat(network.gradient().getGradientFor("1_W").getDouble(0)).isZero();
    }

    private static double error(MultiLayerNetwork network, DataSet data) {
        return 1
                - network.evaluate(new org.nd4j.linalg.dataset.ViewIterator(data, 400))
                        .accuracy();
    }

    /** Points inside and outside of a circle: two classes that no linear network tells apart. */
    private static DataSet ring(int rows) {
        INDArray features = Nd4j.randn(DataType.FLOAT, rows, 2);
        INDArray outside = features.mul(features).sum(1).gt(1.4).castTo(DataType.FLOAT);
        return new DataSet(features, Nd4j.stack(1, outside, outside.rsub(1)));
    }

    private static MultiLayerConfiguration definition(IActivation unit, DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(type)
                .updater(new Adam(0.02))
                .list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(30).activation(unit).build())
                .layer(new DenseLayer.Builder()
                        .nIn(30)
                        .nOut(20)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new ActivationLayer(unit))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(20)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }
}

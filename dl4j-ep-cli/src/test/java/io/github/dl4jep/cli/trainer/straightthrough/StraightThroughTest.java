package io.github.dl4jep.cli.trainer.straightthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Set;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

class StraightThroughTest {
    private static final int INPUTS = 8;
    private static final double GAIN = 2;

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(3);
    }

    @Test
    void levelsAreSignOrNearest() {
        INDArray latent = Nd4j.createFromArray(-1.0, -0.5, -0.49, -0.0, 0.0, 0.49, 0.5, 1.0, Double.NaN);
        double n = Double.NaN;

        assertThat(DiscreteLevels.BINARY.round(latent, 0.5).toDoubleVector())
                .containsExactly(-0.5, -0.5, -0.5, 0.5, 0.5, 0.5, 0.5, 0.5, n);
        assertThat(Transforms.abs(DiscreteLevels.TERNARY.round(latent, 2)).toDoubleVector())
                .containsExactly(2, 2, 0, 0, 0, 0, 2, 2, n);
        assertThat(DiscreteLevels.TERNARY.round(latent, 2).getDouble(1)).isEqualTo(-2);
        assertThat(latent.getDouble(0)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(DiscreteLevels.class)
    void weightsInUseAreDiscreteInTrainingAndInference(DiscreteLevels levels) {
        MultiLayerNetwork network = network(discrete(levels));
        network.fit(toy());
        double c = Math.sqrt(GAIN / INPUTS);
        double[] allowed = levels == DiscreteLevels.BINARY ? new double[] {-c, c} : new double[] {-c, 0, c};

        for (boolean training : new boolean[] {true, false}) {
            // With the unit vectors as inputs the potentials are weights plus bias.
            INDArray used = network.feedForward(Nd4j.eye(INPUTS).castTo(DataType.DOUBLE), training)
                    .get(1)
                    .subRowVector(network.getParam("0_b"));
            double[] values = Arrays.stream(used.dup().data().asDouble())
                    .map(value -> Math.rint(value * 1e9) / 1e9 + 0.0)
                    .distinct()
                    .sorted()
                    .toArray();
            assertThat(values).containsExactly(allowed, within(1e-8));
        }
    }

    @Test
    void latentWeightsAreContinuousAndClippedAndBiasesAreNot() {
        MultiLayerNetwork network = network(discrete(DiscreteLevels.BINARY));
        INDArray start = network.getParam("0_W").dup();
        assertThat(start.amaxNumber().doubleValue()).isBetween(0.8, 1.0);
        assertThat(start.meanNumber().doubleValue()).isCloseTo(0, within(0.2));

        for (int step = 0; step < 30; step++) {
            network.fit(toy());
        }
        INDArray latent = network.getParam("0_W");
        assertThat(latent.amaxNumber().doubleValue()).isEqualTo(1);
        assertThat(Arrays.stream(latent.dup().data().asDouble()).distinct().count())
                .isGreaterThan(latent.length() / 2);

        network.setParam("0_b", Nd4j.valueArrayOf(new long[] {1, 6}, 7.0));
        network.fit(toy());
        assertThat(network.getParam("0_b").minNumber().doubleValue()).isGreaterThan(5);
    }

    @ParameterizedTest
    @EnumSource(DiscreteLevels.class)
    void gradientOfTheRoundedWeightsGoesToTheLatentOnes(DiscreteLevels levels) {
        MultiLayerNetwork discrete = network(discrete(levels));
        MultiLayerNetwork stock = network(definition());
        stock.setParams(discrete.params());
        stock.setParam("0_W", levels.round(discrete.getParam("0_W"), Math.sqrt(GAIN / INPUTS)));
        stock.setParam("1_W", levels.round(discrete.getParam("1_W"), Math.sqrt(1 / 6.0)));

        INDArray expected = gradient(stock);

        assertThat(expected.norm2Number().doubleValue()).isPositive();
        assertThat(gradient(discrete).equalsWithEps(expected, 1e-12)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(DiscreteLevels.class)
    void learns(DiscreteLevels levels) {
        MultiLayerNetwork network = network(discrete(levels));
        double before = network.score(toy());

        for (int step = 0; step < 150; step++) {
            network.fit(toy());
        }

        assertThat(network.score(toy())).isLessThan(before / 2);
    }

    @ParameterizedTest
    @EnumSource(DiscreteLevels.class)
    void travelsInJsonAndClones(DiscreteLevels levels) {
        MultiLayerConfiguration definition = discrete(levels);

        MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(definition.toJson());

        assertThat(read).isEqualTo(definition).isNotEqualTo(definition());
        assertThat(definition.clone()).isEqualTo(definition);
        FeedForwardLayer layer = (FeedForwardLayer) read.getConf(0).getLayer();
        assertThat(layer.getWeightNoise())
                .isEqualTo(new StraightThroughWeights(levels, Math.sqrt(GAIN / INPUTS)))
                .hasSameHashCodeAs(new StraightThroughWeights(levels, Math.sqrt(GAIN / INPUTS)))
                .isNotEqualTo(new StraightThroughWeights(levels, 1));
        assertThat(layer.getConstraints()).containsExactly(new LatentClipping(Set.of("W")));
        assertThat(new LatentClipping(Set.of("W")))
                .hasSameHashCodeAs(new LatentClipping(Set.of("W")))
                .isNotEqualTo(new LatentClipping());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void scaleMustBePositive(double scale) {
        assertThatThrownBy(() -> new StraightThroughWeights(DiscreteLevels.BINARY, scale))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale of discrete weights is " + scale + ", allowed are positive finite numbers");
    }

    private static INDArray gradient(MultiLayerNetwork network) {
        network.setInput(toy().getFeatures());
        network.setLabels(toy().getLabels());
        network.computeGradientAndScore();
        return network.gradient().gradient();
    }

    private static MultiLayerNetwork network(MultiLayerConfiguration definition) {
        MultiLayerNetwork network = new MultiLayerNetwork(definition);
        network.init();
        return network;
    }

    private static MultiLayerConfiguration discrete(DiscreteLevels levels) {
        MultiLayerConfiguration definition = definition();
        StraightThrough.apply((FeedForwardLayer) definition.getConf(0).getLayer(), levels, GAIN);
        StraightThrough.apply((FeedForwardLayer) definition.getConf(1).getLayer(), levels, 1);
        return definition;
    }

    private static MultiLayerConfiguration definition() {
        return new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(DataType.DOUBLE)
                .updater(new Adam(0.05))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(INPUTS)
                        .nOut(6)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(6)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
    }

    /** Labels are a sum and a difference of features: within reach of weights of one size. */
    private static DataSet toy() {
        INDArray angles = Nd4j.arange(40 * INPUTS).castTo(DataType.DOUBLE).reshape(40, INPUTS);
        INDArray features = Transforms.sin(angles.mul(angles).muli(0.01), false);
        INDArray sum = features.getColumns(0, 1, 2).sum(1);
        INDArray difference = features.getColumn(3).sub(features.getColumn(4));
        return new DataSet(features, Nd4j.stack(1, sum, difference));
    }
}

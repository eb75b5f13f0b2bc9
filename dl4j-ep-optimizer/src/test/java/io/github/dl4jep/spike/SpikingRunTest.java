package io.github.dl4jep.spike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

class SpikingRunTest {

    private static final double ROUNDING = 1e-5;

    @Test
    void aDeterministicNetworkGivesItsPreOutput() {
        MultiLayerNetwork network = stock(Activation.TANH.getActivationFunction());
        INDArray x = ToyData.normal(2500, 1);
        INDArray hidden =
                Transforms.tanh(x.mmul(network.getParam("0_W")).addiRowVector(network.getParam("0_b")), false);
        INDArray expected = hidden.mmul(network.getParam("1_W")).addiRowVector(network.getParam("1_b"));

        SpikingRun run = SpikingRun.of(network).timeSteps(3);

        assertSame(run.potentials(x), expected);
        assertSame(run.output(x), network.output(x));
        assertThat(run.cumulativePotentials(x).shape()).containsExactly(3, 2500, 2);
        assertSame(run.cumulativePotentials(x).slice(1), expected);
        assertSame(run.cumulativeOutput(x).slice(2), network.output(x));
    }

    @Test
    void stochasticUnitsAreAveraged() {
        MultiLayerNetwork network = stock(new ActivationBernoulliSigmoid());
        INDArray x = ToyData.normal(5, 1);
        INDArray firing =
                Transforms.sigmoid(x.mmul(network.getParam("0_W")).addiRowVector(network.getParam("0_b")), false);
        INDArray weights = network.getParam("1_W");
        INDArray expected = firing.mmul(weights).addiRowVector(network.getParam("1_b"));
        INDArray variance = firing.mul(firing.rsub(1)).mmul(weights.mul(weights));
        int steps = 500;

        Nd4j.getRandom().setSeed(3);
        INDArray mean = SpikingRun.of(network).timeSteps(steps).potentials(x);

        INDArray error = mean.sub(expected).divi(Transforms.sqrt(variance.div(steps), true));
        assertThat(error.amaxNumber().doubleValue())
                .as("standard errors of the largest of ten deviations")
                .isLessThan(4);
        assertThat(error.amaxNumber().doubleValue()).isPositive();
    }

    @Test
    void aSeedRepeatsARunAndItsAccumulation() {
        MultiLayerNetwork network = stock(new ActivationBernoulliSigmoid());
        INDArray x = ToyData.normal(1500, 1);
        SpikingRun run = SpikingRun.of(network).timeSteps(4);

        Nd4j.getRandom().setSeed(3);
        INDArray cumulative = run.cumulativePotentials(x);
        INDArray other = run.cumulativePotentials(x);
        Nd4j.getRandom().setSeed(3);
        INDArray potentials = run.potentials(x);

        assertSame(cumulative.slice(3), potentials);
        assertThat(cumulative.slice(0)).isNotEqualTo(cumulative.slice(1));
        assertThat(other).isNotEqualTo(cumulative);
    }

    @Test
    void probabilitiesComeFromAveragedPotentials() {
        MultiLayerNetwork network = stock(new ActivationBernoulliSigmoid());
        INDArray x = ToyData.normal(20, 1);
        Nd4j.getRandom().setSeed(3);
        INDArray potentials = SpikingRun.of(network).timeSteps(7).potentials(x);
        Nd4j.getRandom().setSeed(3);

        INDArray output = SpikingRun.of(network).timeSteps(7).output(x);

        assertSame(output, Transforms.softmax(potentials, true));
    }

    @Test
    void codedInputsAreAveraged() {
        MultiLayerNetwork network = linear();
        INDArray x = Nd4j.createFromArray(new float[][] {{0, 0.25f, 1}, {0.75f, 0.5f, 0.125f}});
        INDArray expected = x.mmul(network.getParam("0_W")).addiRowVector(network.getParam("0_b"));

        INDArray held =
                SpikingRun.of(network).timeSteps(8).code(LatencyCode.held()).potentials(x);
        Nd4j.getRandom().setSeed(3);
        INDArray rate =
                SpikingRun.of(network).timeSteps(1000).code(new RateCode()).potentials(x);

        assertSame(held, expected);
        // Three inputs of standard deviation at most 1/2 with weights of about 1: standard error .028.
        assertThat(rate.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(0.12));
    }

    @Test
    void anEpNetworkRunsWithItsPointWeights() {
        for (MultiLayerConfiguration definition : new MultiLayerConfiguration[] {
            ToyNetworks.classifier(), ToyNetworks.regressor(), ToyNetworks.multiLabel(), lossLayer()
        }) {
            EpMultiLayerNetwork network = EpNetworks.from(definition);
            if (network.layerSize(1) == ToyData.CLASSES) {
                network.fit(ToyData.batches(ToyData.threeClasses(100, 1), 20));
            }
            INDArray x = ToyData.normal(50, 2);
            MultiLayerNetwork point = network.toPointNetwork();
            SpikingRun run = SpikingRun.of(network).timeSteps(2);

            assertSame(run.output(x), point.output(x));
            assertSame(run.potentials(x), SpikingRun.of(point).timeSteps(1).potentials(x));
        }
    }

    private static MultiLayerConfiguration lossLayer() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new LossLayer.Builder(LossFunction.MCXENT)
                        .name("loss")
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    @Test
    void aRunSeesFurtherTraining() {
        MultiLayerNetwork network = stock(new ActivationHeaviside());
        SpikingRun run = SpikingRun.of(network).timeSteps(1);
        INDArray x = ToyData.normal(50, 2);
        INDArray before = run.potentials(x);

        network.params().muli(2);

        assertThat(run.potentials(x)).isNotEqualTo(before);
        assertSame(run.output(x), network.output(x));
    }

    @Test
    void changesNeitherNetworkNorFeatures() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new ActivationLayer(new ActivationHeaviside()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        String before = network.getLayerWiseConfigurations().toJson();
        INDArray x = ToyData.normal(1, 2);
        INDArray copy = x.dup();

        SpikingRun.of(network).output(x);

        assertThat(x).isEqualTo(copy);
        assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(before);
        assertThat(network.output(x).sumNumber().doubleValue()).isCloseTo(1, within(ROUNDING));
    }

    @Test
    void imagesKeepTheirShape() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new DenseLayer.Builder()
                        .nOut(4)
                        .activation(new ActivationHeaviside())
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(3, 3, 2))
                .build());
        network.init();
        INDArray images = Nd4j.rand(6, 2, 3, 3).gt(0.5).castTo(Nd4j.defaultFloatingPointType());

        INDArray output =
                SpikingRun.of(network).timeSteps(3).code(new RateCode()).output(images);

        assertSame(output, network.output(images)); // 0 and 1 are coded as themselves
    }

    @Test
    void refusesWhatItCannotRun() {
        MultiLayerNetwork network = linear();
        INDArray standardised = Nd4j.createFromArray(new float[][] {{0, 0, 0}, {0, -0.5f, 0}});

        assertThatThrownBy(() -> SpikingRun.of(network).timeSteps(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of time steps is 0, allowed: 1 and more");
        assertThatThrownBy(() -> SpikingRun.of(network).code(new RateCode()).output(standardised))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "Intensity is -0.5 at row 1, column 1, allowed is [0, 1]; scale the features, for example by"
                                + " NormalizerMinMaxScaler, and do not standardise them");
        assertThat(SpikingRun.of(network).output(standardised).rows()).isEqualTo(2);
    }

    @Test
    void refusesNetworksWithoutOutputPotentials() {
        MultiLayerNetwork noOutput = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(2).build())
                .build());
        MultiLayerNetwork recurrent = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());

        assertThatThrownBy(() -> SpikingRun.of(noOutput).output(ToyData.normal(2, 1)))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The last layer is a DenseLayer, which has no output potentials; the last layer must be an"
                        + " output or loss layer");
        assertThatThrownBy(() -> SpikingRun.of(recurrent).output(Nd4j.rand(2, 3, 4)))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The output potentials have shape [2, 2, 4], allowed is [n, outputs]; recurrent and"
                        + " convolutional output layers are not supported");
    }

    private static MultiLayerNetwork stock(IActivation activation) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(8)
                        .biasInit(0.1)
                        .activation(activation)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(2)
                        .biasInit(-0.1)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        return network;
    }

    private static MultiLayerNetwork linear() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(3)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        return network;
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double size = Math.max(1, expected.amaxNumber().doubleValue());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(ROUNDING * size));
    }
}

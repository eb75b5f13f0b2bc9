package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Autoencoders become what DL4J's forward pass makes of them; the stock network is the oracle. */
class VariationalEncodersTest {

    private static VariationalAutoencoder autoencoder() {
        return new VariationalAutoencoder.Builder()
                .nIn(4)
                .nOut(3)
                .encoderLayerSizes(6, 5)
                .decoderLayerSizes(7)
                .activation(Activation.TANH)
                .pzxActivationFunction(Activation.SIGMOID)
                .reconstructionDistribution(new GaussianReconstructionDistribution(Activation.TANH))
                .build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE)
                .nIn(3)
                .nOut(2)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder()
                .nIn(3)
                .nOut(4)
                .activation(Activation.TANH)
                .build();
    }

    private static MultiLayerConfiguration list() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new NoOp())
                .list()
                .layer(dense())
                .layer(autoencoder())
                .layer(output())
                .build();
    }

    private static ComputationGraphConfiguration graph() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("in")
                .addLayer("below", dense(), "in")
                .addLayer("code", autoencoder(), "below")
                .addLayer("out", output(), "code")
                .setOutputs("out")
                .build();
    }

    private static void draw(INDArray params) {
        Nd4j.getRandom().setSeed(7);
        params.assign(Nd4j.randn(params.shape()).muli(0.5));
    }

    @Test
    void aListStartsAsTheStockNetwork() {
        MultiLayerNetwork stock = new MultiLayerNetwork(list());
        stock.init();
        draw(stock.params());
        INDArray features = Nd4j.randn(5, 3);

        EpMultiLayerNetwork network = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-9).build());

        assertThat(network.getnLayers()).isEqualTo(5);
        assertClose(network.output(features), stock.output(features));
        assertClose(network.toPointNetwork().output(features), stock.output(features));
    }

    @Test
    void aGraphStartsAsTheStockNetwork() {
        ComputationGraph stock = new ComputationGraph(graph());
        stock.init();
        draw(stock.params());
        INDArray features = Nd4j.randn(5, 3);

        EpComputationGraph network = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-9).build());

        assertThat(network.getConfiguration().getVertices().keySet())
                .containsExactlyInAnyOrder("below", "code-encoder0", "code-encoder1", "code", "out");
        assertClose(network.outputSingle(features), stock.outputSingle(features));
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-4);
    }

    @Test
    void itLearnsWithTheNetwork() {
        EpMultiLayerNetwork network = EpNetworks.from(list());
        DataSet line = ToyData.line(400, 1, 0, 1);
        DataSet data = new DataSet(line.getFeatures(), Nd4j.hstack(line.getLabels(), line.getLabels()));

        network.fit(ToyData.batches(data, 20), 7);

        assertThat(ToyData.relativeError(network.output(data.getFeatures()), data.getLabels()))
                .isLessThan(0.3);
    }
}

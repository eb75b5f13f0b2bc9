package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class MissingOutputTest {

    @Test
    void aDefinitionThatTakesNoLabelsSaysWhatToDo() {
        assertThatThrownBy(() -> EpNetworks.from(endingIn(new ActivationLayer(Activation.SOFTMAX))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageEndingWith(
                        "layer \"layer1\" (index 1, ActivationLayer): it takes no labels; make it an output with"
                                + " EpNetworks.withOutput(configuration), or put an output layer behind it");
    }

    @ParameterizedTest
    @CsvSource({"SOFTMAX, MCXENT", "SIGMOID, XENT", "IDENTITY, MSE"})
    void theActivationSelectsTheLoss(Activation activation, LossFunction loss) {
        MultiLayerConfiguration definition = endingIn(new ActivationLayer(activation));

        MultiLayerConfiguration completed = EpNetworks.withOutput(definition);

        LossLayer last = (LossLayer) completed.getConf(1).getLayer();
        assertThat(last.getLossFn()).isEqualTo(loss.getILossFunction());
        assertThat(last.getActivationFn()).isEqualTo(activation.getActivationFunction());
        assertThat(definition.getConf(1).getLayer()).isInstanceOf(ActivationLayer.class);
    }

    @Test
    void theCompletedDefinitionLearns() {
        DataSet train = ToyData.threeClasses(200, 1);
        EpMultiLayerNetwork network =
                EpNetworks.from(EpNetworks.withOutput(endingIn(new ActivationLayer(Activation.SOFTMAX))));

        double before = network.score(train);
        network.fit(ToyData.batches(train, 50));

        assertThat(network.score(train)).isLessThan(before / 2);
    }

    @Test
    void aCompletedNetworkHasItsWeights() {
        for (Layer last : new Layer[] {
            new ActivationLayer(Activation.SOFTMAX),
            new DenseLayer.Builder()
                    .nIn(3)
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .build()
        }) {
            MultiLayerNetwork open = new MultiLayerNetwork(endingIn(last));
            open.init();
            INDArray features = ToyData.normal(20, 3);

            MultiLayerNetwork completed = EpNetworks.withOutput(open);

            assertThat(completed.output(features)).isEqualTo(open.output(features));
            completed.params().muli(2);
            assertThat(completed.output(features)).isNotEqualTo(open.output(features));
        }
    }

    @Test
    void otherLastLayersAreRefused() {
        assertThatThrownBy(() -> EpNetworks.withOutput(endingIn(new ActivationLayer(Activation.RELU))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "The last layer (index 1) is of type ActivationLayer, allowed is an ActivationLayer or a DenseLayer with"
                                + " softmax, sigmoid or identity; put an output layer behind it");
    }

    @ParameterizedTest
    @CsvSource({"SOFTMAX, MCXENT", "SIGMOID, XENT", "IDENTITY, MSE"})
    void aDenseLayerBecomesAnOutputLayer(Activation activation, LossFunction loss) {
        MultiLayerConfiguration definition = endingIn(new DenseLayer.Builder()
                .name("last")
                .nIn(3)
                .nOut(2)
                .hasBias(false)
                .activation(activation)
                .build());

        assertThatThrownBy(() -> EpNetworks.from(definition))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("for 1 reason(s)")
                .hasMessageEndingWith("layer \"last\" (index 1, DenseLayer): it takes no labels; make it an output with"
                        + " EpNetworks.withOutput(configuration), or put an output layer behind it");
        MultiLayerConfiguration completed = EpNetworks.withOutput(definition);

        OutputLayer last = (OutputLayer) completed.getConf(1).getLayer();
        assertThat(last.getLossFn()).isEqualTo(loss.getILossFunction());
        assertThat(last.getActivationFn()).isEqualTo(activation.getActivationFunction());
        assertThat(last.hasBias()).isFalse();
        assertThat(last.getLayerName()).isEqualTo("last");
        MultiLayerNetwork stock = new MultiLayerNetwork(definition);
        stock.init();
        MultiLayerNetwork stockCompleted = new MultiLayerNetwork(completed);
        stockCompleted.init(stock.params(), true);
        INDArray features = ToyData.normal(5, 1);
        assertThat(stockCompleted.output(features)).isEqualTo(stock.output(features));
        assertThat(EpNetworks.from(completed).output(features).columns()).isEqualTo(2);
    }

    private static MultiLayerConfiguration endingIn(Layer last) {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(ToyData.INPUTS)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(last)
                .build();
    }
}

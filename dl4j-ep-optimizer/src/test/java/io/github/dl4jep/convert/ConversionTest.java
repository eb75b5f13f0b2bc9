package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.slf4j.LoggerFactory;

class ConversionTest {

    /** Every kind of layer that converts, with a dense layer without bias. */
    private static MultiLayerConfiguration everyKind() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .l2(1e-4)
                .list()
                .layer(new DenseLayer.Builder()
                        .name("first")
                        .nIn(3)
                        .nOut(6)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new ActivationLayer.Builder()
                        .name("bend")
                        .activation(Activation.RELU)
                        .build())
                .layer(new DropoutLayer.Builder(0.5).name("drop").build())
                .layer(new DenseLayer.Builder()
                        .name("second")
                        .nIn(6)
                        .nOut(5)
                        .activation(Activation.TANH)
                        .dropOut(0.8)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("classes")
                        .nIn(5)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    @Test
    void everySupportedLayerKeepsNameSizeAndActivation() {
        EpMultiLayerNetwork network = EpNetworks.from(everyKind());

        assertThat(network.getLayerNames()).containsExactly("first", "bend", "drop", "second", "classes");
        EpDenseLayer first = (EpDenseLayer) network.getLayer(0).conf().getLayer();
        assertThat(first.getNIn()).isEqualTo(3);
        assertThat(first.getNOut()).isEqualTo(6);
        assertThat(first.isHasBias()).isFalse();
        assertThat(first.getActivationFn()).isEqualTo(new ActivationIdentity());
        EpActivationLayer bend = (EpActivationLayer) network.getLayer(1).conf().getLayer();
        assertThat(bend.getActivationFn()).isEqualTo(new ActivationReLU());
        EpActivationLayer drop = (EpActivationLayer) network.getLayer(2).conf().getLayer();
        assertThat(drop.getActivationFn()).isEqualTo(new ActivationIdentity());
        EpDenseLayer second = (EpDenseLayer) network.getLayer(3).conf().getLayer();
        assertThat(second.getActivationFn()).isEqualTo(new ActivationTanH());
        assertThat(second.getIDropout()).isNull();
        EpOutputLayer out = (EpOutputLayer) network.getLayer(4).conf().getLayer();
        assertThat(out.getNIn()).isEqualTo(5);
        assertThat(out.getNOut()).isEqualTo(3);
        assertThat(out.getActivationFn()).isEqualTo(new ActivationSoftmax());
    }

    @Test
    void denseLayerBeforeAReluLayerGetsThePriorOfAReluLayer() {
        EpMultiLayerNetwork network = EpNetworks.from(everyKind());

        assertThat(((EpDenseLayer) network.getLayer(0).conf().getLayer()).getPriorGain())
                .isEqualTo(2);
        assertThat(((EpDenseLayer) network.getLayer(3).conf().getLayer()).getPriorGain())
                .isEqualTo(1);
    }

    @Test
    void whatHasNoEffectIsLogged() {
        Logger logger = (Logger) LoggerFactory.getLogger(EpNetworks.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            EpNetworks.from(everyKind());
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .contains(
                        "Layer \"drop\" (index 2): dropout has no effect under EP: weight uncertainty regularises instead;"
                                + " the layer becomes the identity",
                        "Layer \"second\" (index 3): dropout has no effect under EP: weight uncertainty regularises"
                                + " instead; the layer passes its input on unchanged",
                        "Layer \"first\" (index 0): l1/l2/weight decay has no effect under EP: the weight prior takes its"
                                + " place (EpOptions.priorScale)");
    }

    @Test
    void lossLayerTakesItsSizeFromTheLayerBefore() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
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
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        DataSet data = ToyData.threeClasses(300, 1);

        network.fit(ToyData.batches(data, 30), 2);

        assertThat(network.getLayer(1).conf().getLayer()).isInstanceOf(EpLossLayer.class);
        assertThat(network.numLabels()).isEqualTo(3);
        assertThat(network.evaluate(ToyData.batches(data, 100)).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void preprocessorsThatRearrangeAreKept() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder()
                        .nOut(8)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(1, 3, 1))
                .build();
        DataSet flat = ToyData.threeClasses(300, 2);
        DataSet images = new DataSet(flat.getFeatures().reshape(300, 1, 1, 3), flat.getLabels());
        EpMultiLayerNetwork network = EpNetworks.from(definition);

        network.fit(ToyData.batches(images, 30), 2);

        assertThat(network.getLayerWiseConfigurations().getInputPreProcess(0)).isNotNull();
        assertThat(network.evaluate(ToyData.batches(images, 100)).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void jsonOfADefinitionConvertsLikeTheDefinition() {
        EpMultiLayerNetwork direct = EpNetworks.from(everyKind());

        EpMultiLayerNetwork fromJson =
                EpNetworks.from(MultiLayerConfiguration.fromJson(everyKind().toJson()));

        assertThat(fromJson.getLayerWiseConfigurations()).isEqualTo(direct.getLayerWiseConfigurations());
        assertThat(fromJson.params()).isEqualTo(direct.params());
    }

    @Test
    void jsonOfTheConvertedDefinitionKeepsEveryLayer() {
        EpOptions options = EpOptions.builder()
                .priorScale(0.3)
                .memoryPasses(Double.POSITIVE_INFINITY)
                .damping(0.7)
                .sweepsPerBatch(2)
                .batchesPerPass(12)
                .build();
        MultiLayerConfiguration converted =
                EpNetworks.from(everyKind(), options).getLayerWiseConfigurations();

        MultiLayerConfiguration back = MultiLayerConfiguration.fromJson(converted.toJson());

        assertThat(back.getConfs()).hasSameSizeAs(converted.getConfs());
        for (int i = 0; i < back.getConfs().size(); i++) {
            assertThat(back.getConf(i).getLayer())
                    .isEqualTo(converted.getConf(i).getLayer());
        }
    }

    @Test
    void theDefinitionThatIsConvertedDoesNotChange() {
        MultiLayerConfiguration definition = everyKind();
        String before = definition.toJson();

        EpMultiLayerNetwork network = EpNetworks.from(definition);
        network.fit(ToyData.threeClasses(10, 1));

        assertThat(definition.toJson()).isEqualTo(before);
    }

    @Test
    void anExistingNetworkGivesDefinitionAndListeners() {
        MultiLayerNetwork existing = new MultiLayerNetwork(ToyNetworks.classifier());
        existing.init();
        CollectScoresIterationListener listener = new CollectScoresIterationListener();
        existing.setListeners(listener);
        existing.fit(ToyData.threeClasses(10, 1));
        INDArray before = existing.params().dup();

        EpMultiLayerNetwork network = EpNetworks.from(existing);
        network.fit(ToyData.threeClasses(10, 1));

        assertThat(network.getListeners()).contains(listener);
        assertThat(listener.getScoreVsIter().getEffectiveScores()).hasSize(2);
        assertThat(network.getIterationCount()).as("25 for its weights").isEqualTo(26);
        assertThat(network.getEpochCount()).isZero();
        assertThat(existing.params()).isEqualTo(before);
        assertThat(existing.getIterationCount()).isEqualTo(1);
    }

    @Test
    void listenersOfTheExistingNetworkCanChangeLater() {
        MultiLayerNetwork existing = new MultiLayerNetwork(ToyNetworks.classifier());
        existing.init();
        CollectScoresIterationListener listener = new CollectScoresIterationListener();
        existing.setListeners(listener);
        EpMultiLayerNetwork network = EpNetworks.from(existing);

        existing.setListeners(List.of());
        network.fit(ToyData.threeClasses(10, 1));

        assertThat(listener.getScoreVsIter().getEffectiveScores()).hasSize(1);
    }

    @Test
    void trainingStartsAtTheBeginning() {
        MultiLayerNetwork existing = new MultiLayerNetwork(ToyNetworks.classifier());
        existing.init();
        DataSet data = ToyData.threeClasses(40, 1);
        existing.fit(ToyData.batches(data, 10), 2);
        EpMultiLayerNetwork expected = EpNetworks.from(ToyNetworks.classifier());
        expected.fit(ToyData.batches(data, 10));

        EpMultiLayerNetwork network = EpNetworks.from(existing.getLayerWiseConfigurations());
        network.fit(ToyData.batches(data, 10));
        EpMultiLayerNetwork again = EpNetworks.from(network.getLayerWiseConfigurations());
        again.fit(ToyData.batches(data, 10));

        assertThat(network.getIterationCount()).isEqualTo(4);
        assertThat(network.params()).isEqualTo(expected.params());
        assertThat(again.params()).isEqualTo(expected.params());
        assertThat(((EpOutputLayer) again.getLayer(1).conf().getLayer()).getPassCounter())
                .isEqualTo(new PassCounter(4, 4));
    }

    @Test
    void anEpDefinitionConvertsToItself() {
        MultiLayerConfiguration converted = EpNetworks.from(everyKind()).getLayerWiseConfigurations();

        MultiLayerConfiguration again = EpNetworks.from(converted).getLayerWiseConfigurations();

        for (int i = 0; i < again.getConfs().size(); i++) {
            assertThat(again.getConf(i).getLayer())
                    .isEqualTo(converted.getConf(i).getLayer());
        }
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class FrozenLayersTest {

    @TempDir
    private Path folder;

    private static DenseLayer dense(String name, int inputs) {
        return new DenseLayer.Builder()
                .name(name)
                .nIn(inputs)
                .nOut(8)
                .activation(Activation.RELU)
                .build();
    }

    private static MultiLayerConfiguration definition(Layer... hidden) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(3).list();
        for (Layer layer : hidden) {
            list.layer(layer);
        }
        return list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(ToyData.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    private static Layer frozen(Layer layer, boolean withBackprop) {
        return withBackprop ? new FrozenLayerWithBackprop(layer) : new FrozenLayer(layer);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFrozenPosteriorStaysAndLetsMessagesThrough(boolean withBackprop) throws IOException {
        MultiLayerConfiguration definition =
                definition(dense("first", ToyData.INPUTS), frozen(dense("second", 8), withBackprop));
        EpMultiLayerNetwork network = EpNetworks.from(
                definition, EpOptions.builder().sweepsPerBatch(2).build());
        INDArray first = network.getLayer(0).params().dup();
        INDArray second = network.getLayer(1).params().dup();
        DataSet data = ToyData.threeClasses(300, 1);
        double before = network.score(data);
        network.fit(ToyData.batches(data, 30), 3);
        assertThat(network.getLayer(1).params()).isEqualTo(second);
        assertThat(network.getLayer(0).params()).isNotEqualTo(first);
        assertThat(network.score(data)).isLessThan(before / 2);

        MultiLayerNetwork point = network.toPointNetwork();
        assertThat(point.getLayerWiseConfigurations().getConf(1).getLayer().getClass())
                .isEqualTo(withBackprop ? FrozenLayerWithBackprop.class : FrozenLayer.class);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).output(data.getFeatures()))
                .isEqualTo(network.output(data.getFeatures()));
        INDArray stock = MultiLayerNetwork.load(file, false).output(data.getFeatures());
        assertThat(point.output(data.getFeatures()).sub(stock).amaxNumber().doubleValue())
                .isCloseTo(0, within(1e-4));
        assertThat(EpNetworks.from(network.getLayerWiseConfigurations()).numParams())
                .isEqualTo(network.numParams());
    }

    @Test
    void outputsAreNotFrozen() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new FrozenLayer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build()))
                .build();
        assertThatThrownBy(() -> EpNetworks.from(definition))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("it freezes the output layer OutputLayer, but labels must be learned from");
    }

    @Test
    void aCenterLossIsItsSoftmax() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(dense("hidden", ToyData.INPUTS))
                .layer(new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(ToyData.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        EpMultiLayerNetwork softmax = EpNetworks.from(definition(dense("hidden", ToyData.INPUTS)));
        DataSet data = ToyData.threeClasses(100, 1);
        network.fit(data);
        softmax.fit(data);
        assertThat(network.output(data.getFeatures())).isEqualTo(softmax.output(data.getFeatures()));
    }
}

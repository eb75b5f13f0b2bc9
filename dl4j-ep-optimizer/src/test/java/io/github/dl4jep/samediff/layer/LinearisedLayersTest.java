package io.github.dl4jep.samediff.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.weight.BinaryPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers and vertices of SameDiff with parameters that cannot be read. Where they are linear the oracles are DL4J's layers. */
class LinearisedLayersTest {

    private static final EpOptions FROM_WEIGHTS =
            EpOptions.builder().startFromWeights(0.5).build();

    @TempDir
    private Path folder;

    private static MultiLayerConfiguration list(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(DataType.DOUBLE)
                .list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.build();
    }

    private static DenseLayer dense(int inputs, int outputs, Activation activation) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(activation)
                .build();
    }

    private static OutputLayer classes(int inputs) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(ToyData.CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static Layer tanh() {
        return new ActivationLayer(Activation.TANH);
    }

    private static MultiLayerNetwork stock(MultiLayerConfiguration definition, INDArray parameters) {
        MultiLayerNetwork network = new MultiLayerNetwork(definition);
        network.init();
        network.setParams(parameters);
        return network;
    }

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(tolerance));
    }

    private static INDArray array(EpMultiLayerNetwork network, int layer, int index, String name) {
        NamedPosterior of = PosteriorLayout.of(network.getLayer(layer)).get(index);
        return of.parameters().get(name).dup('c');
    }

    /** A dense layer on features: all of its equations are those of the linearisation. */
    @Test
    void aLinearLayerLearnsAsADenseLayer() {
        DataSet data = ToyData.threeClasses(60, 1);
        MultiLayerConfiguration definition = list(new UnreadLayers.Linear(3, 4), tanh(), classes(4));
        MultiLayerConfiguration oracle = list(dense(3, 4, Activation.IDENTITY), tanh(), classes(4));
        MultiLayerNetwork start = new MultiLayerNetwork(definition);
        start.init();
        // SameDiff layers have their weights row by row, DL4J's own column by column.
        INDArray parameters = start.params().dup();
        MultiLayerNetwork other = stock(oracle, parameters);
        other.getLayer(0).setParam("W", start.getLayer(0).getParam("weights").dup('f'));
        EpMultiLayerNetwork own = EpNetworks.from(start, FROM_WEIGHTS);
        EpMultiLayerNetwork builtIn = EpNetworks.from(other, FROM_WEIGHTS);

        assertSame(own.output(data.getFeatures()), builtIn.output(data.getFeatures()), 1e-9);
        own.fit(ToyData.batches(data, 20), 3);
        builtIn.fit(ToyData.batches(data, 20), 3);

        for (int array = 0; array < 2; array++) {
            for (String name : List.of("Precision", "MeanTimesPrecision", "AveragedMean")) {
                assertSame(array(own, 0, array, name), array(builtIn, 0, array, name), 1e-5);
            }
        }
        Prediction ofOwn = own.predictor().predict(data.getFeatures());
        Prediction expected = builtIn.predictor().predict(data.getFeatures());
        assertSame(ofOwn.mean(), expected.mean(), 1e-6);
        assertSame(ofOwn.variance(), expected.variance(), 1e-6);
    }

    @Test
    void aFunctionOfItsOwnIsLearned() throws IOException {
        DataSet data = ToyData.threeClasses(90, 1);
        MultiLayerConfiguration definition =
                list(dense(3, 5, Activation.TANH), new UnreadLayers.Radial(5, 6), classes(6));
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        double before = network.score(data);
        network.fit(ToyData.batches(data, 30), 3);

        assertThat(network.score(data)).isLessThan(before - 0.2);
        List<NamedPosterior> posteriors = PosteriorLayout.of(network.getLayer(1));
        assertThat(posteriors).hasSize(1);
        assertThat(posteriors.get(0).name()).isEqualTo("centres");
        assertThat(posteriors.get(0).shape()).containsExactly(5, 6);
        // The data have said something of every centre.
        INDArray precision = posteriors.get(0).parameters().get("Precision");
        EpMultiLayerNetwork prior = EpNetworks.from(definition);
        INDArray unlearned =
                PosteriorLayout.of(prior.getLayer(1)).get(0).parameters().get("Precision");
        assertThat(precision.sub(unlearned).minNumber().doubleValue()).isPositive();

        MultiLayerNetwork point = network.toPointNetwork();
        assertThat(point.getLayer(1).conf().getLayer()).isInstanceOf(UnreadLayers.Radial.class);
        assertSame(point.output(data.getFeatures()), network.output(data.getFeatures()), 0.2);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        assertThat(loaded.output(data.getFeatures())).isEqualTo(network.output(data.getFeatures()));
        network.fit(data);
        loaded.fit(data);
        assertThat(loaded.params()).isEqualTo(network.params());
    }

    private static ComputationGraphConfiguration graph() {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .graphBuilder()
                .addInputs("in")
                .addLayer("left", dense(3, 5, Activation.TANH), "in")
                .addLayer("right", dense(3, 6, Activation.TANH), "in")
                .addVertex("bilinear", new UnreadLayers.Bilinear(), "left", "right")
                .addLayer("out", classes(3), "bilinear")
                .setOutputs("out")
                .build();
    }

    @Test
    void aVertexOfSeveralInputsIsLearned() throws IOException {
        DataSet data = ToyData.threeClasses(120, 1);
        EpComputationGraph network = EpNetworks.from(graph());
        double before = network.score(data);
        network.fit(ToyData.batches(data, 30), 3);

        assertThat(network.score(data)).isLessThan(before - 0.4);
        assertSame(
                network.toPointNetwork().outputSingle(data.getFeatures()),
                network.outputSingle(data.getFeatures()),
                0.2);
        File file = folder.resolve("graph.zip").toFile();
        network.save(file);
        assertThat(EpNetworks.load(file, EpComputationGraph.class).outputSingle(data.getFeatures()))
                .isEqualTo(network.outputSingle(data.getFeatures()));
    }

    @Test
    void trainedWeightsAreTakenOver() {
        INDArray features = ToyData.normal(20, 2);
        EpOptions known = EpOptions.builder().startFromWeights(1e-9).build();
        MultiLayerNetwork list = new MultiLayerNetwork(list(new UnreadLayers.Radial(3, 4), classes(4)));
        list.init();
        assertSame(EpNetworks.from(list, known).output(features), list.output(features), 1e-4);
        ComputationGraph stock = new ComputationGraph(graph());
        stock.init();
        assertSame(EpNetworks.from(stock, known).outputSingle(features), stock.outputSingle(features), 1e-4);
    }

    @Test
    void whatCannotBeLinearisedIsRefusedByName() {
        assertThatThrownBy(() -> EpNetworks.from(list(new UnreadLayers.NotANumber(3, 4), classes(4))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("NotANumber")
                .hasMessageContaining("its parameter \"weights\" starts with elements that are not finite");
        assertThatThrownBy(() -> EpNetworks.from(
                        list(dense(3, 400, Activation.TANH), new UnreadLayers.Linear(400, 400), classes(400))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("it has 64320000 derivatives of a row");
        EpOptions binary = EpOptions.builder().weightPrior(new BinaryPrior()).build();
        assertThatThrownBy(() -> EpNetworks.from(list(new UnreadLayers.Linear(3, 4), tanh(), classes(4)), binary))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("for which parameters need a Gaussian prior");
        assertThatThrownBy(() -> EpNetworks.from(list(dense(3, 6, Activation.TANH), new UnreadLayers.OwnLoss())))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("layer \"layer1\" (index 1, OwnLoss): ")
                .hasMessageContaining("a SameDiffLayer and a loss of DL4J");
        EpMultiLayerNetwork large = EpNetworks.from(list(new UnreadLayers.Linear(3, 200), tanh(), classes(200)));
        assertThatThrownBy(() -> large.fit(ToyData.threeClasses(100, 1)))
                .hasMessageContaining("a batch of 100 rows and 200 outputs needs 20000 passes, allowed are 16384")
                .hasMessageContaining("use batches of 81 rows at most");
        EpMultiLayerNetwork mixed = EpNetworks.from(list(new UnreadLayers.TimesCovariance(3, 4), tanh(), classes(4)));
        assertThatThrownBy(() -> mixed.fit(ToyData.threeClasses(20, 1)))
                .hasMessageContaining("a layer that is linearised must take each row by itself");
    }

    @Test
    void parametersThatAreNoNumbersAreNoStart() {
        MultiLayerNetwork stock = new MultiLayerNetwork(list(new UnreadLayers.Radial(3, 4), classes(4)));
        stock.init();
        stock.getLayer(0).params().putScalar(2, Double.NaN);
        assertThatThrownBy(() -> EpNetworks.from(stock, FROM_WEIGHTS))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("\"centres\" has elements that are not finite");
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.GaussianPrior;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ActivationBeforeLossTest {

    private static final double FLOAT_ROUNDING = 1e-5;

    @ParameterizedTest
    @CsvSource({"SOFTMAX, MCXENT", "SOFTMAX, NEGATIVELOGLIKELIHOOD", "SIGMOID, XENT"})
    void aDenseLayerAndALossLayerAreAnOutputLayer(Activation activation, LossFunction loss) {
        MultiLayerConfiguration whole = ToyNetworks.of(loss.getILossFunction(), activation, outputs(activation));
        MultiLayerConfiguration parts = chain(dense(activation), loss(loss));

        requireEqual(parts, whole, data(activation), EpOptions.defaults());
    }

    @ParameterizedTest
    @CsvSource({"SOFTMAX, MCXENT", "SIGMOID, XENT"})
    void anActivationLayerAndALossLayerAreAnOutputLayer(Activation activation, LossFunction loss) {
        MultiLayerConfiguration whole = ToyNetworks.of(loss.getILossFunction(), activation, outputs(activation));
        DenseLayer last = dense(activation);
        last.setActivationFn(new ActivationIdentity());

        // Only directly behind them can a loss layer's teacher have weights.
        Likelihood withoutTeacher = Likelihoods.of(loss.getILossFunction(), activation.getActivationFunction());
        EpOptions signedTargets = EpOptions.builder().likelihood(withoutTeacher).build();
        requireEqual(chain(last, new ActivationLayer(activation), loss(loss)), whole, data(activation), signedTargets);
    }

    /** The stock networks of both definitions are the same function; so are their EP networks, and what comes back of them. */
    private static void requireEqual(
            MultiLayerConfiguration parts, MultiLayerConfiguration whole, DataSet data, EpOptions ofWhole) {
        INDArray features = data.getFeatures();
        MultiLayerNetwork stock = new MultiLayerNetwork(whole);
        stock.init();
        MultiLayerNetwork stockParts = new MultiLayerNetwork(parts);
        stockParts.init(stock.params(), true);
        assertSame(stockParts.output(features), stock.output(features));

        EpMultiLayerNetwork expected = EpNetworks.from(whole, ofWhole);
        EpMultiLayerNetwork network = EpNetworks.from(stockParts);
        assertSame(network.output(features), expected.output(features));
        double before = network.score(data);
        expected.fit(ToyData.batches(data, 20), 2);
        network.fit(ToyData.batches(data, 20), 2);

        assertThat(network.score(data)).isLessThan(0.7 * before);
        assertThat(network.score(data)).isCloseTo(expected.score(data), within(FLOAT_ROUNDING));
        assertSame(network.output(features), expected.output(features));
        assertSame(
                network.toPointNetwork().output(features),
                expected.toPointNetwork().output(features));
    }

    @Test
    void inAGraph() {
        ComputationGraphConfiguration parts = ToyGraphs.builder()
                .addInputs("in")
                .addLayer("hidden", ToyGraphs.dense(ToyData.INPUTS, ToyNetworks.HIDDEN), "in")
                .addLayer("last", dense(Activation.SOFTMAX), "hidden")
                .addLayer("out", loss(LossFunction.MCXENT), "last")
                .setOutputs("out")
                .build();
        DataSet data = data(Activation.SOFTMAX);
        INDArray features = data.getFeatures();
        EpComputationGraph expected = EpNetworks.from(ToyGraphs.classifier());
        EpComputationGraph graph = EpNetworks.from(parts);

        expected.fit(ToyData.batches(data, 20), 2);
        graph.fit(ToyData.batches(data, 20), 2);

        assertThat(graph.score(data)).isLessThan(0.7);
        assertSame(graph.outputSingle(features), expected.outputSingle(features));
        assertSame(
                graph.toPointNetwork().outputSingle(features),
                expected.toPointNetwork().outputSingle(features));
    }

    @Test
    void theDenseLayerHasThePriorOfAnOutput() {
        EpOptions options =
                EpOptions.builder().outputWeightPrior(new GaussianPrior(0.1)).build();

        EpMultiLayerNetwork network =
                EpNetworks.from(chain(dense(Activation.SOFTMAX), loss(LossFunction.MCXENT)), options);

        EpDenseLayer last = (EpDenseLayer) network.getLayer(1).conf().getLayer();
        assertThat(last.getWeightPrior()).isEqualTo(new GaussianPrior(0.1).forOutput());
        assertThat(last.getActivationFn()).isEqualTo(new ActivationIdentity());
    }

    @Test
    void aFrozenLayerLeavesItsSoftmaxToTheLoss() {
        EpMultiLayerNetwork network =
                EpNetworks.from(chain(new FrozenLayer(dense(Activation.SOFTMAX)), loss(LossFunction.MCXENT)));

        EpFrozenLayer frozen =
                (EpFrozenLayer) network.getLayerWiseConfigurations().getConf(1).getLayer();
        assertThat(((EpDenseLayer) frozen.getUnderlying()).getActivationFn()).isEqualTo(new ActivationIdentity());
        EpLossLayer loss = (EpLossLayer) network.getLayer(2).conf().getLayer();
        assertThat(loss.getActivationFn()).isEqualTo(new ActivationSoftmax());
    }

    @Test
    void aSigmoidBeforeASquaredErrorIsAUnit() {
        EpMultiLayerNetwork network = EpNetworks.from(chain(dense(Activation.SIGMOID), loss(LossFunction.MSE)));

        EpDenseLayer last = (EpDenseLayer) network.getLayer(1).conf().getLayer();
        assertThat(last.getActivationFn()).isEqualTo(new ActivationSigmoid());
        EpActivationLayer behind = (EpActivationLayer) EpNetworks.from(
                        chain(dense(Activation.RELU), new ActivationLayer(Activation.SIGMOID), loss(LossFunction.MSE)))
                .getLayer(2)
                .conf()
                .getLayer();
        assertThat(behind.getActivationFn()).isEqualTo(new ActivationSigmoid());
    }

    @ParameterizedTest
    @CsvSource({
        "RELU, MCXENT, loss LossMCXENT with output activation ActivationIdentity has no likelihood",
        "SIGMOID, MCXENT, loss LossMCXENT with output activation ActivationIdentity has no likelihood",
        "SOFTMAX, L1, loss LossL1 with output activation ActivationSoftmax has no likelihood",
        "RELU, SPARSE_MCXENT, loss LossSparseMCXENT with output activation ActivationIdentity has no likelihood"
    })
    void otherPairsHaveNoLikelihood(Activation activation, LossFunction loss, String reason) {
        requireRefused(EpOptions.defaults(), chain(dense(activation), loss(loss)), "layer \"loss\"", reason);
    }

    @Test
    void aLayerBetweenMakesTheSoftmaxAUnit() {
        MultiLayerConfiguration definition =
                chain(dense(Activation.SOFTMAX), new ActivationLayer(Activation.TANH), loss(LossFunction.MCXENT));

        assertThatThrownBy(() -> EpNetworks.from(definition))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContainingAll(
                        "for 2 reason(s)",
                        "layer \"last\" (index 1, DenseLayer): softmax is not elementwise",
                        "layer \"loss\" (index 3, LossLayer): loss LossMCXENT with output activation ActivationIdentity has no");
    }

    @Test
    void anOptionCannotReplaceTheActivationOfALoss() {
        EpOptions options =
                EpOptions.builder().activation("last", new ActivationTanH()).build();

        requireRefused(
                options,
                chain(dense(Activation.SOFTMAX), loss(LossFunction.MCXENT)),
                "layer \"last\"",
                "an option replaces its activation");
    }

    private static void requireRefused(
            EpOptions options, MultiLayerConfiguration definition, String layer, String reason) {
        assertThatThrownBy(() -> EpNetworks.from(definition, options))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContainingAll("for 1 reason(s)", layer, reason);
    }

    @Test
    void aSoftmaxThatOthersReadIsNoOutput() {
        ComputationGraphConfiguration definition = ToyGraphs.builder()
                .addInputs("in")
                .addLayer("last", dense(ToyData.INPUTS, Activation.SOFTMAX), "in")
                .addLayer("out", loss(LossFunction.MCXENT), "last")
                .addLayer("other", ToyGraphs.softmax(ToyData.CLASSES), "last")
                .setOutputs("out", "other")
                .build();

        assertThatThrownBy(() -> EpNetworks.from(definition))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer \"last\" (DenseLayer): softmax is not elementwise");
    }

    private static MultiLayerConfiguration chain(Layer... behindHidden) {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder()
                .seed(7)
                .list()
                .layer(ToyGraphs.dense(ToyData.INPUTS, ToyNetworks.HIDDEN));
        for (Layer layer : behindHidden) {
            layers.layer(layer);
        }
        return layers.build();
    }

    private static DenseLayer dense(Activation activation) {
        return dense(ToyNetworks.HIDDEN, activation);
    }

    private static DenseLayer dense(int inputs, Activation activation) {
        return new DenseLayer.Builder()
                .name("last")
                .nIn(inputs)
                .nOut(outputs(activation))
                .activation(activation)
                .build();
    }

    private static LossLayer loss(LossFunction loss) {
        return new LossLayer.Builder(loss)
                .name("loss")
                .activation(Activation.IDENTITY)
                .build();
    }

    private static int outputs(Activation activation) {
        return activation == Activation.SIGMOID ? 2 : ToyData.CLASSES;
    }

    private static DataSet data(Activation activation) {
        return activation == Activation.SIGMOID ? ToyData.twoSigns(200, 1) : ToyData.threeClasses(200, 1);
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(FLOAT_ROUNDING));
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ConvolutionalNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Predictions by moments that are kept from call to call, against those of a copy of the network, whose first prediction keeps nothing: to the
 * bit, and after every way in which parameters can change.
 */
class KeptMomentsTest {

    private static final int WIDE = 110;

    /** More than a hundred inputs and units: sums see means, which are views of parameters. */
    private static EpMultiLayerNetwork wide() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(dense(120))
                .layer(dense(105))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(WIDE))
                .build());
        wideData(40).batchBy(10).forEach(network::fit);
        return network;
    }

    private static DenseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.RELU).build();
    }

    private static DataSet wideData(int rows) {
        INDArray labels = Nd4j.zeros(rows, 3);
        for (int row = 0; row < rows; row++) {
            labels.putScalar(row, row % 3, 1);
        }
        INDArray features = Nd4j.rand(rows, WIDE);
        // Weights of an input that is always 0 have a variance that all weights of the layer have a part in.
        features.getColumn(4).assign(0);
        return new DataSet(features, labels);
    }

    private static EpMultiLayerNetwork narrow(EpOptions options) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier(), options);
        network.fit(ToyData.batches(ToyData.threeClasses(60, 1), 30), 1);
        return network;
    }

    private static float[] bits(INDArray array) {
        return array.dup('c').data().asFloat();
    }

    private static float[] output(EpNetwork network, INDArray features) {
        return network instanceof EpMultiLayerNetwork list
                ? bits(list.output(features))
                : bits(((EpComputationGraph) network).outputSingle(features));
    }

    /** The plain way: the first prediction of a copy. */
    private static float[] plain(EpNetwork network, INDArray features) {
        return output(network.clone(), features);
    }

    private static void assertPlain(EpNetwork network, INDArray features, String what) {
        float[] plain = plain(network, features);
        for (int call = 1; call <= 4; call++) {
            assertThat(output(network, features)).as("%s, call %d", what, call).containsExactly(plain);
        }
    }

    static Stream<Arguments> networks() {
        Nd4j.getRandom().setSeed(7);
        List<Arguments> all = new ArrayList<>();
        all.add(Arguments.of("wide", wide(), Nd4j.rand(1, WIDE)));
        EpOptions plain = EpOptions.builder().build();
        all.add(Arguments.of("narrow", narrow(plain), ToyData.normal(1, 3)));
        all.add(Arguments.of(
                "binary",
                narrow(EpOptions.builder().weightPrior(new BinaryPrior()).build()),
                ToyData.normal(4, 3)));
        all.add(Arguments.of(
                "ternary",
                narrow(EpOptions.builder().weightPrior(new TernaryPrior()).build()),
                ToyData.normal(4, 3)));
        all.add(Arguments.of(
                "spike and slab",
                narrow(EpOptions.builder().weightPrior(new SpikeSlabPrior()).build()),
                ToyData.normal(4, 3)));
        all.add(Arguments.of("pruned", narrow(plain).prune(.5), ToyData.normal(4, 3)));
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());
        graph.fit(ToyData.threeClasses(30, 1));
        all.add(Arguments.of("graph", graph, ToyData.normal(1, 3)));
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void everyCallPredictsTheSame(String name, EpNetwork network, INDArray features) {
        assertPlain(network, features, name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void noElementChangesUnseen(String name, EpNetwork network, INDArray features) {
        INDArray parameters = network.params();
        int differences = 0;
        float[] before = plain(network, features);
        for (long at = 0; at < parameters.length(); at += 1 + parameters.length() / 60) {
            output(network, features);
            output(network, features);
            output(network, features);
            double value = parameters.getDouble(at);
            parameters.putScalar(at, value * 1.25 + .125);
            float[] expected = plain(network, features);
            differences += Arrays.equals(expected, before) ? 0 : 1;
            assertThat(output(network, features)).as("element " + at).containsExactly(expected);
            assertThat(output(network, features)).as("element " + at).containsExactly(expected);
            assertThat(output(network, features)).as("element " + at).containsExactly(expected);
            parameters.putScalar(at, value);
            assertThat(output(network, features)).as("element " + at).containsExactly(before);
        }
        assertThat(differences).as("elements that change the output").isGreaterThan(5);
    }

    /** Ways in which the parameters of a network can change. */
    private enum Way {
        SET_PARAMS(network -> network.setParams(network.params().mul(1.5))),
        SET_PARAM(network -> network.setParam(
                "0_WAveragedMean", network.getParam("0_WAveragedMean").mul(1.5))),
        ARRAY_OF_ALL(network -> network.params().muli(1.5)),
        ARRAY_OF_TABLE(network -> network.paramTable().get("1_WPrecision").muli(1.5)),
        ONE_ELEMENT(network -> network.paramTable()
                .get("0_WPrecision")
                .putScalar(0, 0, 2 * network.paramTable().get("0_WPrecision").getDouble(0, 0))),
        LAYER(network -> {
            Layer layer = network.getLayer(1);
            layer.setParams(layer.params().mul(1.5));
        }),
        LAYER_ARRAY(network -> network.getLayer(0).getParam("bAveragedMean").addi(.5)),
        LAYER_SET_PARAM(network -> network.getLayer(0)
                .setParam(
                        "WAveragedMean",
                        network.getLayer(0).getParam("WAveragedMean").add(.01))),
        LAYER_OTHER_TABLE(network -> {
            Map<String, INDArray> other = new LinkedHashMap<>();
            network.getLayer(0).paramTable().forEach((name, array) -> other.put(name, array.dup('f')));
            network.getLayer(0).setParamTable(other);
            network.getLayer(0).paramTable().get("WAveragedMean").muli(1.5);
        }),
        FIT(network -> network.fit(wideData(20))),
        SET_PARAM_TABLE(network -> {
            Map<String, INDArray> other = new LinkedHashMap<>();
            network.paramTable().forEach((name, array) -> other.put(name, array.mul(1.5)));
            network.setParamTable(other);
        }),
        /** Read because there is an input that was never seen. */
        PRIOR_MEAN(network -> network.paramTable().get("0_WPriorMean").addi(1)),
        REWIRE(network -> network.rewire(.3, 1));

        private final Consumer<EpMultiLayerNetwork> change;

        Way(Consumer<EpMultiLayerNetwork> change) {
            this.change = change;
        }
    }

    private static EpMultiLayerNetwork changeable(Way way) {
        Nd4j.getRandom().setSeed(9);
        return way == Way.REWIRE ? wide().prune(.5) : wide();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyChangeIsSeenByTheNextPrediction(Way way) {
        INDArray features = Nd4j.rand(1, WIDE);
        for (int calls = 1; calls <= 4; calls++) {
            EpMultiLayerNetwork network = changeable(way);
            EpMultiLayerNetwork twin = network.clone();
            float[] before = new float[0];
            for (int call = 0; call < calls; call++) {
                before = output(network, features);
            }
            Nd4j.getRandom().setSeed(13);
            way.change.accept(network);
            Nd4j.getRandom().setSeed(13);
            way.change.accept(twin);
            float[] expected = output(twin, features);
            assertThat(expected).as("the change matters").isNotEqualTo(before);
            for (int call = 1; call <= 3; call++) {
                assertThat(output(network, features))
                        .as("call %d after %d before", call, calls)
                        .containsExactly(expected);
            }
        }
    }

    /** A table of other arrays that hold the same: the old ones are read no more. */
    @Test
    void arraysThatWereReplacedAreNotRead() {
        EpMultiLayerNetwork network = wide();
        INDArray features = Nd4j.rand(1, WIDE);
        float[] before = output(network, features);
        output(network, features);
        Map<String, INDArray> old = network.getLayer(0).paramTable();
        Map<String, INDArray> other = new LinkedHashMap<>();
        old.forEach((name, array) -> other.put(name, array.dup('f')));
        network.getLayer(0).setParamTable(other);
        for (int call = 0; call < 3; call++) {
            assertThat(output(network, features)).containsExactly(before);
        }
        old.values().forEach(array -> array.muli(2));
        for (int call = 0; call < 3; call++) {
            assertThat(output(network, features)).containsExactly(before);
        }
    }

    @Test
    void aGraphSeesWhatItLearns() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        INDArray[] features = {ToyData.normal(2, 3), ToyData.normal(2, 4)};
        for (int change = 0; change < 4; change++) {
            INDArray[] plain = graph.clone().output(features);
            for (int call = 0; call < 3; call++) {
                INDArray[] outputs = graph.output(features);
                for (int i = 0; i < outputs.length; i++) {
                    assertThat(bits(outputs[i])).containsExactly(bits(plain[i]));
                }
            }
            graph.getLayer(change % 2).params().muli(1.5);
        }
    }

    @Test
    void stepsOfSequencesSeeChanges() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new LSTM.Builder()
                        .nIn(3)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        INDArray step = Nd4j.rand(1, 3);
        float[] before = new float[0];
        for (int change = 0; change < 4; change++) {
            float[] plain = bits(network.clone().rnnTimeStep(step));
            assertThat(plain).isNotEqualTo(before);
            for (int call = 0; call < 4; call++) {
                network.rnnClearPreviousState();
                assertThat(bits(network.rnnTimeStep(step))).containsExactly(plain);
            }
            before = plain;
            network.getLayer(0).params().muli(1.5);
        }
    }

    static Stream<ConvolutionalNetworks.Case> convolutions() {
        return ConvolutionalNetworks.all(Activation.RELU.getActivationFunction()).stream();
    }

    @ParameterizedTest
    @MethodSource("convolutions")
    void everyCallPredictsTheSameByOtherLayers(ConvolutionalNetworks.Case each) {
        EpMultiLayerNetwork network = EpNetworks.from(each.definition());
        network.fit(each.data());
        INDArray features = each.data().getFeatures();
        assertPlain(network, features, each.name());
        network.params().muli(1.25);
        assertPlain(network, features, each.name() + ", changed");
    }

    @Test
    void threadsPredictWhatSomeStateOfTrainingPredicts() throws Exception {
        EpMultiLayerNetwork network = wide();
        INDArray features = Nd4j.rand(1, WIDE);
        EpPredictor predictor = network.predictor();
        List<float[]> seen = new CopyOnWriteArrayList<>();
        AtomicBoolean ended = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<float[]> states = new ArrayList<>();
        try {
            Callable<Integer> call = () -> {
                int calls = 0;
                while (!ended.get() || calls < 10) {
                    seen.add(bits(predictor.predict(features).output()));
                    calls++;
                }
                return calls;
            };
            List<Future<Integer>> running = List.of(threads.submit(call), threads.submit(call));
            states.add(plain(network, features));
            for (DataSet batch : wideData(60).batchBy(5)) {
                network.fit(batch);
                states.add(plain(network, features));
            }
            ended.set(true);
            for (Future<Integer> each : running) {
                assertThat(each.get()).isGreaterThanOrEqualTo(10);
            }
        } finally {
            ended.set(true);
            threads.shutdownNow();
        }
        for (float[] one : seen) {
            assertThat(states).anyMatch(state -> Arrays.equals(state, one));
        }
        assertThat(output(network, features)).containsExactly(states.get(states.size() - 1));
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** States of recurrent layers between calls: step by step, and segment by segment. */
class RecurrentStatesTest {

    private static final int BATCH = 4;
    private static final int STEPS = 6;

    private static MultiLayerConfiguration definition(int segment) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new LSTM.Builder().nIn(2).nOut(5).build())
                .layer(new SimpleRnn.Builder()
                        .nIn(5)
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2));
        MultiLayerConfiguration definition = list.build();
        if (segment != 0) {
            definition.setBackpropType(BackpropType.TruncatedBPTT);
            definition.setTbpttFwdLength(segment);
            definition.setTbpttBackLength(segment);
        }
        return definition;
    }

    private static INDArray series(long seed, int channels) {
        Nd4j.getRandom().setSeed(seed);
        return Nd4j.randn(BATCH, channels, STEPS);
    }

    private static INDArray steps(INDArray series, int from, int to) {
        return series.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                .dup('c');
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
    }

    @Test
    void stepByStepIsTheWholeSequence() {
        EpMultiLayerNetwork network = EpNetworks.from(definition(0));
        network.fit(new DataSet(series(1, 2), series(2, 1)));
        INDArray x = series(3, 2);
        INDArray whole = network.output(x);
        assertSame(network.rnnTimeStep(steps(x, 0, 3)), steps(whole, 0, 3));
        for (int t = 3; t < STEPS; t++) {
            INDArray one = steps(x, t, t + 1).reshape(BATCH, 2);
            assertSame(network.rnnTimeStep(one), steps(whole, t, t + 1).reshape(BATCH, 1));
        }
        network.rnnClearPreviousState();
        assertSame(network.rnnTimeStep(steps(x, 0, 1)), steps(whole, 0, 1));
        // The state can be taken away and put back, with its variances.
        Map<String, INDArray> memory = network.rnnGetPreviousState(0);
        Map<String, INDArray> simple = network.rnnGetPreviousState(1);
        assertThat(memory).containsOnlyKeys("prevAct", "prevActVariance", "prevMem", "prevMemVariance");
        assertThat(memory.get("prevMemVariance").minNumber().doubleValue()).isPositive();
        network.rnnTimeStep(series(4, 2));
        network.rnnSetPreviousState(0, memory);
        network.rnnSetPreviousState(1, simple);
        assertSame(network.rnnTimeStep(steps(x, 1, 2)), steps(whole, 1, 2));
        // Other predictions have no part in it.
        network.output(series(5, 2));
        assertSame(network.rnnTimeStep(steps(x, 2, 3)), steps(whole, 2, 3));
    }

    @Test
    void graphsStepToo() {
        EpMultiLayerNetwork list = EpNetworks.from(definition(0));
        EpComputationGraph graph =
                EpNetworks.from(list.toPointNetwork().toComputationGraph().getConfiguration());
        graph.setParams(list.params().dup());
        INDArray x = series(3, 2);
        INDArray whole = graph.outputSingle(x);
        graph.rnnTimeStep(steps(x, 0, 4));
        assertSame(graph.rnnTimeStep(steps(x, 4, 6))[0], steps(whole, 4, 6));
        assertThat(graph.rnnGetPreviousState("0")).containsKey("prevMem");
        graph.rnnClearPreviousState();
        assertThat(graph.rnnGetPreviousState("0")).isNull();
    }

    /** A segment starts where the one before has ended: what is predicted is the whole sequence. */
    @Test
    void segmentsGoOn() {
        EpMultiLayerNetwork network = EpNetworks.from(definition(3));
        INDArray x = series(3, 2);
        List<INDArray> whole = network.feedForward(x);
        network.rnnActivateUsingStoredState(steps(x, 0, 3), false, true);
        List<INDArray> looked = network.rnnActivateUsingStoredState(steps(x, 3, 5), false, false);
        List<INDArray> second = network.rnnActivateUsingStoredState(steps(x, 3, 6), false, true);
        for (int layer = 1; layer < whole.size(); layer++) {
            assertSame(second.get(layer), steps(whole.get(layer), 3, 6));
            assertSame(looked.get(layer), steps(whole.get(layer), 3, 5));
        }
        network.rnnClearPreviousState();
        network.fit(new DataSet(x, series(4, 1)));
        assertThat(network.getIterationCount()).isEqualTo(2);
        assertThat(Double.isFinite(network.score())).isTrue();
        // Another first segment gives another state, and with it another update by the second.
        EpMultiLayerNetwork other = EpNetworks.from(definition(3));
        INDArray mixed = x.dup();
        mixed.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 3))
                .muli(-1);
        other.fit(new DataSet(mixed, series(4, 1)));
        assertThat(other.params()).isNotEqualTo(network.params());
    }

    @Test
    void whatIsWrongIsNamed() {
        EpMultiLayerNetwork network = EpNetworks.from(definition(3));
        network.rnnTimeStep(series(1, 2));
        assertThatThrownBy(() -> network.rnnTimeStep(Nd4j.zeros(2, 2, 1)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "There are 2 sequences, but the state of layer \"layer0\" (index 0) is that of 4; go on with the"
                                + " same sequences, or begin anew with rnnClearPreviousState()");
        assertThatThrownBy(() -> network.fit(new DataSet(series(1, 2), Nd4j.zeros(BATCH, 1))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("Batch 0 has labels of shape [4, 1] beside features of shape [4, 2, 6], but"
                        + " segments of sequences need arrays");
        assertThatThrownBy(() -> network.rnnSetPreviousState(0, Map.of()))
                .hasMessage("The state of layer \"layer0\" (index 0) has the parts [], but not prevAct; take it from"
                        + " rnnGetPreviousState");
        MultiLayerConfiguration uneven = definition(3);
        uneven.setTbpttBackLength(2);
        assertThatThrownBy(() -> EpNetworks.from(uneven))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("truncated back-propagation through time has segments of 3 steps and a backward"
                        + " length of 2, allowed are equal lengths of 1 and more");
        network.getLayerWiseConfigurations().setTbpttFwdLength(0);
        assertThatThrownBy(() -> network.fit(new DataSet(series(1, 2), series(2, 1))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("The length of the segments of truncated back-propagation through time is 0");
    }
}

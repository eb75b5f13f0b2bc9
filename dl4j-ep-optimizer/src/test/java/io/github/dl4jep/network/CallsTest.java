package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.engine.BatchCheck;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays of unusual ranks, types and sizes in calls of the library. */
class CallsTest {

    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
    private final EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(DL4JInvalidInputException.class).hasMessage(message);
    }

    @Test
    void featuresOfRankOne() {
        INDArray vector = Nd4j.createFromArray(1f, 2f, 3f);
        String message = "The call has features of rank 1 with shape [3], allowed are arrays of rank 2 and more,"
                + " [minibatch, ...]; make a row of one example by reshape(1, 3)";

        assertRefused(() -> network.output(vector), message);
        assertRefused(() -> network.feedForward(vector), message);
        assertRefused(() -> network.prediction(vector), message);
        assertRefused(() -> network.predictor().sample(vector, 2), message);
        assertRefused(() -> network.predictor().predictFromSamples(vector, 2), message);
        assertRefused(() -> network.prediction(Nd4j.create(5000)), message.replace("3", "5000"));
        assertRefused(() -> graph.output(vector), message);
        assertRefused(() -> graph.prediction(vector), message);
        assertRefused(() -> network.fit(vector, Nd4j.ones(3, 3)), message);
    }

    @Test
    void labelsOfRankOne() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.setLabels(Nd4j.ones(20));

        assertRefused(
                () -> network.fit(batch),
                "Batch 0 has labels of rank 1 with shape [20], allowed are arrays of rank 2 and more,"
                        + " [minibatch, ...]; make a row of one example by reshape(1, 20)");
    }

    @Test
    void classesThatAreNone() {
        INDArray before = network.params().dup();
        String allowed = ", allowed are whole numbers from 0 to 2";

        assertRefused(() -> network.fit(Nd4j.ones(2, 2), new int[] {0, 3}), "The class of example 1 is 3" + allowed);
        assertRefused(() -> network.fit(Nd4j.ones(2, 2), new int[] {-1, 0}), "The class of example 0 is -1" + allowed);
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void thereIsNoLearningRate() {
        List<ThrowingCallable> calls = List.of(
                () -> network.setLearningRate(0.1),
                () -> network.setLearningRate(null),
                () -> network.setLearningRate(0, 0.1),
                () -> network.setLearningRate(0, null),
                () -> graph.setLearningRate(0.1),
                () -> graph.setLearningRate(null),
                () -> graph.setLearningRate("out", 0.1),
                () -> graph.setLearningRate("out", null));

        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageStartingWith("An EP network has no learning rate: leave setLearningRate(...) out");
        }
    }

    @Test
    void memoryIsOfAllInputs() {
        InputType rows = InputType.feedForward(2);

        assertThatThrownBy(() -> network.memory(rows, rows))
                .hasMessage("number of input types is 2, but the network has 1 input");
        assertThatThrownBy(() -> graph.memory(rows, rows))
                .hasMessage("number of input types is 2, but the network has 1 input(s)");
        assertThatThrownBy(graph::memory).hasMessage("number of input types is 0, but the network has 1 input(s)");
    }

    @Test
    void noRows() {
        INDArray none = Nd4j.create(DataType.FLOAT, 0, 3);
        String message = " has features of shape [0, 3], allowed is one row or more; leave empty batches out";

        assertRefused(() -> network.output(none), "The call" + message);
        assertRefused(() -> network.prediction(none), "The call" + message);
        assertRefused(() -> graph.predictor().sample(none, 2), "The call" + message);
        assertRefused(() -> network.score(new DataSet(none, none)), "The data set" + message);
        assertRefused(() -> network.fit(none, none), "The call" + message);
    }

    @Test
    void labelsOfTruthValuesAndOfWholeNumbersAreTheSame() {
        DataSet batch = ToyData.threeClasses(20, 2);
        EpMultiLayerNetwork whole = network.clone();
        EpMultiLayerNetwork truth = network.clone();

        network.fit(batch);
        whole.fit(batch.getFeatures(), batch.getLabels().castTo(DataType.INT32));
        truth.fit(batch.getFeatures(), batch.getLabels().castTo(DataType.BOOL));

        assertThat(whole.params()).isEqualTo(network.params());
        assertThat(truth.params()).isEqualTo(network.params());
    }

    @Test
    void featuresOfWholeNumbers() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.setFeatures(batch.getFeatures().mul(3).castTo(DataType.INT32));
        EpMultiLayerNetwork real = network.clone();

        network.fit(batch);
        real.fit(batch.getFeatures().castTo(DataType.FLOAT), batch.getLabels());

        assertThat(network.params()).isEqualTo(real.params());
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"HALF", "BFLOAT16", "INT"})
    void dataTypesThatCannotBeTrainedIn(DataType type) {
        MultiLayerConfiguration layers = ToyNetworks.classifier().clone();
        layers.setDataType(type);
        ComputationGraphConfiguration vertices = ToyGraphs.classifier().clone();
        vertices.setDataType(type);
        String message = "The data type of the network is " + type
                + ", allowed are FLOAT and DOUBLE; call dataType(DataType.FLOAT) on its configuration's builder";

        assertThatThrownBy(() -> EpNetworks.from(layers))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> EpNetworks.from(vertices))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(message);
    }

    @Test
    void hiddenLabelsMayBeNan() {
        DataSet batch = ToyData.threeClasses(20, 2);
        INDArray mask = Nd4j.ones(20, 1);
        mask.putScalar(4, 0, 0);
        batch.setLabelsMaskArray(mask);
        EpMultiLayerNetwork expected = network.clone();
        expected.fit(batch);
        double score = expected.score(batch);
        batch.getLabels().getRow(4).assign(Double.NaN);

        network.fit(batch);

        assertThat(network.params()).isEqualTo(expected.params());
        assertThat(network.score(batch)).isEqualTo(score);
        assertThat(batch.getLabels().getDouble(4, 0))
                .as("the caller's own labels")
                .isNaN();
    }

    @Test
    void labelsThatAreSeenMayNotBeNan() {
        DataSet batch = ToyData.threeClasses(20, 2);
        INDArray mask = Nd4j.ones(20, 1);
        mask.putScalar(4, 0, 0);
        batch.setLabelsMaskArray(mask);
        batch.getLabels().getRow(4).assign(Double.NaN);
        batch.getLabels().putScalar(5, 1, Double.NaN);
        INDArray before = network.params().dup();

        assertRefused(
                () -> network.fit(batch),
                "A label is NaN at batch 0, row 5, column 1; allowed are finite numbers. The posterior is unchanged and"
                        + " training can go on; remove or impute the value");
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void hiddenElementsByMasksOfEveryShape() {
        INDArray labels = Nd4j.valueArrayOf(new long[] {2, 3, 4, 5}, Double.NaN, DataType.DOUBLE);
        for (long[] shape : List.of(
                new long[] {2, 1},
                new long[] {2, 3, 4, 5},
                new long[] {2, 1, 4, 5},
                new long[] {2, 3, 4, 1},
                new long[] {2, 20},
                new long[] {2, 12})) {
            INDArray hidden = Nd4j.zeros(DataType.DOUBLE, shape);
            assertThat(BatchCheck.withoutHidden(labels, hidden).sumNumber().doubleValue())
                    .isZero();
            INDArray one = hidden.dup();
            one.putScalar(one.length() - 1, 1);
            INDArray observed = BatchCheck.withoutHidden(labels, one);
            assertThat(observed.getDouble(1, 2, 3, 4)).isNaN();
            assertThat(observed.getDouble(0, 0, 0, 0)).isZero();
        }
    }

    @Test
    void aBatchThatDoesNotFitIsRefusedBeforeItIsComputed() {
        assertRefused(
                () -> BatchSize.require(20_000, 30_000, 3, 1L << 30),
                "Batch 3 has 20000 rows, which are learned from together: matrices of 20000 x 20000 numbers take about"
                        + " 11.9 GB of Java's memory, allowed are 1.0 GB. The posterior is unchanged; use batches of at most"
                        + " 5792 rows, or start Java with a larger -Xmx");
        BatchSize.require(5792, 30_000, 3, 1L << 30);
        assertThatThrownBy(() -> BatchSize.require(50_000, 50_000, 0, Long.MAX_VALUE))
                .hasMessageContaining("at most 46340 rows");
        assertRefused(
                () -> BatchSize.require(200_000, 256, 3, 1L << 30),
                "Batch 3 has 200000 rows, which are learned from together: matrices of 200000 x 256 numbers take about"
                        + " 1.5 GB of Java's memory, allowed are 1.0 GB. The posterior is unchanged; use batches of at most"
                        + " 131072 rows, or start Java with a larger -Xmx");
        BatchSize.require(131_072, 256, 3, 1L << 30);
        assertRefused(
                () -> BatchSize.requireNative(20_000, 30_000, 3, 20, 1L << 30),
                "Batch 3 has 20000 rows, which are learned from together: matrices of 20000 x 20000 numbers take about"
                        + " 7.5 GB of memory outside of Java's heap, allowed are 1.0 GB. The posterior is unchanged; use batches"
                        + " of less than 7327 rows, or start Java with a larger -Xmx or"
                        + " -Dorg.bytedeco.javacpp.maxbytes");
        BatchSize.requireNative(7327, 30_000, 3, 20, 1L << 30);
        assertThatThrownBy(() -> BatchSize.requireNative(300_000, 256, 3, 20, 1L << 30))
                .hasMessageContaining("matrices of 300000 x 256 numbers take about 1.4 GB")
                .hasMessageContaining("less than 209715 rows");
        BatchSize.requireNative(209_715, 256, 3, 20, 1L << 30);
        EpMultiLayerNetwork exact = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().inducingExamples(Integer.MAX_VALUE).build());
        INDArray features = Nd4j.zeros(60_000, 3);
        assertThatThrownBy(() -> exact.fit(features, features)).hasMessageContaining("Batch 0 has 60000 rows");
    }
}

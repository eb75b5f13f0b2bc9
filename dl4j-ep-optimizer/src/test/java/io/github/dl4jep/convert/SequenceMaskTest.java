package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.function.IntPredicate;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sequences in which some steps are not there. */
class SequenceMaskTest {

    private static final int BATCH = 16;
    private static final int STEPS = 6;

    private static NeuralNetConfiguration.ListBuilder list() {
        return new NeuralNetConfiguration.Builder().seed(5).list();
    }

    /** Two recurrent layers, so that a covariance of steps meets a mask, too. */
    private static EpMultiLayerNetwork lastStep() {
        return EpNetworks.from(list().layer(new LSTM.Builder().nIn(2).nOut(5).build())
                .layer(new LastTimeStep(new SimpleRnn.Builder()
                        .nIn(5)
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build()))
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build());
    }

    private static EpMultiLayerNetwork everyStep() {
        return EpNetworks.from(list().layer(new SimpleRnn.Builder()
                        .nIn(2)
                        .nOut(5)
                        .activation(Activation.TANH)
                        .build())
                .layer(new LSTM.Builder().nIn(5).nOut(4).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build());
    }

    private static INDArray series(int steps) {
        Nd4j.getRandom().setSeed(3);
        return Nd4j.randn(BATCH, 2, steps);
    }

    /** Four steps at the places that are there, other numbers or NaN at the others. */
    private static INDArray spread(INDArray four, int[] places, double elsewhere) {
        INDArray all = Nd4j.valueArrayOf(new long[] {BATCH, four.size(1), STEPS}, elsewhere, four.dataType());
        for (int n = 0; n < BATCH; n++) {
            for (int c = 0; c < four.size(1); c++) {
                for (int t = 0; t < places.length; t++) {
                    all.putScalar(n, c, places[t], four.getDouble(n, c, t));
                }
            }
        }
        return all;
    }

    private static INDArray mask(int[] places) {
        INDArray mask = Nd4j.zeros(BATCH, STEPS);
        for (int n = 0; n < BATCH; n++) {
            for (int place : places) {
                mask.putScalar(n, place, 1);
            }
        }
        return mask;
    }

    private static void assertSameBits(INDArray actual, INDArray expected) {
        assertThat(actual.dup('c').data().asFloat())
                .containsExactly(expected.dup('c').data().asFloat());
    }

    private static int[] places(String name) {
        return switch (name) {
            case "start" -> new int[] {0, 1, 2, 3};
            case "end" -> new int[] {2, 3, 4, 5};
            default -> new int[] {0, 2, 3, 5};
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "end", "between"})
    void aStepThatIsNotThereIsTheSequenceWithoutIt(String name) {
        INDArray four = series(4);
        INDArray labels = Nd4j.randn(BATCH, 1);
        int[] places = places(name);
        EpMultiLayerNetwork whole = lastStep();
        EpMultiLayerNetwork masked = lastStep();
        INDArray spread = spread(four, places, Double.NaN);
        assertSameBits(masked.output(spread, false, mask(places), null), whole.output(four));
        assertSameBits(
                masked.predictor().withMasks(mask(places)).predict(spread).mean(),
                whole.prediction(four).mean());
        whole.fit(new DataSet(four, labels));
        masked.fit(new DataSet(spread, labels, mask(places), null));
        assertSameBits(masked.params(), whole.params());
        assertThat(masked.score(new DataSet(spread, labels, mask(places), null)))
                .isEqualTo(whole.score(new DataSet(four, labels)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "end", "between"})
    void labelsAtStepsThatAreNotThereSayNothing(String name) {
        INDArray four = series(4);
        INDArray labels = Nd4j.randn(BATCH, 1, 4);
        int[] places = places(name);
        EpMultiLayerNetwork whole = everyStep();
        EpMultiLayerNetwork masked = everyStep();
        whole.fit(new DataSet(four, labels));
        masked.fit(new DataSet(spread(four, places, 7), spread(labels, places, 9), mask(places), null));
        assertThat(masked.params().sub(whole.params()).amaxNumber().doubleValue())
                .isLessThan(2e-3);
        INDArray output = masked.output(spread(four, places, 7), false, mask(places), null);
        INDArray expected = whole.output(four);
        for (int n = 0; n < BATCH; n++) {
            for (int t = 0; t < 4; t++) {
                assertThat(Math.abs(output.getDouble(n, 0, places[t]) - expected.getDouble(n, 0, t)))
                        .isLessThan(1e-4);
            }
        }
    }

    /** Different lengths, at the start and at the end of the array. */
    @Test
    void whereSequencesAreMakesNoDifference() {
        EpMultiLayerNetwork start = lastStep();
        EpMultiLayerNetwork end = lastStep();
        INDArray six = series(STEPS);
        INDArray moved = six.dup();
        INDArray atStart = Nd4j.zeros(BATCH, STEPS);
        INDArray atEnd = Nd4j.zeros(BATCH, STEPS);
        for (int n = 0; n < BATCH; n++) {
            int length = n % (STEPS + 1);
            for (int t = 0; t < length; t++) {
                atStart.putScalar(n, t, 1);
                atEnd.putScalar(n, STEPS - length + t, 1);
                for (int c = 0; c < 2; c++) {
                    moved.putScalar(n, c, STEPS - length + t, six.getDouble(n, c, t));
                }
            }
        }
        INDArray labels = Nd4j.randn(BATCH, 1);
        start.fit(new DataSet(six, labels, atStart, null));
        end.fit(new DataSet(moved, labels, atEnd, null));
        assertSameBits(end.params(), start.params());
        assertThat(Double.isFinite(start.params().sumNumber().doubleValue())).isTrue();
        assertThat(end.output(moved, false, atEnd, null)).isEqualTo(start.output(six, false, atStart, null));
    }

    /** Steps whose channels all have the value are those that a mask leaves out; in the point network, too. */
    @Test
    void aValueIsAMask() {
        EpMultiLayerNetwork network = EpNetworks.from(list().layer(new LastTimeStep(
                        new MaskZeroLayer(new LSTM.Builder().nIn(2).nOut(5).build(), -1)))
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(5)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build());
        EpMultiLayerNetwork masked = EpNetworks.from(
                list().layer(new LastTimeStep(new LSTM.Builder().nIn(2).nOut(5).build()))
                        .layer(new OutputLayer.Builder(LossFunction.MSE)
                                .nIn(5)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build())
                        .setInputType(InputType.recurrent(2))
                        .build());
        int[] places = places("end");
        INDArray spread = spread(series(4), places, -1);
        INDArray labels = Nd4j.randn(BATCH, 1);
        network.fit(new DataSet(spread, labels));
        masked.fit(new DataSet(spread, labels, mask(places), null));
        assertSameBits(network.params(), masked.params());
        assertSameBits(network.output(spread), masked.output(spread, false, mask(places), null));
        INDArray point = network.toPointNetwork().output(spread);
        assertThat(point.sub(masked.toPointNetwork().output(series(4)))
                        .amaxNumber()
                        .doubleValue())
                .isLessThan(1e-4);
    }

    private static DataSet with(IntPredicate there, double value, INDArray mask) {
        INDArray x = series(STEPS);
        for (int t = 0; t < STEPS; t++) {
            if (!there.test(t)) {
                x.putScalar(3, 1, t, value);
            }
        }
        return new DataSet(x, Nd4j.zeros(BATCH, 1), mask, null);
    }

    @Test
    void whatIsWrongIsNamed() {
        EpMultiLayerNetwork network = lastStep();
        INDArray before = network.params().dup();
        assertThatThrownBy(() -> network.fit(with(t -> t < 5, Double.NaN, mask(new int[] {0, 1, 5}))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("A feature is NaN at batch 0, row 3, column 11; allowed are finite numbers.");
        assertThatThrownBy(() -> network.fit(with(t -> true, 0, Nd4j.zeros(BATCH, 5))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Batch 0 has a feature mask of shape [16, 5], but its features are 16 sequences of 6 steps;"
                        + " allowed is [16, 6]");
        assertThat(network.params()).isEqualTo(before);
        EpMultiLayerNetwork windows = EpNetworks.from(list().layer(
                        new BatchNormalization.Builder().nOut(2).build())
                .layer(new LastTimeStep(new LSTM.Builder().nIn(2).nOut(4).build()))
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2, STEPS))
                .build());
        assertThatThrownBy(() -> windows.fit(with(t -> true, 0, mask(new int[] {0, 1}))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "A feature mask leaves out steps of sequences, but layer \"layer0\" (index 0) looks at all of them;"
                                + " allowed there are sequences of one length, without a mask that leaves something out. Cut the"
                                + " sequences, or put recurrent layers before it");
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** A batch of sequences that is cut into parts is learned from as the whole. */
class JointSequencesTest {

    private static final int BATCH = 40;

    private static final int CHANNELS = 3;
    private static final int LENGTH = 7;
    private static final int SOME = 12;
    private static final double[] CUTS = {0.2, 0.6};

    private static NeuralNetConfiguration.ListBuilder list(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(5)
                .activation(Activation.TANH)
                .list();
        Arrays.stream(layers).forEach(list::layer);
        return list;
    }

    private static EpNetwork network(int inducing, Layer... layers) {
        return EpNetworks.from(
                list(layers).setInputType(InputType.recurrent(CHANNELS, LENGTH)).build(),
                EpOptions.builder().inducingExamples(inducing).build());
    }

    private static SimpleRnn simple(int units) {
        return new SimpleRnn.Builder().nOut(units).activation(Activation.TANH).build();
    }

    private static LSTM lstm(int units) {
        return new LSTM.Builder().nOut(units).activation(Activation.TANH).build();
    }

    private static Layer twice(BaseRecurrentLayer layer) {
        return new Bidirectional(Bidirectional.Mode.CONCAT, layer);
    }

    private static Layer last(Layer layer) {
        return new LastTimeStep(layer);
    }

    private static Layer dense(int units) {
        return new DenseLayer.Builder().nOut(units).build();
    }

    private static Layer classes() {
        return new OutputLayer.Builder(new LossMCXENT())
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static Layer numbers() {
        return new OutputLayer.Builder(new LossMSE())
                .nOut(2)
                .activation(Activation.IDENTITY)
                .build();
    }

    /** A weighted sum of all that is there, or into which of three thirds it falls. */
    private static DataSet batch(boolean regression, boolean masked) {
        return batch(BATCH, regression, masked);
    }

    private static DataSet batch(int size, boolean regression, boolean masked) {
        INDArray x = Nd4j.randn(DataType.FLOAT, size, CHANNELS, LENGTH);
        INDArray mask = Nd4j.ones(DataType.FLOAT, size, LENGTH);
        for (int n = 0; masked && n < size; n++) {
            for (int t = 0; t < LENGTH; t++) {
                boolean begun = n % 4 != 1 || t >= 2;
                boolean over = n % 3 == 0 && t > 4;
                boolean gap = n % 5 == 2 && t == 3;
                mask.putScalar(n, t, begun && !over && !gap ? 1 : 0);
            }
        }
        INDArray sums = x.mul(mask.reshape(size, 1, LENGTH)).sum(2);
        INDArray all = sums.sum(true, 1);
        INDArray y = Nd4j.zeros(DataType.FLOAT, size, 3);
        for (int n = 0; n < size; n++) {
            double sum = all.getDouble(n);
            y.putScalar(n, sum < -2 ? 0 : sum < 2 ? 1 : 2, 1);
        }
        return new DataSet(x, regression ? Nd4j.hstack(all, sums.getColumn(0, true)) : y, masked ? mask : null, null);
    }

    private static void assertClose(EpNetwork network, EpNetwork expected) {
        assertThat(network.score()).isCloseTo(expected.score(), within(1e-3));
        assertThat(network.params().distance2(expected.params()))
                .isLessThan(1e-4 * expected.params().norm2Number().doubleValue());
    }

    static Stream<Arguments> withoutGates() {
        Layer[] regression = {last(simple(8)), numbers()};
        Layer[] classes = {last(twice(simple(5))), classes()};
        return Stream.of(
                Arguments.of("regression", true, false, regression),
                Arguments.of("regression", true, true, regression),
                Arguments.of("classes", false, false, classes),
                Arguments.of("classes", false, true, classes));
    }

    /** Where all examples are inducing, one process keeps the same covariances. */
    @ParameterizedTest(name = "{0} masked {2}")
    @MethodSource("withoutGates")
    void partsAreLearnedFromAsByOneProcess(String name, boolean regression, boolean masked, Layer[] layers) {
        EpNetwork whole = network(BATCH, layers);
        EpNetwork parts = whole.clone();
        Nd4j.getRandom().setSeed(3);
        for (int step = 0; step < 20; step++) {
            DataSet batch = batch(regression, masked);
            whole.fit(batch);
            JointParts.learn(parts, batch, CUTS);
        }
        assertClose(parts, whole);
    }

    static Stream<Arguments> all() {
        return Stream.of(false, true)
                .flatMap(masked -> Stream.of(
                        Arguments.of("simple", 10, masked, List.of(last(simple(8)), classes())),
                        Arguments.of("memory", 10, masked, List.of(last(lstm(8)), classes())),
                        Arguments.of("regression", 10, masked, List.of(last(lstm(8)), numbers())),
                        Arguments.of("two directions", 10, masked, List.of(last(twice(lstm(5))), classes())),
                        // Rounding grows from step to step in deep networks.
                        Arguments.of("deep", 3, masked, List.of(lstm(6), last(lstm(8)), classes())),
                        Arguments.of("mixed", 3, masked, List.of(twice(simple(5)), last(lstm(6)), classes())),
                        Arguments.of(
                                "dense between",
                                3,
                                masked,
                                List.of(simple(6), dense(5), last(simple(6)), dense(5), classes())),
                        Arguments.of(
                                "pooled",
                                10,
                                masked,
                                List.of(simple(6), new GlobalPoolingLayer(PoolingType.AVG), classes())),
                        Arguments.of(
                                "convolution before",
                                3,
                                masked,
                                List.of(
                                        new Convolution1DLayer.Builder(3)
                                                .nOut(4)
                                                .convolutionMode(ConvolutionMode.Same)
                                                .build(),
                                        last(lstm(6)),
                                        classes()))));
    }

    /** With some inducing examples, several parts learn as one that has all rows. */
    @ParameterizedTest(name = "{0} masked {2}")
    @MethodSource("all")
    void severalPartsAreLearnedFromAsOne(String name, int steps, boolean masked, List<Layer> layers) {
        EpNetwork one = network(SOME, layers.toArray(new Layer[0]));
        EpNetwork parts = one.clone();
        Nd4j.getRandom().setSeed(3);
        for (int step = 0; step < steps; step++) {
            DataSet batch = batch(name.equals("regression"), masked);
            JointParts.learn(one, batch);
            JointParts.learn(parts, batch, CUTS);
        }
        assertClose(parts, one);
    }

    /** Some examples say how precise weights become, and whether a step is lost: the same ones in parts. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyUnitsAndExamplesAreLearnedFromInParts(boolean masked) {
        EpNetwork one = network(SOME, last(lstm(100)), classes());
        EpNetwork parts = one.clone();
        Nd4j.getRandom().setSeed(3);
        for (int step = 0; step < 3; step++) {
            DataSet batch = batch(2 * BATCH, false, masked);
            JointParts.learn(one, batch);
            JointParts.learn(parts, batch, CUTS);
        }
        assertClose(parts, one);
    }

    @Test
    void embeddedWordsAreLearnedFromInParts() {
        EpNetwork one = EpNetworks.from(
                list(
                                new EmbeddingSequenceLayer.Builder()
                                        .nIn(9)
                                        .nOut(4)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                last(lstm(6)),
                                classes())
                        .setInputType(InputType.recurrent(9, LENGTH))
                        .build(),
                EpOptions.builder().inducingExamples(SOME).build());
        EpNetwork parts = one.clone();
        Nd4j.getRandom().setSeed(3);
        for (int step = 0; step < 3; step++) {
            INDArray words = Nd4j.create(DataType.FLOAT, BATCH, 1, LENGTH);
            INDArray y = Nd4j.zeros(DataType.FLOAT, BATCH, 3);
            for (int n = 0; n < BATCH; n++) {
                int first = Nd4j.getRandom().nextInt(9);
                for (int t = 0; t < LENGTH; t++) {
                    words.putScalar(n, 0, t, (first + t * n) % 9);
                }
                y.putScalar(n, first / 3, 1);
            }
            JointParts.learn(one, new DataSet(words, y));
            JointParts.learn(parts, new DataSet(words, y), CUTS);
        }
        assertClose(parts, one);
    }

    /**
     * A batch in parts has other draws of signs than a whole one, and covariances with some examples; it learns as much, in the mean of four
     * draws of the data.
     */
    @Test
    void partsLearnAsMuchAsOneProcess() {
        double ofWhole = 0;
        double ofParts = 0;
        for (int seed = 3; seed < 7; seed++) {
            EpNetwork whole = network(BATCH, last(lstm(8)), classes());
            EpNetwork parts = network(SOME, last(lstm(8)), classes());
            parts.setParams(whole.params());
            Nd4j.getRandom().setSeed(seed);
            for (int step = 0; step < 30; step++) {
                DataSet batch = batch(false, false);
                whole.fit(batch);
                JointParts.learn(parts, batch, CUTS);
                ofWhole += step < 15 ? 0 : whole.score() / 60;
                ofParts += step < 15 ? 0 : parts.score() / 60;
            }
        }
        assertThat(ofWhole).isLessThan(0.7);
        assertThat(ofParts).isLessThan(ofWhole * 1.15);
    }

    @Test
    void labelsAtEveryStepAndSegmentsAreRefused() {
        RnnOutputLayer everyStep = new RnnOutputLayer.Builder(new LossMSE())
                .nOut(2)
                .activation(Activation.IDENTITY)
                .build();
        EpNetwork steps = network(SOME, lstm(4), everyStep);
        INDArray before = steps.params().dup();
        DataSet batch = new DataSet(
                Nd4j.randn(DataType.FLOAT, BATCH, CHANNELS, LENGTH), Nd4j.randn(DataType.FLOAT, BATCH, 2, LENGTH));
        assertThatThrownBy(() -> JointParts.learn(steps, batch, CUTS))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(
                        "of all pairs of an example and a step, at layer \"layer1\" (index 1), and cannot be learned from by several workers;"
                                + " train on one machine, or give a label to each sequence");
        assertThat(steps.params()).isEqualTo(before);
        EpNetwork segments = EpNetworks.from(list(lstm(4), everyStep)
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(3)
                .setInputType(InputType.recurrent(CHANNELS, LENGTH))
                .build());
        assertThatThrownBy(() -> JointTraining.of(segments).requireShareable())
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage(
                        "Several workers cannot share the batches of this network: its backpropType is TruncatedBPTT,"
                                + " by which a segment of sequences goes on from the state that the one before left in the process;"
                                + " set it to Standard, or train it with fit(...) on one machine");
    }
}

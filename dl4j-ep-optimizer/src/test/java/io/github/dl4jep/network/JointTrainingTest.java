package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.weight.BinaryPrior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** A batch that is cut into parts is learned from as the whole. */
class JointTrainingTest {

    private static final int STEPS = 20;
    private static final int BATCH = 40;

    private static MultiLayerConfiguration network(DataType type, InputType input, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(type)
                .activation(Activation.RELU)
                .list();
        Arrays.stream(layers).forEach(list::layer);
        return list.setInputType(input).build();
    }

    private static Layer dense(int units) {
        return new DenseLayer.Builder().nOut(units).build();
    }

    private static Layer classes(int number) {
        return new OutputLayer.Builder(new LossMCXENT())
                .nOut(number)
                .activation(Activation.SOFTMAX)
                .build();
    }

    /** In single precision large enough for means of weights, whose precision comes from some of the examples. */
    private static EpNetwork dense(DataType type, EpOptions options) {
        int units = type == DataType.FLOAT ? 120 : 16;
        return EpNetworks.from(
                network(type, InputType.feedForward(6), dense(units), dense(units), classes(3)), options);
    }

    private static EpNetwork convolutional(DataType type, EpOptions options) {
        return EpNetworks.from(
                network(
                        type,
                        InputType.convolutional(8, 8, 1),
                        new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                                .kernelSize(2, 2)
                                .stride(2, 2)
                                .build(),
                        dense(10),
                        classes(3)),
                options);
    }

    private static EpNetwork regression(DataType type, EpOptions options) {
        return EpNetworks.from(
                network(
                        type,
                        InputType.feedForward(6),
                        dense(16),
                        new OutputLayer.Builder(new LossMSE())
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build()),
                options);
    }

    private static EpOptions.Builder inducing(int number) {
        return EpOptions.builder().inducingExamples(number);
    }

    private static DataSet data(DataType type, int classes, boolean images) {
        Nd4j.getRandom().setSeed(11);
        int rows = STEPS * BATCH;
        INDArray x = images ? Nd4j.randn(type, rows, 1, 8, 8) : Nd4j.randn(type, rows, 6);
        INDArray flat = x.reshape(rows, -1);
        INDArray sums = flat.mmul(Nd4j.randn(type, flat.columns(), 3));
        if (classes == 0) {
            INDArray y = Nd4j.hstack(sums.getColumn(0, true).mul(20).add(100), sums.getColumn(1, true));
            return new DataSet(x, y.addi(Nd4j.randn(type, rows, 2)));
        }
        INDArray y = Nd4j.zeros(type, rows, classes);
        for (int n = 0; n < rows; n++) {
            y.putScalar(n, sums.getRow(n).argMax().getInt(0), 1);
        }
        return new DataSet(x, y);
    }

    static Stream<Arguments> networks() {
        List<Arguments> cases = new ArrayList<>();
        add(cases, DataType.DOUBLE, 16, 0.1, 0.1, 0.8);
        cases.add(Arguments.of(
                "all inducing",
                DataType.DOUBLE,
                dense(DataType.DOUBLE, inducing(256).build()),
                data(DataType.DOUBLE, 3, false),
                new double[] {0.5}));
        add(cases, DataType.FLOAT, 16, 0.25, 0.5, 0.75);
        EpOptions binary = inducing(16).weightPrior(new BinaryPrior()).build();
        cases.add(Arguments.of(
                "binary",
                DataType.DOUBLE,
                dense(DataType.DOUBLE, binary),
                data(DataType.DOUBLE, 3, false),
                new double[] {0.3}));
        return cases.stream();
    }

    private static void add(List<Arguments> cases, DataType type, int inducing, double... cuts) {
        EpOptions options = inducing(inducing).build();
        EpOptions withheld = inducing(inducing)
                .likelihood(new GaussianLikelihood(1, true, 0.1))
                .build();
        cases.add(Arguments.of("dense", type, dense(type, options), data(type, 3, false), cuts));
        cases.add(Arguments.of("convolution", type, convolutional(type, options), data(type, 3, true), cuts));
        cases.add(Arguments.of("regression", type, regression(type, withheld), data(type, 0, false), cuts));
    }

    /** Two passes, so that the pull of the prior is learned, too. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("networks")
    void partsAreLearnedFromAsTheWhole(String name, DataType type, EpNetwork whole, DataSet data, double[] cuts) {
        EpNetwork parts = whole.clone();
        for (int pass = 0; pass < 2; pass++) {
            for (DataSet batch : data.batchBy(BATCH).subList(0, STEPS / 2)) {
                whole.fit(batch);
                JointParts.learn(parts, batch, cuts);
                assertThat(parts.score()).isCloseTo(whole.score(), within(1e-3));
            }
            whole.incrementEpochCount();
            parts.incrementEpochCount();
        }
        assertThat(parts.getIterationCount()).isEqualTo(STEPS);
        // In single precision sums in another order are other steps, and those others again.
        double tolerance = type == DataType.DOUBLE ? 1e-6 : 1e-3;
        double difference = parts.params().distance2(whole.params());
        assertThat(difference)
                .isLessThan(tolerance * whole.params().norm2Number().doubleValue());
    }

    /** Of classes, in batches of more than 128 examples. */
    @Test
    void bothTurnsOfALargeBatchAreShared() {
        EpNetwork whole = dense(DataType.DOUBLE, inducing(16).build());
        EpNetwork parts = whole.clone();
        for (DataSet batch : data(DataType.DOUBLE, 3, false).batchBy(200)) {
            whole.fit(batch);
            JointParts.learn(parts, batch, 0.3, 0.8);
            assertThat(parts.score()).isCloseTo(whole.score(), within(1e-6));
        }
        assertThat(parts.params().distance2(whole.params()))
                .isLessThan(1e-6 * whole.params().norm2Number().doubleValue());
    }

    /** Rows of a sum of all parts are in the order of the batch, so that an error elsewhere leaves the posterior. */
    @Test
    void aNumberThatIsNotFiniteIsNamedAndNothingIsLearned() {
        EpNetwork network = dense(DataType.FLOAT, inducing(16).build());
        DataSet batch = data(DataType.FLOAT, 3, false).batchBy(BATCH).get(0);
        INDArray before = network.params().dup();
        batch.getFeatures().putScalar(25, 3, Double.NaN);
        assertThatThrownBy(() -> JointParts.learn(network, batch, 0.5))
                .hasMessageStartingWith("A feature is NaN at batch 0, row 5, column 3; allowed are finite numbers");
        assertThat(network.params()).isEqualTo(before);
        assertThat(network.getIterationCount()).isZero();
    }

    @Test
    void batchNormalizationNeedsTheWholeBatch() {
        EpNetwork network = EpNetworks.from(
                network(DataType.FLOAT, InputType.feedForward(6), dense(8), new BatchNormalization(), classes(3)));
        DataSet batch = data(DataType.FLOAT, 3, false).batchBy(BATCH).get(0);
        INDArray before = network.params().dup();
        assertThatThrownBy(() -> JointParts.learn(network, batch, 0.5))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("Batch normalization takes mean and variance of all examples of a batch at layer \"layer1\""
                        + " (index 1), and cannot learn from a batch that several workers share; train on one machine, or"
                        + " leave the layer out");
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void labelsAtPositionsAreRefused() {
        EpNetwork network = EpNetworks.from(network(
                DataType.FLOAT,
                InputType.convolutional(8, 8, 1),
                new ConvolutionLayer.Builder(1, 1).nOut(2).build(),
                new CnnLossLayer.Builder(new LossMSE())
                        .activation(Activation.IDENTITY)
                        .build()));
        DataSet batch =
                new DataSet(Nd4j.randn(DataType.FLOAT, BATCH, 1, 8, 8), Nd4j.randn(DataType.FLOAT, BATCH, 2, 8, 8));
        assertThatThrownBy(() -> JointParts.learn(network, batch, 0.5))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "Labels stand at positions, whose equations need what the last weights see at every position at"
                                + " layer \"layer1\" (index 1), and cannot be learned from by several workers; train on one machine, or"
                                + " give a label to each example");
    }

    @Test
    void severalSweepsAreRefused() {
        EpNetwork sweeps =
                dense(DataType.FLOAT, EpOptions.builder().sweepsPerBatch(2).build());
        assertThatThrownBy(() -> JointTraining.of(sweeps).requireShareable())
                .hasMessage(
                        "Several workers cannot share the batches of this network: sweepsPerBatch is 2, allowed is 1;"
                                + " convert it with EpOptions.builder().sweepsPerBatch(1)");
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.density.HeteroscedasticLikelihood;
import io.github.dl4jep.density.OrdinalLikelihood;
import io.github.dl4jep.density.QuantileLikelihood;
import io.github.dl4jep.density.SparseLabels;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/** Every loss with every output activation that has a likelihood: converts, learns, predicts, travels in a file, goes back to DL4J. */
class LossesTest {

    private static final int OUTPUTS = 3;
    private static final List<Activation> ACTIVATIONS = List.of(
            Activation.IDENTITY,
            Activation.SIGMOID,
            Activation.TANH,
            Activation.RELU,
            Activation.LEAKYRELU,
            Activation.SOFTPLUS,
            Activation.SOFTMAX);

    @TempDir
    private Path folder;

    private final SplittableRandom random = new SplittableRandom(5);

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (LossFunction loss : LossFunction.values()) {
            for (Activation activation : ACTIVATIONS) {
                try {
                    Likelihoods.of(loss.getILossFunction(), activation.getActivationFunction());
                    pairs.add(Arguments.of(loss, activation));
                } catch (UnsupportedOperationException e) {
                    assertThat(e).hasMessageContaining("; use ");
                }
            }
        }
        return pairs.stream();
    }

    static Stream<Arguments> otherPairs() {
        Set<List<Object>> learned = pairs().map(pair -> List.of(pair.get())).collect(Collectors.toSet());
        return Arrays.stream(LossFunction.values())
                .flatMap(loss -> ACTIVATIONS.stream()
                        .filter(activation -> !learned.contains(List.<Object>of(loss, activation)))
                        .map(activation -> Arguments.of(loss, activation)));
    }

    /** What is refused is refused by name and with a reason, and each activation and loss that the message names converts. */
    @ParameterizedTest
    @MethodSource("otherPairs")
    void isRefusedWithAnAlternativeThatConverts(LossFunction loss, Activation activation) {
        ILossFunction function = loss.getILossFunction();
        Throwable refusal = catchThrowable(() -> EpNetworks.from(definition(function, activation, OUTPUTS)));

        assertThat(refusal)
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer \"layer1\" (index 1, OutputLayer): loss "
                        + function.getClass().getSimpleName()
                        + " with output activation "
                        + activation.getActivationFunction().getClass().getSimpleName()
                        + " has no likelihood: it");
        String advice = refusal.getMessage()
                .substring(refusal.getMessage().indexOf("; use "))
                .toUpperCase(Locale.ROOT);
        LossFunction named = advice.contains("(MCXENT)")
                ? LossFunction.MCXENT
                : advice.contains("(XENT)") ? LossFunction.XENT : loss;
        List<Activation> nearest = named == LossFunction.MCXENT && loss != named
                ? List.of(Activation.SOFTMAX)
                : ACTIVATIONS.stream().filter(f -> advice.contains(f.name())).toList();
        assertThat(nearest).isNotEmpty();
        nearest.forEach(f -> assertThat(EpNetworks.from(definition(named.getILossFunction(), f, OUTPUTS))
                        .numParams())
                .isPositive());
    }

    private static MultiLayerConfiguration definition(ILossFunction loss, Activation activation, int outputs) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .list(
                        new DenseLayer.Builder()
                                .nIn(4)
                                .nOut(12)
                                .activation(Activation.TANH)
                                .build(),
                        new OutputLayer.Builder(loss)
                                .nIn(12)
                                .nOut(outputs)
                                .activation(activation)
                                .build())
                .validateOutputLayerConfig(false)
                .build();
    }

    /** Labels of the kind that a loss takes, which depend on the features. */
    private INDArray labels(ILossFunction loss, boolean softmax, INDArray features) {
        int rows = features.rows();
        boolean sparse = loss.getClass().getSimpleName().contains("Sparse");
        boolean hinge = loss.getClass().getSimpleName().contains("Hinge");
        boolean classes = softmax || loss.getClass().getSimpleName().matches("Loss(BinaryXENT|MCXENT|KLD|Negative.*)");
        double[][] labels = new double[rows][sparse ? 1 : OUTPUTS];
        for (int n = 0; n < rows; n++) {
            int largest = 0;
            for (int c = 1; c < OUTPUTS; c++) {
                largest = features.getDouble(n, c) > features.getDouble(n, largest) ? c : largest;
            }
            for (int c = 0; c < labels[n].length; c++) {
                double size = Math.abs(features.getDouble(n, c));
                labels[n][c] = sparse
                        ? largest
                        : hinge
                                ? features.getDouble(n, c) > 0 ? 1 : -1
                                : classes
                                        ? c == largest ? 1 : 0
                                        : loss.getClass().getSimpleName().contains("Poisson")
                                                ? Math.floor(3 * size)
                                                : 0.1 + 0.8 * Math.min(1, size);
            }
        }
        return Nd4j.createFromArray(labels).castTo(Nd4j.dataType());
    }

    private INDArray features(int rows) {
        double[][] features = new double[rows][4];
        for (double[] row : features) {
            for (int c = 0; c < row.length; c++) {
                row[c] = random.nextDouble(-1.5, 1.5);
            }
        }
        return Nd4j.createFromArray(features).castTo(Nd4j.dataType());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void learns(LossFunction loss, Activation activation) throws Exception {
        ILossFunction function = loss.getILossFunction();
        EpMultiLayerNetwork network = EpNetworks.from(definition(function, activation, OUTPUTS));
        INDArray features = features(96);
        INDArray labels = labels(function, activation == Activation.SOFTMAX, features);
        double before = network.score(new DataSet(features, labels));
        for (int from = 0; from < 96; from += 24) {
            network.fit(new DataSet(part(features, from), part(labels, from)));
        }
        double after = network.score(new DataSet(features, labels));
        assertThat(after).isFinite().isLessThan(before);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        INDArray output = network.output(features);
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).output(features))
                .isEqualTo(output);
        MultiLayerNetwork point = network.toPointNetwork();
        assertThat(point.output(features).sumNumber().doubleValue()).isFinite();
    }

    private static INDArray part(INDArray array, int from) {
        return array.get(
                org.nd4j.linalg.indexing.NDArrayIndex.interval(from, from + 24),
                org.nd4j.linalg.indexing.NDArrayIndex.all());
    }

    private static EpMultiLayerNetwork network(Likelihood likelihood, int outputs) {
        return EpNetworks.from(
                definition(new LossMSE(), Activation.IDENTITY, outputs),
                EpOptions.builder().likelihood(likelihood).build());
    }

    @Test
    void numbersOfClassesHaveTheWeightsOfTheirClasses() {
        INDArray weights = Nd4j.createFromArray(1.0, 0.0, 5.0);
        INDArray features = Nd4j.rand(DataType.FLOAT, 60, 4);
        INDArray labels = labels(new LossMCXENT(), true, features);
        INDArray numbers = labels.argMax(1).castTo(DataType.FLOAT).reshape(60, 1);
        EpMultiLayerNetwork oneHot = EpNetworks.from(
                definition(new LossMCXENT(weights), Activation.SOFTMAX, OUTPUTS),
                EpOptions.builder().likelihood(new ClassLikelihood(0)).build());
        EpMultiLayerNetwork sparse = EpNetworks.from(
                definition(new LossSparseMCXENT(weights), Activation.SOFTMAX, OUTPUTS),
                EpOptions.builder()
                        .likelihood(new SparseLabels(new ClassLikelihood(0)))
                        .build());

        oneHot.fit(features, labels);
        sparse.fit(features, numbers);

        assertThat(sparse.params()).isEqualTo(oneHot.params());
        assertThat(sparse.score(new DataSet(features, numbers))).isEqualTo(oneHot.score(new DataSet(features, labels)));
    }

    static Stream<Arguments> weightsThatAreNone() {
        return Stream.of(
                Arguments.of(
                        new LossMCXENT(Nd4j.createFromArray(1.0, -2.0, 1.0)),
                        "LossMCXENT has the weight -2.0 at place 1, allowed are finite numbers, 0 (not learned from) and more"),
                Arguments.of(
                        new LossBinaryXENT(Nd4j.createFromArray(1.0, 1.0, Double.NaN)),
                        "LossBinaryXENT has the weight NaN at place 2"),
                Arguments.of(
                        new LossL1(Nd4j.createFromArray(Double.POSITIVE_INFINITY, 1.0, 1.0)),
                        "LossL1 has the weight Infinity at place 0"),
                Arguments.of(
                        new LossMSE(Nd4j.createFromArray(1.0, 2.0)),
                        "LossMSE has 2 weight(s), allowed is one for each label column or class: 3"),
                Arguments.of(
                        new LossSparseMCXENT(Nd4j.createFromArray(new double[] {1.0})),
                        "LossSparseMCXENT has 1 weight(s), allowed is one for each label column or class: 3"),
                Arguments.of(new LossMAE(Nd4j.zeros(DataType.DOUBLE, 1, 3)), "LossMAE has weights of 0 only"));
    }

    @ParameterizedTest
    @MethodSource("weightsThatAreNone")
    void weightsThatAreNoneAreRefused(ILossFunction loss, String message) {
        Activation activation = loss instanceof LossBinaryXENT
                ? Activation.SIGMOID
                : loss instanceof LossMCXENT ? Activation.SOFTMAX : Activation.IDENTITY;

        assertThatThrownBy(() -> EpNetworks.from(definition(loss, activation, OUTPUTS)))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer \"layer1\" (index 1, OutputLayer): loss " + message);
    }

    /** Two outputs, one label column: its predictions have one column, too, and the command's masks and weights count it. */
    @Test
    void labelsMayHaveFewerColumnsThanOutputs() throws Exception {
        EpMultiLayerNetwork network = network(new HeteroscedasticLikelihood(), 2);
        INDArray features = features(48);
        INDArray labels = features.getColumn(0, true).dup();
        network.fit(new DataSet(features, labels));
        network.fit(new DataSet(features, labels, null, Nd4j.ones(48, 1)));
        Prediction prediction = network.predictor().predict(features);
        assertThat(prediction.mean().shape()).containsExactly(48, 1);
        assertThat(prediction.aleatoricVariance().minNumber().doubleValue()).isPositive();
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).output(features))
                .isEqualTo(network.output(features));
        assertThatThrownBy(() -> network.fit(new DataSet(features, Nd4j.ones(48, 2))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("Labels have shape [48, 2], allowed is [minibatch, 1] at");
    }

    @Test
    void outputsMayHaveAMixture() {
        EpMultiLayerNetwork network = EpNetworks.from(definition(
                LossMixtureDensity.builder().gaussians(2).labelWidth(1).build(), Activation.IDENTITY, 6));
        INDArray features = features(48);
        network.fit(new DataSet(features, features.getColumn(0, true).dup()));
        assertThat(network.predictor().predict(features).mean().shape()).containsExactly(48, 1);
        assertThat(network.score()).isFinite();
    }

    @Test
    void outputsMayBeQuantilesOrAnOrder() {
        EpMultiLayerNetwork quantiles = network(new QuantileLikelihood(0.1, 0.5, 0.9), 3);
        INDArray features = features(240);
        INDArray labels = features.getColumn(0, true).dup();
        for (int pass = 0; pass < 10; pass++) {
            quantiles.fit(new DataSet(features, labels));
        }
        INDArray predicted = quantiles.output(features);
        assertThat(predicted.getColumn(0).meanNumber().doubleValue())
                .isLessThan(predicted.getColumn(2).meanNumber().doubleValue());
        EpMultiLayerNetwork grades = network(new OrdinalLikelihood(3), 1);
        INDArray classes = Nd4j.zeros(240, 3);
        for (int n = 0; n < 240; n++) {
            classes.putScalar(n, features.getDouble(n, 0) < -0.5 ? 0 : features.getDouble(n, 0) < 0.5 ? 1 : 2, 1);
        }
        for (int pass = 0; pass < 30; pass++) {
            grades.fit(new DataSet(features, classes));
        }
        INDArray probabilities = grades.output(features);
        assertThat(probabilities.sum(1).minNumber().doubleValue()).isCloseTo(1, within(1e-5));
        assertThat(probabilities
                        .argMax(1)
                        .eq(classes.argMax(1))
                        .castTo(Nd4j.dataType())
                        .meanNumber()
                        .doubleValue())
                .isGreaterThan(0.8);
    }

    @Test
    void aBadLabelChangesNothing() {
        requireRejected(
                LossFunction.POISSON, Activation.SOFTPLUS, -1, "label at row 2, column 1 is -1.0; counts are 0");
        requireRejected(LossFunction.KL_DIVERGENCE, Activation.SOFTMAX, 0.5, "sums to");
        requireRejected(LossFunction.HINGE, Activation.IDENTITY, 0, "a hinge loss has labels -1 and +1");
        requireRejected(
                LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR, Activation.IDENTITY, 0, "needs labels other than 0");
    }

    private void requireRejected(LossFunction loss, Activation activation, double label, String message) {
        EpMultiLayerNetwork network = EpNetworks.from(definition(loss.getILossFunction(), activation, OUTPUTS));
        INDArray features = features(6);
        INDArray labels = labels(loss.getILossFunction(), activation == Activation.SOFTMAX, features);
        labels.putScalar(2, 1, label);
        INDArray before = network.params().dup();
        assertThatThrownBy(() -> network.fit(new DataSet(features, labels)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("layer1");
        assertThat(network.params()).isEqualTo(before);
    }

    /** What a squared error after a sigmoid predicts is what DL4J's network of the means predicts, where little is uncertain. */
    @Test
    void thePointNetworkHasTheActivation() {
        EpMultiLayerNetwork network = EpNetworks.from(definition(new LossMSE(), Activation.SIGMOID, OUTPUTS));
        INDArray features = features(240);
        INDArray labels = labels(new LossMSE(), false, features);
        for (int pass = 0; pass < 30; pass++) {
            network.fit(new DataSet(features, labels));
        }
        INDArray difference = network.toPointNetwork().output(features).sub(network.output(features));
        assertThat(difference.amaxNumber().doubleValue()).isLessThan(0.1);
    }
}

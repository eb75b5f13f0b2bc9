package io.github.dl4jep.samediff;

import static io.github.dl4jep.samediff.ToySameDiff.INPUT;
import static io.github.dl4jep.samediff.ToySameDiff.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.loss.LossLogPoisson;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.loss.LossReduce;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A graph learns by each loss of SameDiff as the DL4J network of the same layers, seed and batches learns by the loss of the same likelihood. */
class LossTwinsTest {

    private static final long SEED = 7;

    @TempDir
    private Path folder;

    /** Puts a loss named "loss" on the last pre-activation. */
    private interface Loss {

        void of(SameDiff sd, SDVariable label, SDVariable potential);
    }

    /** Labels of the graph, and of the network where they differ. */
    private record Twin(
            String name, DataSet data, INDArray labels, ILossFunction loss, IActivation activation, Loss graph) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Twin twin(DataSet data, String name, ILossFunction loss, IActivation activation, Loss graph) {
        return new Twin(name, data, data.getLabels(), loss, activation, graph);
    }

    private static DataSet counts() {
        INDArray features = ToyData.normal(200, 3);
        INDArray labels = Nd4j.create(DataType.FLOAT, 200, 1);
        Random random = new Random(4);
        for (int n = 0; n < 200; n++) {
            double product = random.nextDouble();
            int count = 0;
            double limit = Math.exp(-Math.exp(0.5 + 0.5 * features.getDouble(n, 0)));
            while (product > limit) {
                count++;
                product *= random.nextDouble();
            }
            labels.putScalar(n, 0, count);
        }
        return new DataSet(features, labels);
    }

    static Stream<Twin> twins() {
        DataSet classes = ToyData.threeClasses(200, 1);
        DataSet signs = ToyData.twoSigns(200, 1);
        ILossFunction entropy = new LossMCXENT();
        IActivation softmax = new ActivationSoftmax();
        IActivation identity = new ActivationIdentity();
        return Stream.of(
                twin(
                        ToyData.line(200, 1, 50, 10),
                        "absoluteDifference",
                        new LossMAE(),
                        identity,
                        (sd, label, u) -> sd.loss.absoluteDifference("loss", label, u, null)),
                new Twin(
                        "hingeLoss",
                        signs,
                        signs.getLabels().mul(2).subi(1),
                        new LossHinge(),
                        identity,
                        (sd, label, u) -> sd.loss.hingeLoss("loss", label, u, null)),
                twin(
                        counts(),
                        "logPoisson",
                        new LossLogPoisson(),
                        identity,
                        (sd, label, u) -> sd.loss.logPoisson("loss", label, u, null, false)),
                twin(
                        counts(),
                        "logPoisson, full",
                        new LossLogPoisson(),
                        identity,
                        (sd, label, u) -> sd.loss.logPoisson("loss", label, u, null, true)),
                new Twin(
                        "softmaxCrossEntropy with label smoothing",
                        classes,
                        classes.getLabels().mul(0.9).addi(0.1 / 3),
                        entropy,
                        softmax,
                        (sd, label, u) -> sd.loss.softmaxCrossEntropy(
                                "loss", label, u, null, LossReduce.MEAN_BY_NONZERO_WEIGHT_COUNT, 0.1)),
                twin(
                        classes,
                        "-mean(sum(y log(softmax)))",
                        entropy,
                        softmax,
                        (sd, label, u) -> sd.math
                                .log(sd.nn.softmax("softmax", u))
                                .mul(label)
                                .sum(1)
                                .mean()
                                .neg("loss")),
                twin(
                        classes,
                        "sum(y logSoftmax) * -1 / n",
                        entropy,
                        softmax,
                        (sd, label, u) ->
                                label.mul(sd.nn.logSoftmax(u)).sum().mul(-1).div("loss", 200)),
                twin(
                        classes,
                        "mean(-(y logSoftmax))",
                        entropy,
                        softmax,
                        (sd, label, u) -> label.mul(sd.nn.logSoftmax(u)).neg().mean("loss")));
    }

    private static SameDiff graph(DataSet data, Loss loss) {
        long outputs = data.getLabels().size(1);
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.FLOAT, -1, outputs);
        SDVariable hidden = sd.nn.relu(ToySameDiff.linear(sd, input, 0, 3, 8), 0);
        SDVariable potential = ToySameDiff.linear(sd, hidden, 1, 8, Math.toIntExact(outputs));
        loss.of(sd, label, potential.rename("potential"));
        sd.setLossVariables("loss");
        return ToySameDiff.configured(sd);
    }

    private static EpMultiLayerNetwork network(Twin twin) {
        return EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(8)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(twin.loss())
                        .nIn(8)
                        .nOut(twin.labels().size(1))
                        .activation(twin.activation())
                        .build())
                .build());
    }

    @ParameterizedTest
    @MethodSource("twins")
    void theGraphLearnsWhatItsTwinLearns(Twin twin) {
        EpSameDiff ep = EpSameDiff.of(graph(twin.data(), twin.graph()), EpOptions.defaults(), SEED);
        ep.fit(ToyData.batches(twin.data(), 40), 3);
        EpMultiLayerNetwork network = network(twin);
        network.fit(ToyData.batches(new DataSet(twin.data().getFeatures(), twin.labels()), 40), 3);

        INDArray expected =
                network.predictor().predict(twin.data().getFeatures()).mean();
        INDArray mean = ep.predict(twin.data().getFeatures()).mean();
        double size = 1 + expected.amaxNumber().doubleValue();
        assertThat(mean.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-4 * size);
        assertThat(network.score(new DataSet(twin.data().getFeatures(), twin.labels())))
                .isLessThan(network(twin).score(new DataSet(twin.data().getFeatures(), twin.labels())) - 0.1);
    }

    @Test
    void ratesAreThoseOfTheCounts() {
        DataSet data = counts();
        SameDiff sd = graph(data, (graph, label, u) -> graph.loss.logPoisson("loss", label, u, null, false));
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), SEED);
        ep.fit(ToyData.batches(data, 40), 5);

        INDArray rates = ep.predict(data.getFeatures()).mean();
        INDArray logarithms = sd.outputSingle(Map.of(INPUT, data.getFeatures()), "potential");
        assertThat(rates.meanNumber().doubleValue())
                .isCloseTo(data.getLabels().meanNumber().doubleValue(), within(0.2));
        assertThat(Transforms.exp(logarithms).sub(rates).amaxNumber().doubleValue())
                .isLessThan(0.3 * rates.maxNumber().doubleValue());

        File file = folder.resolve("counts.fb").toFile();
        sd.save(file, false);
        assertThat(EpSameDiff.of(SameDiff.load(file, false))
                        .predict(data.getFeatures())
                        .mean()
                        .equalsWithEps(rates, 1e-5))
                .isTrue();
    }

    private static void assertRefused(Loss loss, String reason) {
        SameDiff sd = graph(ToyData.threeClasses(20, 1), loss);
        assertThatThrownBy(() -> EpSameDiff.of(sd)).hasMessageContaining(reason);
    }

    @Test
    void whatIsNoLikelihoodIsRefusedByName() {
        assertRefused(
                (sd, label, u) -> sd.loss.huberLoss("loss", label, u, null, 1),
                "Huber's loss has no likelihood here; use sd.loss.absoluteDifference");
        assertRefused(
                (sd, label, u) -> sd.loss.cosineDistance("loss", label, u, null, 1),
                "it is linear in the predictions, which it does not divide by their length");
        assertRefused(
                (sd, label, u) -> sd.loss.meanPairwiseSquaredError(
                        "loss", label, u, null, LossReduce.MEAN_BY_NONZERO_WEIGHT_COUNT),
                "it compares pairs of outputs");
        assertRefused(
                (sd, label, u) -> sd.loss.softmaxCrossEntropy(
                        "loss", label, u, null, LossReduce.MEAN_BY_NONZERO_WEIGHT_COUNT, 1.5),
                "label smoothing is 1.5, supported is 0 and more, below 1");
        assertRefused(
                (sd, label, u) -> sd.loss.sigmoidCrossEntropy(
                        "loss", label, u, null, LossReduce.MEAN_BY_NONZERO_WEIGHT_COUNT, 0.1),
                "label smoothing is 0.1");
    }

    @Test
    void aCrossEntropyWithoutItsMinusIsNoLoss() {
        assertRefused(
                (sd, label, u) -> label.mul(sd.nn.logSoftmax(u)).sum(1).mean("loss"),
                "the loss variable \"loss\" is the logarithm of a probability, which training would make small; put a minus"
                        + " before it, such as neg()");
    }

    @Test
    void labelsOtherThanZeroAndOneAreRefusedByAHinge() {
        DataSet signs = ToyData.twoSigns(40, 1);
        EpSameDiff ep = EpSameDiff.of(graph(signs, (sd, label, u) -> sd.loss.hingeLoss("loss", label, u, null)));
        DataSet coded =
                new DataSet(signs.getFeatures(), signs.getLabels().mul(2).subi(1));

        assertThatThrownBy(() -> ep.fit(ToyData.batches(coded, 40), 1))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "The labels of \"label\" have the value -1.0, allowed are 0 and 1, which SameDiff's hinge loss takes for"
                                + " -1 and +1");
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.LabelNoiseLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.ProbitLikelihood;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.AsyncDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.classification.EvaluationBinary;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** DL4J's ways to train. */
class FitTest {

    private final DataSet data = ToyData.threeClasses(300, 1);
    private final DataSet heldOut = ToyData.threeClasses(300, 2);

    private double accuracy(EpMultiLayerNetwork network) {
        return network.evaluate(ToyData.batches(heldOut, 100)).accuracy();
    }

    @Test
    void everyWayToFitABatchLearnsTheSame() {
        INDArray fromIterator =
                classifier(n -> n.fit(ToyData.batches(data, 300))).params();

        assertThat(classifier(n -> n.fit(data)).params()).isEqualTo(fromIterator);
        assertThat(classifier(n -> n.fit(data.getFeatures(), data.getLabels())).params())
                .isEqualTo(fromIterator);
        int[] classes = data.getLabels().argMax(1).toIntVector();
        assertThat(classifier(n -> n.fit(data.getFeatures(), classes)).params()).isEqualTo(fromIterator);
    }

    @Test
    void epochsAreAsManyCallsOfFit() {
        DataSetIterator iterator = ToyData.batches(data, 50);
        EpMultiLayerNetwork atOnce = classifier(n -> n.fit(iterator, 3));
        EpMultiLayerNetwork oneByOne = classifier(n -> {
            n.fit(ToyData.batches(data, 50));
            n.fit(ToyData.batches(data, 50));
            n.fit(ToyData.batches(data, 50));
        });

        assertThat(atOnce.params()).isEqualTo(oneByOne.params());
        assertThat(atOnce.getIterationCount()).isEqualTo(18);
        assertThat(atOnce.getEpochCount()).isEqualTo(3);
        assertThat(accuracy(atOnce)).isGreaterThan(0.95);
    }

    private static EpMultiLayerNetwork inducing(int examples, DataSet batches) {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().inducingExamples(examples).build());
        network.fit(ToyData.batches(batches, 150), 2);
        return network;
    }

    @Test
    void asManyInducingExamplesAsABatchHasAreTheExactSolve() {
        EpMultiLayerNetwork exact = inducing(150, data);

        assertThat(inducing(Integer.MAX_VALUE, data).params()).isEqualTo(exact.params());
    }

    @Test
    void fewInducingExamplesTeachNearlyWhatAllDo() {
        EpMultiLayerNetwork exact = inducing(150, data);
        EpMultiLayerNetwork few = inducing(30, data);

        assertThat(few.params()).isNotEqualTo(exact.params());
        assertThat(inducing(30, data).params()).isEqualTo(few.params());
        double difference = few.params().distance2(exact.params())
                / exact.params().norm2Number().doubleValue();
        assertThat(difference).isLessThan(0.1);
        assertThat(accuracy(few)).isGreaterThan(0.95);
    }

    @Test
    void aBatchThatIsFittedAgainAndAgainIsAPassEachTime() {
        EpMultiLayerNetwork again = classifier(n -> {
            for (int i = 0; i < 5; i++) {
                n.fit(data);
            }
        });
        EpMultiLayerNetwork others = classifier(n -> {
            for (DataSet batch : data.batchBy(60)) {
                n.fit(batch);
            }
        });

        assertThat(again.passCounter().getBatchesPerPass()).isEqualTo(1);
        assertThat(again.passCounter().getPassStart()).isEqualTo(4);
        assertThat(others.passCounter().getBatchesPerPass()).isZero();
    }

    @Test
    void prefetchedBatchesLearnTheSame() {
        EpMultiLayerNetwork plain = classifier(n -> n.fit(ToyData.batches(data, 50), 2));

        EpMultiLayerNetwork prefetched =
                classifier(n -> n.fit(new AsyncDataSetIterator(ToyData.batches(data, 50), 2, true), 2));

        assertThat(prefetched.params()).isEqualTo(plain.params());
    }

    @Test
    void sameSeedAndSameBatchesGiveTheSameBits() {
        assertThat(classifier(n -> n.fit(ToyData.batches(data, 40), 2)).params())
                .isEqualTo(classifier(n -> n.fit(ToyData.batches(data, 40), 2)).params());
    }

    @Test
    void anotherSeedGivesAnotherNetwork() {
        MultiLayerConfiguration other = ToyNetworks.classifier();
        other.getConfs().forEach(conf -> conf.setSeed(8));

        assertThat(EpNetworks.from(other).params())
                .isNotEqualTo(EpNetworks.from(ToyNetworks.classifier()).params());
    }

    @Test
    void fittingDoesNotChangeTheData() {
        DataSet copy = data.copy();

        classifier(n -> n.fit(ToyData.batches(data, 50)));

        assertThat(data.getFeatures()).isEqualTo(copy.getFeatures());
        assertThat(data.getLabels()).isEqualTo(copy.getLabels());
    }

    /** The first batch adds half of its site to the prior's precision, and moves the means half as far. */
    @Test
    void dampingHalvesWhatABatchSays() {
        EpOptions options = EpOptions.builder().damping(0.5).build();
        EpMultiLayerNetwork half = EpNetworks.from(ToyNetworks.classifier(), options);
        EpMultiLayerNetwork whole = EpNetworks.from(ToyNetworks.classifier());
        INDArray precision = whole.getParam("0_WPrecision").dup();
        INDArray mean = whole.getParam("0_WMeanTimesPrecision").div(precision);
        DataSet batch = (DataSet) data.getRange(0, 60);

        half.fit(batch);
        whole.fit(batch);

        assertHalf(half.getParam("0_WPrecision"), whole.getParam("0_WPrecision"), precision);
        assertHalf(
                half.getParam("0_WMeanTimesPrecision").div(half.getParam("0_WPrecision")),
                whole.getParam("0_WMeanTimesPrecision").div(whole.getParam("0_WPrecision")),
                mean);
    }

    private static void assertHalf(INDArray half, INDArray whole, INDArray before) {
        INDArray step = whole.sub(before);
        assertThat(step.norm2Number().doubleValue()).isPositive();
        assertThat(half.sub(before).mul(2).distance2(step))
                .isLessThan(1e-3 * step.norm2Number().doubleValue());
    }

    @Test
    void severalSweepsLearn() {
        EpOptions options = EpOptions.builder().sweepsPerBatch(2).build();
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier(), options);
        INDArray defaults = classifier(n -> n.fit(ToyData.batches(data, 60), 3)).params();

        network.fit(ToyData.batches(data, 60), 3);

        assertThat(accuracy(network)).isGreaterThan(0.9);
        assertThat(network.params()).isNotEqualTo(defaults);
    }

    static Stream<Likelihood> otherLikelihoods() {
        return Stream.of(new ProbitLikelihood(), new LabelNoiseLikelihood());
    }

    @ParameterizedTest
    @MethodSource("otherLikelihoods")
    void otherLikelihoodsLearn(Likelihood likelihood) {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().likelihood(likelihood).build());
        double before = network.score(heldOut);

        network.fit(ToyData.batches(data, 30), 3);

        assertThat(accuracy(network)).isGreaterThan(0.95);
        assertThat(network.score(heldOut)).isLessThan(0.6 * before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void independentLabelsLearn(boolean probit) {
        EpOptions options = probit
                ? EpOptions.builder().likelihood(new ProbitLikelihood(true)).build()
                : EpOptions.defaults();
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.multiLabel(), options);

        network.fit(ToyData.batches(ToyData.twoSigns(600, 1), 60), 4);

        EvaluationBinary evaluation = new EvaluationBinary(2, null);
        network.doEvaluation(ToyData.batches(ToyData.twoSigns(300, 2), 100), evaluation);
        assertThat(evaluation.accuracy(0)).isGreaterThan(0.9);
        assertThat(evaluation.accuracy(1)).isGreaterThan(0.9);
    }

    @Test
    void doublePrecisionLearnsTheSameFunction() {
        DataSet line = ToyData.line(300, 1);
        EpMultiLayerNetwork network =
                EpNetworks.from(ToyNetworks.of(new LossMSE(), Activation.IDENTITY, 1, DataType.DOUBLE));

        network.fit(ToyData.batches(line, 30), 10);

        assertThat(network.params().dataType()).isEqualTo(DataType.DOUBLE);
        INDArray output = network.output(line.getFeatures());
        assertThat(output.dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(ToyData.relativeError(output, line.getLabels())).isLessThan(0.2);
    }

    @Test
    void floatAndDoubleLearnAlmostTheSame() {
        // The same start: single precision's.
        DataSet line = ToyData.line(300, 1);
        EpMultiLayerNetwork single = EpNetworks.from(ToyNetworks.regressor());
        EpMultiLayerNetwork twice =
                EpNetworks.from(ToyNetworks.of(new LossMSE(), Activation.IDENTITY, 1, DataType.DOUBLE));
        twice.setParams(single.params().castTo(DataType.DOUBLE));

        single.fit(ToyData.batches(line, 30), 2);
        twice.fit(ToyData.batches(line, 30), 2);

        INDArray x = ToyData.normal(50, 3);
        assertThat(single.output(x)
                        .castTo(DataType.DOUBLE)
                        .sub(twice.output(x))
                        .amaxNumber()
                        .doubleValue())
                .isCloseTo(0, within(1e-2));
    }

    @Test
    void thereIsNoGradientToCompute() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

        assertThatThrownBy(network::computeGradientAndScore)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("An EP network has no gradient; use fit(...) to train and score(...) to score");
        assertThatThrownBy(() -> network.computeGradientAndScore(LayerWorkspaceMgr.noWorkspaces()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no gradient");
        assertThat(network.getUpdater().getStateViewArray()).isNull();
    }

    @Test
    void clearKeepsEpTraining() {
        INDArray uncleared = classifier(n -> {
                    n.fit(data);
                    n.fit(data);
                })
                .params();

        EpMultiLayerNetwork cleared = classifier(n -> {
            n.fit(data);
            n.clear();
            n.fit(data);
        });

        assertThat(cleared.params()).isEqualTo(uncleared);
    }

    private static EpMultiLayerNetwork classifier(java.util.function.Consumer<EpMultiLayerNetwork> training) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        training.accept(network);
        return network;
    }
}

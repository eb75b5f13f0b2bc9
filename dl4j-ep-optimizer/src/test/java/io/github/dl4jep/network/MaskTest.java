package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Masks and weights of labels. */
class MaskTest {

    private static final double ROUNDING = 2e-4;

    @Test
    void aMaskedRowTeachesNothing() {
        assertMaskedRowsDoNotCount(ToyNetworks.classifier(), ToyData.threeClasses(20, 1));
        assertMaskedRowsDoNotCount(ToyNetworks.regressor(), ToyData.line(20, 1));
        assertMaskedRowsDoNotCount(ToyNetworks.multiLabel(), ToyData.twoSigns(20, 1));
    }

    @Test
    void aMaskAndWeightsOfClassesGoTogether() {
        INDArray weights = Nd4j.createFromArray(1.0, 0.3, 2.0);

        assertMaskedRowsDoNotCount(
                ToyNetworks.of(new LossMCXENT(weights), Activation.SOFTMAX, 3), ToyData.threeClasses(20, 1));
    }

    private static void assertMaskedRowsDoNotCount(MultiLayerConfiguration definition, DataSet data) {
        EpMultiLayerNetwork masked = EpNetworks.from(definition);
        EpMultiLayerNetwork without = EpNetworks.from(definition);
        INDArray mask = Nd4j.ones(20, 1);
        mask.get(NDArrayIndex.interval(15, 20), NDArrayIndex.all()).assign(0);
        DataSet withMask = new DataSet(data.getFeatures(), data.getLabels(), null, mask);
        DataSet kept = (DataSet) data.getRange(0, 15);

        for (int step = 0; step < 3; step++) {
            masked.fit(withMask);
            without.fit(kept);
            assertThat(masked.score()).isCloseTo(without.score(), within(1e-3));
        }

        assertClose(masked.params(), without.params());
        assertThat(masked.score(withMask)).isCloseTo(without.score(kept), within(1e-3));
        assertThat(masked.getOutputLayer().getMaskArray()).isNull();
    }

    @Test
    void aBatchMaskedAsAWholeChangesNoMean() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(ToyData.batches(ToyData.threeClasses(200, 1), 20));
        DataSet data = ToyData.threeClasses(20, 2);
        INDArray before = network.output(data.getFeatures());

        network.fit(new DataSet(data.getFeatures(), data.getLabels(), null, Nd4j.zeros(20, 1)));

        assertThat(network.score()).isZero();
        for (double value : network.params().toDoubleVector()) {
            assertThat(value).isFinite();
        }
        // The averaged means come a step closer to the current ones, and old batches are forgotten a little.
        assertThat(network.output(data.getFeatures()).sub(before).amaxNumber().doubleValue())
                .isLessThan(0.05);
    }

    @Test
    void aMaskedOutputTeachesNothing() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.multiLabel());
        DataSet data = ToyData.twoSigns(400, 1);
        INDArray mask = Nd4j.ones(400, 2);
        mask.getColumn(1).assign(0);

        network.fit(ToyData.batches(new DataSet(data.getFeatures(), data.getLabels(), null, mask), 40), 3);

        INDArray weights = network.getParam("1_WPrecision");
        // Outputs are columns: the first has learned, the second still has its prior of .5 x 1/8.
        assertThat(weights.getColumn(1).toDoubleVector()).containsOnly(16);
        assertThat(weights.getColumn(0).minNumber().doubleValue()).isGreaterThan(16);
        INDArray output = network.output(data.getFeatures()).getColumn(0).gt(0.5);
        assertThat(output.eq(data.getLabels().getColumn(0).gt(0.5))
                        .castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)
                        .meanNumber()
                        .doubleValue())
                .isGreaterThan(0.9);
    }

    /** As DL4J means it: the weight of a class is that of its examples. */
    @Test
    void aClassOfWeightZeroIsNotLearnedFrom() {
        INDArray none = Nd4j.createFromArray(1.0, 0.0, 1.0);
        EpMultiLayerNetwork weighted = EpNetworks.from(ToyNetworks.of(new LossMCXENT(none), Activation.SOFTMAX, 3));
        EpMultiLayerNetwork masked = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(200, 1);
        INDArray mask = data.getLabels().getColumn(1, true).rsub(1);

        weighted.fit(data);
        masked.fit(new DataSet(data.getFeatures(), data.getLabels(), null, mask));

        assertClose(weighted.params(), masked.params());
    }

    /** In place of a mask that is silently taken for another. */
    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void aMaskOfValuesThatAreNoneIsRefused(double value) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(20, 1);
        INDArray mask = Nd4j.ones(20, 1).putScalar(7, value);
        INDArray before = network.params().dup();

        assertThatThrownBy(() -> network.fit(new DataSet(data.getFeatures(), data.getLabels(), null, mask)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("The label mask of example 7 has the value " + value)
                .hasMessageContaining("layer \"out\" (index 1)")
                .hasMessageContaining("allowed are 0 (not learned from) and positive numbers");
        assertThatThrownBy(() -> network.score(new DataSet(data.getFeatures(), data.getLabels(), null, mask)))
                .hasMessageContaining("The label mask of example 7 has the value " + value);
        assertThatThrownBy(() -> network.fit(new DataSet(data.getFeatures(), data.getLabels(), mask, null)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("with the value " + value + " for example 7; allowed are 1 (there) and 0");
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void aSmallWeightTeachesLess() {
        INDArray x = ToyData.normal(200, 1);
        EpMultiLayerNetwork light = weighted(0.01);
        EpMultiLayerNetwork plain = weighted(1);

        double lightError =
                light.predictor().predict(x).epistemicVariance().meanNumber().doubleValue();
        double plainError =
                plain.predictor().predict(x).epistemicVariance().meanNumber().doubleValue();
        assertThat(lightError).isGreaterThan(2 * plainError);
    }

    private static EpMultiLayerNetwork weighted(double weight) {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.of(new LossMSE(Nd4j.createFromArray(new double[] {weight})), Activation.IDENTITY, 1));
        network.fit(ToyData.batches(ToyData.line(200, 1), 20), 2);
        return network;
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        double[] a = actual.toDoubleVector();
        double[] e = expected.toDoubleVector();
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i]).as("parameter %s", i).isCloseTo(e[i], within(ROUNDING * (1 + Math.abs(e[i]))));
        }
    }
}

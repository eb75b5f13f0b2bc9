package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Batches that no network can learn from: the error says what is wrong, and training can go on. */
class BadBatchTest {

    private final DataSet train = ToyData.threeClasses(300, 1);
    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

    /** Fits the batch, expects an error, no change, and that training goes on to convergence. */
    private AbstractThrowableAssert<?, ?> assertRejected(DataSet batch) {
        network.fit(ToyData.threeClasses(20, 5));
        INDArray before = network.params().dup();

        AbstractThrowableAssert<?, ?> error =
                assertThatThrownBy(() -> network.fit(batch)).isInstanceOf(DL4JInvalidInputException.class);

        assertThat(network.params()).isEqualTo(before);
        assertThat(network.getIterationCount()).isEqualTo(1);
        network.fit(ToyData.batches(train, 30), 2);
        assertThat(network.evaluate(ToyData.batches(train, 100)).accuracy()).isGreaterThan(0.95);
        return error;
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void featureThatIsNotFinite(double value) {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.getFeatures().putScalar(4, 2, value);

        assertRejected(batch)
                .hasMessage("A feature is " + value + " at batch 1, row 4, column 2; allowed are finite numbers. The"
                        + " posterior is unchanged and training can go on; remove or impute the value");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void labelThatIsNotFinite(double value) {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.getLabels().putScalar(3, 1, value);

        assertRejected(batch)
                .hasMessage("A label is " + value + " at batch 1, row 3, column 1; allowed are finite numbers. The"
                        + " posterior is unchanged and training can go on; remove or impute the value");
    }

    @Test
    void infinitiesThatCancelAreFound() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.getFeatures().putScalar(4, 2, Double.POSITIVE_INFINITY);
        batch.getFeatures().putScalar(5, 2, Double.NEGATIVE_INFINITY);

        assertRejected(batch).hasMessageContaining("A feature is Infinity at batch 1, row 4, column 2");
    }

    @Test
    void badBatchInAnIterator() {
        DataSet bad = ToyData.threeClasses(20, 2);
        bad.getFeatures().putScalar(0, 0, Double.NaN);
        network.fit(ToyData.batches(train, 30));
        INDArray before = network.params().dup();

        assertThatThrownBy(() -> network.fit(new ListDataSetIterator<>(List.of(bad, bad), 20)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("A feature is NaN at batch 10, row 0, column 0");

        assertThat(network.params()).isEqualTo(before);
        network.fit(ToyData.batches(train, 30));
        assertThat(network.evaluate(ToyData.batches(train, 100)).accuracy()).isGreaterThan(0.95);
    }

    @Test
    void wrongNumberOfFeatureColumns() {
        DataSet batch =
                new DataSet(Nd4j.ones(20, 4), ToyData.threeClasses(20, 2).getLabels());

        assertRejected(batch)
                .hasMessage("An example has shape [4], allowed is [3] at layer \"hidden\" (index 0); check the"
                        + " number of feature columns or nIn of the layer, and flatten images by"
                        + " setInputType(...) or a preprocessor");
    }

    @Test
    void featuresOfRankThree() {
        DataSet batch =
                new DataSet(Nd4j.ones(20, 3, 2), ToyData.threeClasses(20, 2).getLabels());

        // Dense layers see each step by itself, but a label of a sequence needs one step.
        assertRejected(batch)
                .hasMessageContaining("An example has shape [8, 2], allowed is [8] at layer \"out\" (index 1)")
                .hasMessageContaining(
                        "a label for a sequence a LastTimeStep or global pooling before the output layer");
    }

    @Test
    void wrongNumberOfFeatureColumnsInAPrediction() {
        INDArray wide = Nd4j.ones(5, 4);
        String message = "An example has shape [4], allowed is [3] at layer \"hidden\" (index 0)";

        assertThatThrownBy(() -> network.output(wide))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith(message);
        assertThatThrownBy(() -> network.predictor().sample(wide, 2))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith(message);
        assertThatThrownBy(() -> network.score(new DataSet(wide, Nd4j.eye(5).getColumns(0, 1, 2))))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void wrongNumberOfClasses() {
        DataSet batch = new DataSet(ToyData.normal(20, 1), Nd4j.ones(20, 4));

        assertRejected(batch)
                .hasMessage("Labels have shape [20, 4], allowed is [minibatch, 3] at layer \"out\" (index 1); check the"
                        + " number of classes of the iterator or nOut of the layer");
    }

    @Test
    void labelsOfSeveralClasses() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.getLabels().getRow(6).assign(1);

        assertRejected(batch)
                .hasMessageStartingWith(
                        "Invalid labels at layer \"out\" (index 1): label row 6 sums to 3.0; a class label"
                                + " is one-hot, or probabilities that sum to 1.");
    }

    @Test
    void labelsOfNoClass() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.getLabels().getRow(0).assign(0);

        assertRejected(batch).hasMessageContaining("label row 0 sums to 0.0; a class label is one-hot");
    }

    @Test
    void labelsThatAreNoProbabilities() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.getLabels().putRow(2, Nd4j.createFromArray(0.5f, 0.75f, -0.25f));

        assertRejected(batch)
                .hasMessageContaining("label at row 2, column 2 is -0.25; allowed are probabilities from 0 to 1");
    }

    @Test
    void moreFeaturesThanLabels() {
        DataSet batch =
                new DataSet(ToyData.normal(20, 1), ToyData.threeClasses(19, 2).getLabels());

        assertRejected(batch).hasMessage("Batch 1 has 20 rows of features but 19 rows of labels; they must be equal");
    }

    @Test
    void moreFeaturesThanLabelsInAScore() {
        DataSet data =
                new DataSet(ToyData.normal(20, 1), ToyData.threeClasses(19, 2).getLabels());
        String message = "The data set has 20 rows of features but 19 rows of labels; they must be equal";

        assertThatThrownBy(() -> network.score(data)).hasMessage(message);
        assertThatThrownBy(() -> network.scoreExamples(data, false)).hasMessage(message);
    }

    @Test
    void noLabels() {
        assertRejected(new DataSet(ToyData.normal(20, 1), null))
                .hasMessage("Batch 1 has no labels; EP learns from both");
    }

    @Test
    void labelMaskOfAnotherSize() {
        DataSet batch = ToyData.threeClasses(20, 2);
        batch.setLabelsMaskArray(Nd4j.ones(19, 1));

        assertRejected(batch)
                .hasMessage("Label mask has shape [19, 1], allowed are [20, 1] and [20, 3] at layer \"out\" (index 1)");
    }

    @Test
    void maskOfABadBatchIsForgotten() {
        DataSet bad = ToyData.threeClasses(20, 2);
        bad.getFeatures().putScalar(0, 0, Double.NaN);
        bad.setLabelsMaskArray(Nd4j.zeros(20, 1));
        DataSet good = ToyData.threeClasses(20, 3);
        EpMultiLayerNetwork untroubled = network.clone();

        assertThatThrownBy(() -> network.fit(bad)).isInstanceOf(DL4JInvalidInputException.class);
        network.fit(good);
        untroubled.fit(good);

        assertThat(network.params()).isEqualTo(untroubled.params());
    }

    @Test
    void labelsThatAreNotBinary() {
        EpMultiLayerNetwork multiLabel = EpNetworks.from(ToyNetworks.multiLabel());
        DataSet batch = ToyData.twoSigns(20, 1);
        batch.getLabels().putScalar(1, 1, -1);

        assertThatThrownBy(() -> multiLabel.fit(batch))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("label at row 1, column 1 is -1.0; allowed are probabilities from 0 to 1");
    }

    @Test
    void anIteratorWithoutBatches() {
        assertThatThrownBy(() -> network.fit(new ListDataSetIterator<>(List.<DataSet>of(), 10)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "The iterator ListDataSetIterator gave no batch in epoch 0; allowed is one batch or more. The"
                                + " posterior is unchanged; reset the iterator or check its source");
    }
}

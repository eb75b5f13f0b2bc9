package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.samediff.EpSameDiff;
import io.github.dl4jep.samediff.ToySameDiff;
import io.github.dl4jep.spike.SpikingRun;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Features of which there is no prediction: the error says which one, as in training. */
class BadFeaturesTest {

    private final DataSet train = ToyData.threeClasses(300, 1);
    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

    private static INDArray with(double value, long rows, long row, long column) {
        INDArray features = ToyData.threeClasses((int) rows, 2).getFeatures();
        features.putScalar(row, column, value);
        return features;
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(DL4JInvalidInputException.class).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void notFinite(double value) {
        network.fit(ToyData.batches(train, 30));
        INDArray bad = with(value, 20, 4, 2);
        DataSet data = new DataSet(bad, ToyData.threeClasses(20, 2).getLabels());
        String message =
                "A feature is " + value + " at row 4, column 2; allowed are finite numbers; remove or impute the value";

        refused(() -> network.output(bad), message);
        refused(() -> network.predict(bad), message);
        refused(() -> network.feedForward(bad), message);
        refused(() -> network.prediction(bad), message);
        refused(() -> network.predictor().frozen().predict(bad), message);
        refused(() -> network.predictor().sample(bad, 2), message);
        refused(() -> network.predictor().predictFromSamples(bad, 2), message);
        refused(() -> network.score(data), message);
        refused(() -> network.scoreExamples(data, false), message);
        refused(() -> network.evaluate(ToyData.batches(data, 20)), message);
        refused(() -> network.doEvaluation(ToyData.batches(data, 20), new Evaluation()), message);
        refused(() -> network.ensemble(2, 1).output(bad), message);
        refused(() -> SpikingRun.of(network).timeSteps(2).output(bad), message);
        refused(() -> new EpSampler(network, EpSampler.Acquisition.BALD, 1).choose(bad, 1), message);
    }

    @Test
    void rowsAreCountedOverAllBlocks() {
        refused(
                () -> network.prediction(with(Double.NaN, 3000, 2500, 1)),
                "A feature is NaN at row 2500, column 1; allowed are finite numbers; remove or impute the value");
        assertThatThrownBy(() -> network.prediction(with(1e30, 3000, 2500, 1)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("Row 2500 gives NaN or infinite moments at layer");
    }

    @Test
    void soLargeThatMomentsOverflow() {
        network.fit(ToyData.batches(train, 30));
        INDArray huge = with(1e30, 20, 4, 2);
        DataSet data = new DataSet(huge, ToyData.threeClasses(20, 2).getLabels());
        String message = "Row 4 gives NaN or infinite moments at layer \"hidden\" (index 0), so there is no prediction."
                + " Standardise the features, or look for extreme values among them";

        refused(() -> network.output(huge), message);
        refused(() -> network.prediction(huge), message);
        refused(() -> network.score(data), message);
        refused(() -> network.scoreExamples(data, false), message);
        refused(() -> network.evaluate(ToyData.batches(data, 20)), message);
        // A draw has no variances: of these numbers there is a prediction.
        assertThat(Double.isFinite(
                        network.predictor().sample(huge, 1).sumNumber().doubleValue()))
                .isTrue();
    }

    @Test
    void largeNumbersOfWhichThereIsAPrediction() {
        EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());

        INDArray output = regressor.output(ToyData.normal(5, 1).muli(1e12));

        assertThat(output.amaxNumber().doubleValue()).isBetween(1e9, 1e15);
        // The sum of all is no float any more; each of them is.
        INDArray alike = Nd4j.valueArrayOf(new long[] {64, 3}, 3e37f);
        assertThatThrownBy(() -> regressor.output(alike)).hasMessageContaining("Row 0 gives NaN or infinite moments");
    }

    @Test
    void labelsOfAScore() {
        EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());
        DataSet data = ToyData.line(20, 1);
        data.getLabels().putScalar(3, 0, Double.NaN);
        String message = "A label is NaN at row 3, column 0; allowed are finite numbers; remove or impute the value";

        refused(() -> regressor.score(data), message);
        refused(() -> regressor.scoreExamples(data, false), message);
        data.setLabelsMaskArray(Nd4j.ones(20, 1));
        data.getLabelsMaskArray().putScalar(3, 0, 0);
        assertThat(regressor.score(data)).isFinite();
    }

    @Test
    void stepsOfSequences() {
        EpMultiLayerNetwork recurrent = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LSTM.Builder().nIn(2).nOut(4).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build());
        INDArray series = Nd4j.zeros(3, 2, 5);
        EpMultiLayerNetwork untroubled = recurrent.clone();
        INDArray next = Nd4j.ones(3, 2);
        recurrent.rnnTimeStep(series);
        untroubled.rnnTimeStep(series);
        INDArray bad = series.dup();
        bad.putScalar(new int[] {1, 1, 3}, Double.NaN);
        String message = "A feature is NaN at row 1, column 8; allowed are finite numbers; remove or impute the value";

        refused(() -> recurrent.rnnTimeStep(bad), message);
        refused(() -> recurrent.output(bad), message);
        refused(() -> recurrent.predictor().forecast(bad, 2), message);
        assertThat(recurrent.rnnTimeStep(next)).as("the state is kept").isEqualTo(untroubled.rnnTimeStep(next));

        INDArray mask = Nd4j.ones(3, 5);
        mask.putScalar(1, 3, 0);
        assertThat(Double.isFinite(
                        recurrent.output(bad, false, mask, null).sumNumber().doubleValue()))
                .as("a step that is masked may be anything")
                .isTrue();
    }

    @Test
    void sameDiff() {
        EpSameDiff trainer = EpSameDiff.of(ToySameDiff.classifier());
        trainer.fit(ToyData.batches(train, 30), 1);
        String message = "A feature is NaN at row 4, column 2; allowed are finite numbers; remove or impute the value";

        refused(() -> trainer.predict(with(Double.NaN, 20, 4, 2)), message);
        refused(() -> trainer.predictAll(with(Double.NaN, 20, 4, 2)), message);
        refused(() -> trainer.pointOutput(with(Double.NaN, 20, 4, 2)), message);
        assertThatThrownBy(() -> trainer.predict(with(1e30, 20, 4, 2)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("Row 4 gives NaN or infinite moments at layer \"w0\"");
    }
}

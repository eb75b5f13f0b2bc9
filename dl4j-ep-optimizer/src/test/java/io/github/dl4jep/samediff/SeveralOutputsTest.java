package io.github.dl4jep.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.toy.ToyData;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.learning.config.Adam;

/** Two inputs and two losses; the data set's order is not the graph's. The oracle is the DL4J graph of the definition. */
class SeveralOutputsTest {

    private static final long SEED = 5;

    private final DataSet classes = ToyData.threeClasses(64, 1);
    private final DataSet numbers = ToyData.line(64, 2);

    private static SameDiff graph() {
        SameDiff sd = SameDiff.create();
        SDVariable first = sd.placeHolder("first", DataType.FLOAT, -1, 3);
        SDVariable second = sd.placeHolder("second", DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 3);
        SDVariable target = sd.placeHolder("target", DataType.FLOAT, -1, 1);
        SDVariable a = sd.nn.relu(ToySameDiff.linear(sd, first, 0, 3, 6), 0);
        SDVariable b = sd.math.tanh(ToySameDiff.linear(sd, second, 1, 3, 6));
        SDVariable both = sd.concat(1, a, b);
        sd.loss.softmaxCrossEntropy("classLoss", label, ToySameDiff.linear(sd, both, 2, 12, 3), null);
        sd.loss.meanSquaredError("numberLoss", target, ToySameDiff.linear(sd, b, 3, 6, 1), null);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam())
                .dataSetFeatureMapping("second", "first")
                .dataSetLabelMapping("target", "label")
                .build());
        return sd;
    }

    private MultiDataSetIterator batches(List<String> features, List<String> labels) {
        Map<String, INDArray> arrays = Map.of(
                "first", classes.getFeatures(),
                "second", numbers.getFeatures(),
                "label", classes.getLabels(),
                "target", numbers.getLabels());
        List<org.nd4j.linalg.dataset.api.MultiDataSet> whole = List.of(new MultiDataSet(
                features.stream().map(arrays::get).toArray(INDArray[]::new),
                labels.stream().map(arrays::get).toArray(INDArray[]::new)));
        return new IteratorMultiDataSetIterator(whole.iterator(), 64);
    }

    @Test
    void eachLossHasItsOwnLabels() {
        SameDiff sd = graph();
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), SEED);
        History history = ep.fit(batches(List.of("second", "first"), List.of("target", "label")), 1);
        EpComputationGraph twin = EpNetworks.from(EpSameDiff.definition(sd, SEED));
        List<String> outputs = twin.getConfiguration().getNetworkOutputs().stream()
                .map(layer -> layer.equals("w2") ? "label" : "target")
                .toList();
        twin.fit(batches(twin.getConfiguration().getNetworkInputs(), outputs));
        assertThat(ep.network().params()).isEqualTo(twin.params());
        assertThat(history.lossCurve().getLossNames()).hasSize(1);
        List<Prediction> predictions = ep.predictAll(numbers.getFeatures(), classes.getFeatures());
        assertThat(predictions).hasSize(2);
        SameDiff moments = EpSameDiff.momentGraph(sd);
        Map<String, INDArray> answers = moments.output(
                Map.of("first", classes.getFeatures(), "second", numbers.getFeatures()),
                "classLoss/probabilities",
                "numberLoss/mean");
        int number = predictions.get(0).isClassification() ? 1 : 0;
        assertThat(answers.get("numberLoss/mean")
                        .equalsWithEps(predictions.get(number).mean(), 1e-4))
                .isTrue();
        assertThat(answers.get("classLoss/probabilities")
                        .equalsWithEps(predictions.get(1 - number).probabilities(), 1e-4))
                .isTrue();
    }

    @Test
    void oneAnswerOfTwoIsRefused() {
        EpSameDiff ep = EpSameDiff.of(graph(), EpOptions.defaults(), SEED);
        assertThatThrownBy(() -> ep.pointOutput(numbers.getFeatures(), classes.getFeatures()))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("has 2 losses");
        assertThatThrownBy(() -> ep.predictAll(numbers.getFeatures()))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("The batch has 1 feature array(s), but TrainingConfig maps 2");
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.engine.RejectedBatchException;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Batches that do not fit a graph change nothing and say what is wrong. */
class GraphBadBatchTest {

    private final EpComputationGraph graph = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
    private final INDArray x = ToyData.normal(10, 1);
    private final INDArray classes = ToyData.threeClasses(10, 1).getLabels();
    private final INDArray numbers = ToyData.line(10, 1).getLabels();

    private void refused(ThrowingCallable call, String message) {
        INDArray before = graph.params().dup();
        assertThatThrownBy(call).isInstanceOf(DL4JInvalidInputException.class).hasMessageContaining(message);
        assertThat(graph.params()).isEqualTo(before);
        graph.fit(new INDArray[] {x, x}, new INDArray[] {classes, numbers});
        assertThat(graph.params()).as("training goes on").isNotEqualTo(before);
    }

    private static INDArray[] arrays(INDArray... arrays) {
        return arrays;
    }

    @Test
    void oneLabelArrayForTwoOutputs() {
        String message =
                " has 1 label array(s), but the network has 2 outputs; give one array for each, in their order";
        refused(() -> graph.fit(arrays(x, x), arrays(classes)), "The batch" + message);
        refused(() -> graph.score(new MultiDataSet(arrays(x, x), arrays(classes))), "The data set" + message);
    }

    @Test
    void oneFeatureArrayForTwoInputs() {
        String message = " has 1 feature array(s), but the network has 2 inputs";
        refused(() -> graph.fit(arrays(x), arrays(classes, numbers)), "The batch" + message);
        refused(() -> graph.output(x), "The call" + message);
        refused(() -> graph.predictor().predictAll(x), "The call" + message);
        refused(() -> graph.fit(ToyData.batches(new DataSet(x, classes), 5)), message);
    }

    @Test
    void otherRows() {
        INDArray short9 = ToyData.normal(9, 1);
        refused(
                () -> graph.fit(arrays(x, short9), arrays(classes, numbers)),
                "Batch 0 has 10 rows of features for input 0 but 9 for another; they must be equal");
        refused(
                () -> graph.fit(arrays(x, x), arrays(classes, ToyData.line(9, 1).getLabels())),
                "Batch 1 has 10 rows of features but 9 rows of labels for output 1; they must be equal");
        refused(() -> graph.output(x, short9), "The call has 10 rows of features for input 0 but 9 for another");
    }

    @Test
    void missingLabelsAndBadNumbers() {
        refused(() -> graph.fit(arrays(x, x), null), "Batch 0 has no labels; EP learns from both");
        INDArray bad = x.dup();
        bad.putScalar(3, 1, Float.NaN);
        refused(
                () -> graph.fit(arrays(x, bad), arrays(classes, numbers)),
                "A feature of input \"right\" is NaN at batch 1, row 3, column 1");
        INDArray badNumbers = numbers.dup();
        badNumbers.putScalar(2, 0, Float.POSITIVE_INFINITY);
        refused(
                () -> graph.fit(arrays(x, x), arrays(classes, badNumbers)),
                "A label of output \"number\" is Infinity at batch 2, row 2");
        refused(
                () -> graph.fit(arrays(x, ToyData.normal(10, 2).getColumns(0, 1).dup()), arrays(classes, numbers)),
                "An example has shape [2], allowed is [3] at layer \"rightHidden\"");
    }

    @Test
    void numbersThatAreNotFiniteInPredictionsAndScores() {
        INDArray bad = x.dup();
        bad.putScalar(3, 1, Float.NaN);
        INDArray badNumbers = numbers.dup();
        badNumbers.putScalar(2, 0, Float.POSITIVE_INFINITY);
        String message = "A feature of input \"right\" is NaN at row 3, column 1; allowed are finite numbers; remove or"
                + " impute the value";
        refused(() -> graph.output(x, bad), message);
        refused(() -> graph.predictor().predictAll(x, bad), message);
        refused(() -> graph.predictor().sampleAll(2, x, bad), message);
        refused(() -> graph.predictor().predictAllFromSamples(2, x, bad), message);
        refused(() -> graph.score(new MultiDataSet(arrays(x, bad), arrays(classes, numbers))), message);
        refused(
                () -> graph.score(new MultiDataSet(arrays(x, x), arrays(classes, badNumbers))),
                "A label of output \"number\" is Infinity at row 2, column 0; allowed are finite numbers");
    }

    @Test
    void hugeNumbersOfOneInputAreRefusedInAPrediction() {
        INDArray huge = x.dup();
        huge.putScalar(4, 1, 1e30);
        refused(
                () -> graph.output(x, huge),
                "Row 4 gives NaN or infinite moments at layer \"rightHidden\" (index 3), so there is no prediction."
                        + " Standardise the features, or look for extreme values among them");
    }

    @Test
    void hugeNumbersAreRejectedAndTrainingGoesOn() {
        INDArray before = graph.params().dup();
        assertThatThrownBy(() -> graph.fit(arrays(x.mul(1e30), x), arrays(classes, numbers)))
                .isInstanceOf(RejectedBatchException.class)
                .hasMessageContaining("Batch 0 gives");
        assertThat(graph.params()).isEqualTo(before);
    }

    @Test
    void anIteratorWithoutBatches() {
        EpComputationGraph single = EpNetworks.from(ToyGraphs.classifier());
        assertThatThrownBy(() -> single.fit(new ListDataSetIterator<>(List.of(), 5)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("The iterator ListDataSetIterator gave no batch in epoch 0");
    }

    @Test
    void oneAnswerIsAskedOfTwoOutputs() {
        assertThatThrownBy(() -> graph.predictor().predict(x, x))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("The network has 2 outputs, so there is not one answer; use predictAll, sampleAll or"
                        + " predictAllFromSamples");
    }

    @Test
    void thereIsNoGradient() {
        assertThatThrownBy(graph::computeGradientAndScore)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("An EP network has no gradient; use fit(...) to train and score(...) to score");
    }

    @Test
    void imagesOfOtherSizeOrChannels() {
        EpComputationGraph images = EpNetworks.from(ToyGraphs.builder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(6, 6, 2))
                .addLayer(
                        "filters",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(4)
                                .activation(Activation.RELU)
                                .build(),
                        "image")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nOut(5)
                                .activation(Activation.RELU)
                                .build(),
                        "filters")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "dense")
                .setOutputs("out")
                .build());
        assertThatThrownBy(() -> images.outputSingle(Nd4j.rand(DataType.FLOAT, 4, 3, 6, 6)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining(
                        "An example has shape [3, 6, 6], allowed are 2 channel(s) first at layer \"filters\"");
        assertThatThrownBy(() -> images.outputSingle(Nd4j.rand(DataType.FLOAT, 4, 2, 7, 6)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("An example has shape [80], allowed is [64] at layer \"dense\"");
        assertThatThrownBy(() -> images.outputSingle(Nd4j.rand(DataType.FLOAT, 4, 72)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("An example has shape [72]");
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.IEvaluation;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Graphs with branches, several inputs and several outputs. */
class GraphTrainingTest {

    /** Class from the left input, number from the right. */
    private static MultiDataSet both(int rows, long seed) {
        DataSet classes = ToyData.threeClasses(rows, seed);
        DataSet line = ToyData.line(rows, seed + 100, 5, 2);
        return new MultiDataSet(
                new INDArray[] {classes.getFeatures(), line.getFeatures()},
                new INDArray[] {classes.getLabels(), line.getLabels()});
    }

    private static MultiDataSetIterator batches(MultiDataSet data, int size) {
        List<org.nd4j.linalg.dataset.api.MultiDataSet> rows = new ArrayList<>(data.asList());
        return new IteratorMultiDataSetIterator(rows.iterator(), size);
    }

    @Test
    void twoInputsTrainTwoOutputs() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        MultiDataSet train = both(600, 1);
        MultiDataSet test = both(200, 2);
        double before = graph.score(test);
        for (int pass = 0; pass < 3; pass++) {
            graph.fit(batches(train, 50));
        }
        assertThat(graph.getEpochCount()).isEqualTo(3);
        assertThat(graph.getIterationCount()).isEqualTo(36);
        assertThat(graph.score(test)).isLessThan(before - 1);
        assertThat(graph.scoreExamples(test, false).meanNumber().doubleValue())
                .isCloseTo(graph.score(test), within(1e-4));

        Evaluation classes = new Evaluation(ToyData.CLASSES);
        RegressionEvaluation numbers = new RegressionEvaluation(1);
        graph.evaluate(
                batches(test, 50),
                Map.<Integer, IEvaluation<?>[]>of(
                        0, new IEvaluation<?>[] {classes}, 1, new IEvaluation<?>[] {numbers}));
        assertThat(classes.accuracy()).isGreaterThan(0.95);
        assertThat(numbers.rSquared(0)).isGreaterThan(0.95);
        Evaluation first = graph.evaluate(batches(test, 50));
        assertThat(first.accuracy()).isEqualTo(classes.accuracy());
    }

    @Test
    void theScoreIsTheSumOverOutputsAndMasksCount() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        MultiDataSet data = both(100, 1);
        graph.fit(data);
        double whole = graph.score(data);
        INDArray none = Nd4j.zeros(DataType.FLOAT, 100, 1);
        INDArray all = Nd4j.ones(DataType.FLOAT, 100, 1);
        double first = graph.score(masked(data, all, none));
        double second = graph.score(masked(data, none, all));
        assertThat(first + second).isCloseTo(whole, within(1e-5));
        assertThat(first).isNotCloseTo(whole, within(0.01));

        EpComputationGraph masked = graph.clone();
        INDArray classesBefore = masked.getLayer("class").params().dup();
        masked.fit(masked(data, all, none));
        assertThat(masked.getLayer("class").params()).isNotEqualTo(classesBefore);
        assertThat(masked.getLayer("number").getParam("noiseVariance"))
                .as("an output without labels learns no noise")
                .isEqualTo(graph.getLayer("number").getParam("noiseVariance"));
    }

    private static MultiDataSet masked(MultiDataSet data, INDArray first, INDArray second) {
        return new MultiDataSet(data.getFeatures(), data.getLabels(), null, new INDArray[] {first, second});
    }

    @Test
    void predictorAnswersEveryOutput() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        graph.fit(batches(both(300, 1), 50));
        INDArray[] features = both(1500, 3).getFeatures();
        EpPredictor predictor = graph.predictor();
        List<Prediction> predictions = predictor.predictAll(features);
        INDArray[] outputs = graph.output(features);
        assertThat(predictions).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(predictions.get(i).output().equalsWithEps(outputs[i], 1e-5))
                    .as("in parts of 1024 rows as at once")
                    .isTrue();
        }
        List<INDArray> draws = predictor.sampleAll(3, features);
        assertThat(draws.get(0).shape()).containsExactly(3, 1500, ToyData.CLASSES);
        assertThat(draws.get(1).shape()).containsExactly(3, 1500, 1);
        List<Prediction> sampled =
                predictor.predictAllFromSamples(200, both(20, 4).getFeatures());
        List<Prediction> moments = predictor.predictAll(both(20, 4).getFeatures());
        INDArray deviation = sampled.get(1).mean().sub(moments.get(1).mean());
        INDArray standardError = org.nd4j.linalg.ops.transforms.Transforms.sqrt(
                moments.get(1).epistemicVariance().div(200));
        assertThat(deviation.div(standardError).amaxNumber().doubleValue()).isLessThan(6);
    }

    @Test
    void aResidualNetworkLearns() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());
        graph.fit(ToyData.batches(ToyData.threeClasses(600, 1), 50), 2);
        Evaluation evaluation = graph.evaluate(ToyData.batches(ToyData.threeClasses(300, 2), 50));
        assertThat(evaluation.accuracy()).isGreaterThan(0.95);
        INDArray x = ToyData.threeClasses(5, 3).getFeatures();
        Map<String, INDArray> activations = graph.feedForward(x, false);
        assertThat(activations.get("sum")).isEqualTo(activations.get("first").add(activations.get("second")));
    }

    /**
     * A sum of two linear branches of one input is one linear layer, whose weights are the sums of theirs. Prior variances are
     * halved in the branches, so both networks are the same model; only the means that the prior draws differ, and are set.
     */
    @Test
    void aSumOfTwoLinearBranchesIsOneLinearLayer() {
        EpComputationGraph branches = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .addLayer("a", linear(1), "in")
                .addLayer("b", linear(1), "in")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                .addLayer("out", identityLoss(), "sum")
                .setOutputs("out")
                .build());
        EpComputationGraph one = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .addLayer("a", linear(1), "in")
                .addLayer("out", identityLoss(), "a")
                .setOutputs("out")
                .build());
        setPrior(branches, "a", 2);
        setPrior(branches, "b", 2);
        setPrior(one, "a", 1);
        DataSet data = ToyData.line(40, 1);
        branches.fit(data);
        one.fit(data);

        assertThat(branches.score()).isCloseTo(one.score(), within(1e-4));
        INDArray mean = branches.getLayer("a")
                .getParam("WMeanTimesPrecision")
                .div(branches.getLayer("a").getParam("WPrecision"));
        INDArray meanOfOne = one.getLayer("a")
                .getParam("WMeanTimesPrecision")
                .div(one.getLayer("a").getParam("WPrecision"));
        // Each of two equal branches moves by half of what one layer of twice the variance does; the joint solve sees
        // the same K.
        assertThat(meanOfOne.amaxNumber().doubleValue()).isGreaterThan(0.1);
        assertThat(mean.mul(2).equalsWithEps(meanOfOne, 1e-3)).isTrue();
    }

    private static DenseLayer linear(int outputs) {
        return new DenseLayer.Builder()
                .nIn(ToyData.INPUTS)
                .nOut(outputs)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static LossLayer identityLoss() {
        return new LossLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .build();
    }

    /** Weights and biases of mean 0 and a precision. */
    private static void setPrior(EpComputationGraph graph, String layer, double precision) {
        for (String kind : new String[] {"W", "b"}) {
            graph.getLayer(layer).getParam(kind + "Precision").assign(precision);
            graph.getLayer(layer).getParam(kind + "MeanTimesPrecision").assign(0);
            graph.getLayer(layer).getParam(kind + "AveragedMean").assign(0);
        }
    }

    /** Two inputs that one layer reads: stacked, mapped, unstacked, and the halves compared. */
    @Test
    void sharedLayersTrainThroughStackAndUnstack() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.builder()
                .addInputs("left", "right")
                .addVertex("stack", new StackVertex(), "left", "right")
                .addLayer("shared", ToyGraphs.dense(ToyData.INPUTS, ToyNetworks.HIDDEN), "stack")
                .addVertex("a", new UnstackVertex(0, 2), "shared")
                .addVertex("b", new UnstackVertex(1, 2), "shared")
                .addVertex("scaled", new ScaleVertex(0.5), "b")
                .addVertex("both", new MergeVertex(), "a", "scaled")
                .addLayer("out", ToyGraphs.softmax(2 * ToyNetworks.HIDDEN), "both")
                .setOutputs("out")
                .build());
        for (int pass = 0; pass < 2; pass++) {
            graph.fit(batches(firstOutput(both(600, 1)), 50));
        }
        Evaluation evaluation = graph.evaluate(batches(firstOutput(both(200, 2)), 50));
        assertThat(evaluation.accuracy()).isGreaterThan(0.9);
    }

    private static MultiDataSet firstOutput(MultiDataSet data) {
        return new MultiDataSet(data.getFeatures(), new INDArray[] {data.getLabels(0)});
    }

    @Test
    void everyOutputLearnsTheLengthOfAPass() {
        ComputationGraphConfiguration definition = ToyGraphs.twoInputsTwoOutputs();
        EpComputationGraph graph = EpNetworks.from(definition);
        graph.fit(batches(both(200, 1), 50));
        for (String output : List.of("class", "number")) {
            var conf = (io.github.dl4jep.conf.EpOutputConf)
                    graph.getLayer(output).conf().getLayer();
            assertThat(conf.getPassCounter().getBatchesPerPass()).isEqualTo(4);
        }
    }
}

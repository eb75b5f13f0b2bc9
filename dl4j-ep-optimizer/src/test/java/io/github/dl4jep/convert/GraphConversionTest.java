package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Definitions of graphs to EP graphs, and what stands in the way. */
class GraphConversionTest {

    @Test
    void everythingThatDoesNotConvertIsInOneError() {
        ComputationGraphConfiguration definition = ToyGraphs.builder()
                .addInputs("in", "series")
                .addLayer("memory", new PReLULayer.Builder().nIn(3).nOut(4).build(), "series")
                .addVertex(
                        "last",
                        new AttentionVertex.Builder()
                                .nInQueries(4)
                                .nInKeys(4)
                                .nInValues(4)
                                .nOut(4)
                                .nHeads(1)
                                .headSize(4)
                                .projectInput(true)
                                .build(),
                        "memory",
                        "memory",
                        "memory")
                .addLayer("dense", ToyGraphs.dense(3, 4), "in")
                .addVertex(
                        "distance",
                        new AttentionVertex.Builder()
                                .nInQueries(4)
                                .nInKeys(4)
                                .nInValues(4)
                                .nOut(4)
                                .nHeads(1)
                                .headSize(4)
                                .projectInput(true)
                                .build(),
                        "last",
                        "dense",
                        "dense")
                .addLayer("out", ToyGraphs.softmax(1), "distance")
                .setOutputs("out", "dense")
                .build();
        EpOptions options =
                EpOptions.builder().weightPrior("nowhere", new GaussianPrior()).build();
        assertThatThrownBy(() -> EpNetworks.from(definition, options))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("This definition cannot be trained by EP, for 6 reason(s):")
                .hasMessageContaining("layer \"memory\" (PReLULayer): its input shape is not set")
                .hasMessageContaining("vertex \"last\" (AttentionVertex): there are no moments for the type"
                        + " AttentionVertex, supported are [DuplicateToTimeSeriesVertex, ElementWiseVertex,")
                .hasMessageContaining(
                        "vertex \"distance\" (AttentionVertex): there are no moments for the type AttentionVertex")
                .hasMessageContaining("output \"dense\" (EpDenseLayer): it takes no labels; an output must be an output"
                        + " or loss layer")
                .hasMessageContaining("output \"dense\" (EpDenseLayer): it also feeds [distance], but an output's"
                        + " activation is compared with labels only; feed them from the layer before it")
                .hasMessageContaining("an option names the layer \"nowhere\", but the layers are [dense, memory, out]");
    }

    @Test
    void anOutputThatFeedsAVertexIsRefused() {
        ComputationGraphConfiguration definition = ToyGraphs.builder()
                .addInputs("in")
                .addLayer("aux", ToyGraphs.softmax(3), "in")
                .addLayer("inner", ToyGraphs.softmax(3), "aux")
                .addLayer("out", ToyGraphs.softmax(3), "inner")
                .setOutputs("aux", "out")
                .build();
        assertThatThrownBy(() -> EpNetworks.from(definition))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("output \"aux\" (EpOutputLayer): it also feeds [inner]")
                .hasMessageContaining("layer \"inner\" (EpOutputLayer): it takes labels, but is none of the outputs"
                        + " [aux, out]; use a dense or activation layer");
    }

    @Test
    void theScaleOfWeightsIsDecidedByTheActivationBehind() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .addLayer("decided", identity(3, 4), "in")
                .addLayer("drop", new DropoutLayer(0.5), "decided")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "drop")
                .addLayer("undecided", identity(3, 4), "in")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "relu", "undecided")
                .addLayer("behindSum", new ActivationLayer(Activation.RELU), "sum")
                .addLayer("out", ToyGraphs.softmax(4), "behindSum")
                .setOutputs("out")
                .build());
        assertThat(gain(graph, "decided")).isEqualTo(2);
        assertThat(gain(graph, "undecided")).isEqualTo(1);
    }

    @Test
    void batchNormalizationMayStandBetween() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(4, 4, 2))
                .addLayer(
                        "filters",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "in")
                .addLayer("norm", new BatchNormalization(), "filters")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "norm")
                .addLayer("out", ToyGraphs.softmax(0), "relu")
                .setOutputs("out")
                .build());
        assertThat(((EpConvolutionLayer) graph.getLayer("filters").conf().getLayer()).getPriorGain())
                .isEqualTo(2);
    }

    private static DenseLayer identity(int in, int out) {
        return new DenseLayer.Builder()
                .nIn(in)
                .nOut(out)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static double gain(EpComputationGraph graph, String layer) {
        return ((EpDenseLayer) graph.getLayer(layer).conf().getLayer()).getPriorGain();
    }

    @Test
    void optionsNameLayersByTheirVertices() {
        EpOptions options = EpOptions.builder()
                .weightPrior("second", new BinaryPrior())
                .activation("first", Activation.TANH.getActivationFunction())
                .build();
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual(), options);
        assertThat(((EpDenseLayer) graph.getLayer("second").conf().getLayer()).getWeightPrior())
                .isEqualTo(new BinaryPrior());
        assertThat(((EpDenseLayer) graph.getLayer("first").conf().getLayer()).getActivationFn())
                .hasToString("tanh");
        assertThat(gain(graph, "first")).isEqualTo(1);
    }

    @Test
    void aLossLayerTakesItsSizeFromWhatIsMerged() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .addLayer("a", identity(3, 2), "in")
                .addLayer("b", identity(3, 1), "in")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer(
                        "out",
                        new LossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "both")
                .setOutputs("out")
                .build());
        assertThat(((EpLossLayer) graph.getLayer("out").conf().getLayer()).getNOut())
                .isEqualTo(3);
    }

    @Test
    void modelsOfEitherKindConvert() {
        ComputationGraph graph = new ComputationGraph(ToyGraphs.classifier());
        MultiLayerNetwork layers = new MultiLayerNetwork(ToyNetworks.classifier());
        Model first = graph;
        Model second = layers;
        assertThat(EpNetworks.from(first, EpOptions.defaults())).isInstanceOf(EpComputationGraph.class);
        assertThat(EpNetworks.from(second, EpOptions.defaults())).isInstanceOf(EpMultiLayerNetwork.class);
        assertThat(EpNetworks.from(EpNetworks.from(graph)).params())
                .as("what was converted converts again")
                .isEqualTo(EpNetworks.from(graph).params());
    }

    @Test
    void aCopyForgetsNothing() {
        ComputationGraphConfiguration definition = ToyGraphs.builder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(4, 4, 2, CNN2DFormat.NHWC))
                .addLayer("a", filters(), "in")
                .addLayer("b", filters(), "in")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer("out", ToyGraphs.softmax(0), "both")
                .setOutputs("out")
                .build();
        definition.setIterationCount(7);
        definition.setEpochCount(2);
        ComputationGraphConfiguration copy = GraphConfigurations.copy(definition);
        assertThat(copy).isEqualTo(definition).isNotSameAs(definition);
        assertThat(copy.getIterationCount()).isEqualTo(7);
        assertThat(copy.getEpochCount()).isEqualTo(2);
        assertThat(((MergeVertex) copy.getVertices().get("both")).getMergeAxis())
                .isEqualTo(3);

        EpComputationGraph graph = EpNetworks.from(definition);
        assertThat(definition.getIterationCount()).as("not changed").isEqualTo(7);
        assertThat(graph.getIterationCount()).isZero();
        assertThat(graph.getLayer("a").conf().getLayer()).isInstanceOf(EpConvolutionLayer.class);
        ComputationGraph plain = graph.toPointNetwork();
        assertThat(((MergeVertex) plain.getConfiguration().getVertices().get("both")).getMergeAxis())
                .isEqualTo(3);
    }

    /** Draw by draw, a plain graph computes what a sweep's own draw does: vertices, formats and weights are in their places. */
    @Test
    void aSampledGraphComputesWhatTheSweepDraws() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(4, 4, 2, CNN2DFormat.NHWC))
                .addLayer("a", filters(), "in")
                .addLayer("b", filters(), "in")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build(),
                        "both")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(3)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "dense")
                .setOutputs("out")
                .build());
        INDArray x = Nd4j.rand(DataType.FLOAT, 6, 4, 4, 2);
        INDArray plain = graph.sample(3).outputSingle(x);
        Nd4j.getRandom().setSeed(3);
        INDArray drawn = graph.predictor().sample(x, 1).slice(0);
        assertThat(plain.stdNumber().doubleValue()).isGreaterThan(0.01);
        assertThat(drawn.equalsWithEps(plain, 1e-4)).isTrue();
    }

    private static ConvolutionLayer filters() {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(2)
                .dataFormat(CNN2DFormat.NHWC)
                .activation(Activation.RELU)
                .build();
    }
}

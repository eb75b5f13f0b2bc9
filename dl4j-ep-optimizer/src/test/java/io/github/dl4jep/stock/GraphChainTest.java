package io.github.dl4jep.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.spike.SpikingRun;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class GraphChainTest {

    private final DataSet data = ToyData.threeClasses(60, 1);
    private final INDArray x = data.getFeatures();

    @Test
    void anEnsembleOfAGraphIsThatOfTheSameLayers() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());
        EpMultiLayerNetwork layers = EpNetworks.from(ToyNetworks.classifier());
        graph.fit(data);
        layers.fit(data);

        PosteriorEnsemble ensemble = graph.ensemble(3, 2);

        PosteriorEnsemble expected = layers.ensemble(3, 2);
        assertThat(ensemble.output(x)).isEqualTo(expected.output(x));
        assertThat(ensemble.spread(x)).isEqualTo(expected.spread(x));
        assertThat(ensemble.networks().get(0).params())
                .isEqualTo(graph.sample(2).params())
                .isNotEqualTo(ensemble.networks().get(1).params());
    }

    @Test
    void aChainOfSpikesHasACompactForm() {
        EpOptions spiking = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .weightPrior(new BinaryPrior())
                .build();
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier(), spiking);
        EpMultiLayerNetwork layers = EpNetworks.from(ToyNetworks.classifier(), spiking);
        graph.fit(data);
        layers.fit(data);

        float[][] rows = x.toFloatMatrix();
        assertThat(graph.toCompact().potentials(rows))
                .isDeepEqualTo(layers.toCompact().potentials(rows));
        assertThat(SpikingRun.of(graph.toPointNetwork()).timeSteps(2).output(x))
                .isEqualTo(SpikingRun.of(layers.toPointNetwork()).timeSteps(2).output(x));
    }

    @Test
    void aLayerWithoutCompactFormIsNamed() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());

        assertThatThrownBy(graph::toCompact)
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer \"hidden\" (index 0, DenseLayer): hidden activation is relu");
    }

    @Test
    void preProcessorsOfLayersAndVerticesStay() {
        ComputationGraphConfiguration definition = ToyGraphs.builder()
                .addInputs("in")
                .addVertex("image", new PreprocessorVertex(new FeedForwardToCnnPreProcessor(4, 4, 1)), "in")
                .addLayer(
                        "filters",
                        new ConvolutionLayer.Builder(3, 3)
                                .nIn(1)
                                .nOut(2)
                                .convolutionMode(ConvolutionMode.Same)
                                .build(),
                        "image")
                .addLayer("out", ToyGraphs.softmax(32), new CnnToFeedForwardPreProcessor(4, 4, 2), "filters")
                .setOutputs("out")
                .build();
        ComputationGraph graph = new ComputationGraph(definition);
        graph.init();
        INDArray pixels = Nd4j.rand(5, 16);

        MultiLayerNetwork layers = GraphChain.of(graph);

        assertThat(layers.output(pixels)).isEqualTo(graph.outputSingle(pixels));
    }

    @Test
    void leavesTheStateOfTheGeneratorAsItIs() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());
        Nd4j.getRandom().setSeed(5);
        INDArray next = Nd4j.rand(3);
        Nd4j.getRandom().setSeed(5);

        graph.ensemble(2, 1);
        GraphChain.of(graph.toPointNetwork());

        assertThat(Nd4j.rand(3)).isEqualTo(next);
    }

    @Test
    void aBranchIsNamed() {
        EpComputationGraph branches = EpNetworks.from(ToyGraphs.residual());
        EpComputationGraph two = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());

        assertThatThrownBy(() -> branches.ensemble(2, 1))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The graph is no chain of layers: \"first\" is read by [second, sum]; ensembles, runs of"
                        + " several time steps and compact files need one input, one output and layers that each read the one"
                        + " before. For other graphs use predictor().sample(...) and sample(seed)");
        assertThatThrownBy(branches::toCompact).hasMessageContaining("\"first\" is read by [second, sum]");
        assertThatThrownBy(() -> two.ensemble(2, 1)).hasMessageContaining("its inputs are [left, right]");
    }

    @Test
    void aVertexThatIsNoLayerIsNamed() {
        EpComputationGraph scaled = EpNetworks.from(ToyGraphs.builder()
                .addInputs("in")
                .addVertex("scaled", new org.deeplearning4j.nn.conf.graph.ScaleVertex(2), "in")
                .addLayer("out", ToyGraphs.softmax(ToyData.INPUTS), "scaled")
                .setOutputs("out")
                .build());

        assertThatThrownBy(scaled::toCompact)
                .hasMessageContaining("no chain of layers: vertex \"scaled\" (ScaleVertex) is no layer");
    }
}

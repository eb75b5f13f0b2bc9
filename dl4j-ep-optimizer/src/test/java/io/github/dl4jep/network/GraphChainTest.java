package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A graph that is one chain does what the network of the same layers does, to the last bit. */
class GraphChainTest {

    private static final int SIZE = 6;

    private static void requireSame(EpComputationGraph graph, EpMultiLayerNetwork chain, DataSet data) {
        assertThat(graph.params()).as("before training").isEqualTo(chain.params());
        graph.fit(ToyData.batches(data, 20));
        chain.fit(ToyData.batches(data, 20));

        assertThat(graph.getIterationCount()).isEqualTo(5);
        assertThat(graph.params()).isEqualTo(chain.params());
        assertThat(graph.score()).isEqualTo(chain.score());
        assertThat(graph.score(data)).isEqualTo(chain.score(data));
        assertThat(graph.scoreExamples(data, false)).isEqualTo(chain.scoreExamples(data, false));
        INDArray output = chain.output(data.getFeatures());
        assertThat(graph.outputSingle(data.getFeatures())).isEqualTo(output);
        assertThat(graph.output(data.getFeatures())).containsExactly(output);
    }

    @Test
    void ofDenseLayers() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());
        EpMultiLayerNetwork chain = EpNetworks.from(ToyNetworks.classifier());
        DataSet data = ToyData.threeClasses(100, 1);
        requireSame(graph, chain, data);

        List<INDArray> activations = chain.feedForward(data.getFeatures());
        assertThat(graph.feedForward(data.getFeatures(), false))
                .containsEntry("in", data.getFeatures())
                .containsEntry("hidden", activations.get(1))
                .containsEntry("out", activations.get(2))
                .hasSize(3);
        Evaluation expected = chain.evaluate(ToyData.batches(data, 30));
        Evaluation evaluation = graph.evaluate(ToyData.batches(data, 30));
        assertThat(evaluation.getConfusionMatrix()).isEqualTo(expected.getConfusionMatrix());
        Evaluation several = graph.evaluate(new MultiDataSetIteratorAdapter(ToyData.batches(data, 30)));
        assertThat(several.getConfusionMatrix()).isEqualTo(expected.getConfusionMatrix());
    }

    private static List<Layer> convolutional(CNN2DFormat format) {
        return List.of(
                new ConvolutionLayer.Builder(3, 3)
                        .name("filters")
                        .nOut(4)
                        .activation(Activation.RELU)
                        .dataFormat(format)
                        .build(),
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .name("pooling")
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .dataFormat(format)
                        .build(),
                new DenseLayer.Builder()
                        .name("dense")
                        .nOut(7)
                        .activation(Activation.RELU)
                        .build(),
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build());
    }

    private static MultiLayerConfiguration chain(CNN2DFormat format) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(3).list();
        convolutional(format).forEach(list::layer);
        return list.setInputType(InputType.convolutional(SIZE, SIZE, 2, format)).build();
    }

    private static ComputationGraphConfiguration graph(CNN2DFormat format) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 2, format));
        String before = "image";
        for (Layer layer : convolutional(format)) {
            String name = layer.getLayerName();
            builder.addLayer(name, layer, before);
            before = name;
        }
        return builder.setOutputs("out").build();
    }

    /** Images of which one half is brighter: left or right. */
    private static DataSet images(CNN2DFormat format) {
        Nd4j.getRandom().setSeed(9);
        INDArray classes = Nd4j.rand(DataType.FLOAT, 100, 1).gt(0.5).castTo(DataType.FLOAT);
        INDArray x = Nd4j.randn(DataType.FLOAT, 100, 2, SIZE, SIZE).muli(0.5);
        for (int n = 0; n < 100; n++) {
            x.putScalar(n, 0, 2, classes.getInt(n) * 3 + 1, 3);
        }
        INDArray labels = Nd4j.hstack(classes, classes.rsub(1));
        return new DataSet(
                format == CNN2DFormat.NCHW ? x : x.permute(0, 2, 3, 1).dup('c'), labels);
    }

    @ParameterizedTest
    @EnumSource(CNN2DFormat.class)
    void ofConvolutions(CNN2DFormat format) {
        EpComputationGraph graph = EpNetworks.from(graph(format));
        EpMultiLayerNetwork chain = EpNetworks.from(chain(format));
        DataSet data = images(format);
        requireSame(graph, chain, data);

        INDArray filters = chain.feedForward(data.getFeatures()).get(1);
        assertThat(graph.feedForward(data.getFeatures(), false).get("filters"))
                .as("in DL4J's own shape")
                .isEqualTo(filters);
    }
}

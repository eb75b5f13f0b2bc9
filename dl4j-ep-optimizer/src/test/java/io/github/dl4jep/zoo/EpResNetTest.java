package io.github.dl4jep.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.network.EpComputationGraph;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;

class EpResNetTest {

    /** Convolutions of 3 x 3 and the output, as the paper counts: projections are left out. */
    @ParameterizedTest
    @ValueSource(ints = {8, 20, 32})
    void depthIsTheNumberOfLayers(int depth) {
        ComputationGraphConfiguration conf =
                EpResNet.builder().depth(depth).build().conf();

        long kernels = layers(conf, ConvolutionLayer.class)
                .filter(layer -> ((ConvolutionLayer) layer).getKernelSize()[0] == 3)
                .count();
        long projections = layers(conf, ConvolutionLayer.class)
                .filter(layer -> ((ConvolutionLayer) layer).getKernelSize()[0] == 1)
                .count();
        long sums = conf.getVertices().values().stream()
                .filter(ElementWiseVertex.class::isInstance)
                .count();
        assertThat(kernels + layers(conf, OutputLayer.class).count()).isEqualTo(depth);
        assertThat(sums).isEqualTo((depth - 2) / 2);
        assertThat(projections).isEqualTo(2);
    }

    private static java.util.stream.Stream<Layer> layers(ComputationGraphConfiguration conf, Class<?> type) {
        return conf.getVertices().values().stream()
                .filter(LayerVertex.class::isInstance)
                .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
                .filter(type::isInstance);
    }

    @Test
    void stagesHalveTheImageAndDoubleTheChannels() {
        ComputationGraphConfiguration conf =
                EpResNet.builder().inputShape(new int[] {3, 32, 24}).build().conf();

        Map<String, InputType> types = conf.getLayerActivationTypes(InputType.convolutionalFlat(32, 24, 3));
        assertThat(types.get("stage1-block3-unit")).isEqualTo(InputType.convolutional(32, 24, 16));
        assertThat(types.get("stage2-block3-unit")).isEqualTo(InputType.convolutional(16, 12, 32));
        assertThat(types.get("stage3-block3-unit")).isEqualTo(InputType.convolutional(8, 6, 64));
        GraphVertex first = conf.getVertices().get("stem-conv");
        assertThat(((LayerVertex) first).getPreProcessor()).isNotNull();
    }

    /** 0.27 million weights, as the paper's table 6 says, and 2 x 1 x 1 projections more. */
    @Test
    void hasTheWeightsOfThePaper() {
        ComputationGraph network =
                new ComputationGraph(EpResNet.builder().build().conf());
        network.init();

        long kernels = 9 * (3 * 16 + 6 * 16 * 16 + (16 * 32 + 5 * 32 * 32) + (32 * 64 + 5 * 64 * 64));
        long projections = 16 * 32 + 32 * 64;
        // Scale, shift, mean and variance of each channel behind each convolution.
        long normalization = 4 * (7 * 16 + 7 * 32 + 7 * 64);
        assertThat(kernels).isBetween(265_000L, 275_000L);
        assertThat(network.numParams()).isEqualTo(kernels + projections + normalization + 64 * 10 + 10);
    }

    @Test
    void stockAdamTrainsIt() {
        ComputationGraph network = new ComputationGraph(EpResNet.builder()
                .inputShape(new int[] {1, 8, 8})
                .numClasses(2)
                .blocks(1)
                .width(4)
                .build()
                .conf());
        network.init();
        DataSet train = ImageBlobs.of(64, 8, 8, 1);
        double before = network.score(train);
        for (int step = 0; step < 15; step++) {
            network.fit(train);
        }
        assertThat(network.score(train)).isLessThan(before / 2);
    }

    @Test
    void epLearnsIt() {
        EpComputationGraph network = EpResNet.builder()
                .inputShape(new int[] {1, 8, 8})
                .numClasses(2)
                .blocks(1)
                .width(4)
                .build()
                .init();
        DataSet train = ImageBlobs.of(64, 8, 8, 1);
        double before = network.score(train);
        for (int step = 0; step < 4; step++) {
            network.fit(train);
        }
        assertThat(network.score(train)).isLessThan(before);
    }

    @Test
    void settingsThatAreNotAllowedAreNamed() {
        assertThatThrownBy(() -> EpResNet.builder().depth(18))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("depth is 18, allowed are 6 n + 2 layers for n blocks a stage: 8, 14, 20, 26, 32, ...");
        assertThatThrownBy(() -> EpResNet.builder().depth(2)).hasMessageStartingWith("depth is 2, allowed");
        assertThatThrownBy(() -> EpResNet.builder().blocks(0)).hasMessage("blocks is 0, allowed: 1 and more");
        assertThatThrownBy(() -> EpResNet.builder().width(0)).hasMessage("width is 0, allowed: 1 and more");
    }
}

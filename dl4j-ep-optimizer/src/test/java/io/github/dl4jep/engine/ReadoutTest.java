package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.VertexGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Checked steps of labels at positions, whose likelihood is a layer without weights. */
class ReadoutTest {

    private static final int SIZE = 16;
    private static final int IMAGES = 64;

    private static EpMultiLayerNetwork network() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(1)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .list(
                        new ConvolutionLayer.Builder(3, 3).nOut(12).build(),
                        new ConvolutionLayer.Builder(3, 3).nOut(12).build(),
                        new ConvolutionLayer.Builder(1, 1)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build())
                .setInputType(InputType.convolutional(SIZE, SIZE, 1))
                .build();
        return EpNetworks.from(definition);
    }

    /** Bright squares on noise; a class for every pixel. */
    private static DataSet squares() {
        Random random = new Random(3);
        INDArray x = Nd4j.zeros(IMAGES, 1, SIZE, SIZE);
        INDArray y = Nd4j.zeros(IMAGES, 2, SIZE, SIZE);
        for (int n = 0; n < IMAGES; n++) {
            int top = random.nextInt(10);
            int left = random.nextInt(10);
            for (int i = 0; i < SIZE; i++) {
                for (int j = 0; j < SIZE; j++) {
                    boolean inside = i >= top && i < top + 6 && j >= left && j < left + 6;
                    x.putScalar(n, 0, i, j, (inside ? 1 : 0) + 0.4 * random.nextGaussian());
                    y.putScalar(n, inside ? 1 : 0, i, j, 1);
                }
            }
        }
        return new DataSet(x, y);
    }

    /** 4,096 pixels of a batch share 1,400 weights: solved as if what features do not say of them were independent, weights became infinite. */
    @Test
    void manyPositionsOfFewWeightsAreLearned() {
        EpMultiLayerNetwork network = network();
        DataSet data = squares();
        double[] scores = new double[6];
        for (int pass = 0; pass < scores.length; pass++) {
            data.batchBy(16).forEach(network::fit);
            scores[pass] = network.score(data);
        }
        // 256 pixels of log 2 are 177 nats.
        assertThat(scores[0]).isLessThan(100);
        assertThat(scores[5]).isLessThan(20);
    }

    /** The weights next to the loss layer are no features: their prior stays, and those of the layers before become narrower. */
    @Test
    void theLastWeightsKeepTheirPrior() {
        EpMultiLayerNetwork network = network();
        double hidden = network.getParam("1_WPrecision").minNumber().doubleValue();
        for (DataSet batch : squares().batchBy(16)) {
            network.fit(batch);
        }
        double factor = network.getParam("3_priorFactor").getDouble(0);
        assertThat(factor).isGreaterThan(1.5);
        assertThat(network.getParam("1_WPrecision").minNumber().doubleValue()).isGreaterThan(0.99 * factor * hidden);
        EpMultiLayerNetwork other = network();
        Readout readout = Readout.of(1, graphOf(other), 3);
        assertThat(readout.nodes()).hasSize(2);
        assertThat(readout.places()).hasSize(1).allMatch(place -> place.contains("layer2"));
    }

    private static VertexGraph graphOf(EpMultiLayerNetwork network) {
        List<GraphNode> nodes = new ArrayList<>();
        for (int i = 0; i < network.getLayers().length; i++) {
            nodes.add(new GraphNode(((EpRuntime) network.getLayer(i)).vertex(), List.of(i)));
        }
        return new VertexGraph(1, nodes);
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What happens to images at the first layer, and to the scale of a likelihood that has no weights of its own. */
class EdgesOfNetworksTest {

    private static INDArray normal(long... shape) {
        Random random = new Random(5);
        INDArray values = Nd4j.create(DataType.DOUBLE, shape);
        for (long i = 0; i < values.length(); i++) {
            values.putScalar(i, random.nextGaussian());
        }
        return values;
    }

    private static MultiLayerConfiguration dense(InputType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder()
                        .nOut(5)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(type)
                .build();
    }

    @Test
    void aDenseLayerSeesAnImageInTheOrderInWhichDl4jFlattensIt() {
        INDArray images = normal(6, 3, 4, 2);
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, 6, 2);
        for (int i = 0; i < 6; i++) {
            labels.putScalar(i, i % 2, 1);
        }
        // Which examples are withheld depends on the order of their numbers.
        EpOptions options =
                EpOptions.builder().likelihood(new ClassLikelihood(0)).build();
        EpMultiLayerNetwork ofImages =
                EpNetworks.from(dense(InputType.convolutional(3, 4, 2, CNN2DFormat.NHWC)), options);
        EpMultiLayerNetwork ofColumns = EpNetworks.from(dense(InputType.feedForward(24)), options);

        ofImages.fit(new DataSet(images, labels));
        ofColumns.fit(new DataSet(images.reshape('c', 6, 24), labels));

        assertThat(ofImages.params()).isEqualTo(ofColumns.params());
    }

    private static ComputationGraphConfiguration pixels(boolean secondReader) {
        ComputationGraphConfiguration.GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", convolution(4, Activation.RELU), "in")
                .addLayer("potentials", convolution(2, Activation.IDENTITY), "hidden")
                .addLayer("loss", loss(), "potentials");
        if (secondReader) {
            graph.addLayer("further", convolution(2, Activation.IDENTITY), "potentials")
                    .addLayer("second", loss(), "further")
                    .setOutputs("loss", "second");
        } else {
            graph.setOutputs("loss");
        }
        return graph.setInputTypes(InputType.convolutional(3, 3, 1)).build();
    }

    private static ConvolutionLayer convolution(int channels, Activation activation) {
        return new ConvolutionLayer.Builder(1, 1)
                .nOut(channels)
                .activation(activation)
                .build();
    }

    private static CnnLossLayer loss() {
        return new CnnLossLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build();
    }

    @Test
    void thePointGraphHasTheScaleOfALossLayerInTheLayerBefore() {
        EpComputationGraph graph = EpNetworks.from(pixels(false));
        INDArray images = normal(8, 1, 3, 3);
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, 8, 2, 3, 3);
        for (int i = 0; i < 8; i++) {
            for (int p = 0; p < 9; p++) {
                labels.putScalar(new int[] {i, images.getDouble(i, 0, p / 3, p % 3) > 0 ? 1 : 0, p / 3, p % 3}, 1);
            }
        }
        for (int i = 0; i < 5; i++) {
            graph.fit(new DataSet(images, labels));
        }
        ComputationGraph point = graph.toPointNetwork();
        // DL4J's own way through the EP layers, without their moments.
        ComputationGraph layers = new ComputationGraph(graph.getConfiguration());
        layers.init(graph.params(), false);

        assertThat(point.outputSingle(images)
                        .sub(layers.outputSingle(images))
                        .normmaxNumber()
                        .doubleValue())
                .isLessThan(1e-6);
    }

    @Test
    void aScaleWithoutAPlaceIsAnError() {
        EpComputationGraph graph = EpNetworks.from(pixels(true));

        assertThatThrownBy(() -> graph.toPointNetwork())
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("Layer \"loss\" is a loss layer, whose likelihood scales its input, but"
                        + " \"potentials\" before it has other readers, too");
    }
}

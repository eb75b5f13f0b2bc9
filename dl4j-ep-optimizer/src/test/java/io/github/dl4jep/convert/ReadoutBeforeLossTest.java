package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpHiddenLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.weight.BinaryPrior;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A layer with weights and the loss layer behind it learn as the output layer that they are together. */
class ReadoutBeforeLossTest {

    private static final int INPUTS = 4;
    private static final int UNITS = 6;
    private static final int CLASSES = 3;
    private static final int STEPS = 5;
    private static final int EXAMPLES = 24;

    private static MultiLayerConfiguration list(InputType type, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(3).list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.setInputType(type).build();
    }

    private static DenseLayer dense(int units, Activation activation) {
        return new DenseLayer.Builder().nOut(units).activation(activation).build();
    }

    private static LossLayer softmax() {
        return new LossLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static Convolution1DLayer convolution(int units, int window, Activation activation) {
        return new Convolution1DLayer.Builder(window)
                .nOut(units)
                .convolutionMode(org.deeplearning4j.nn.conf.ConvolutionMode.Same)
                .activation(activation)
                .build();
    }

    /** Classes by the largest of three sums of the features, at every step. */
    private static DataSet data(int steps) {
        Random random = new Random(steps);
        float[][][] x = new float[EXAMPLES][INPUTS][steps];
        float[][][] y = new float[EXAMPLES][CLASSES][steps];
        for (int n = 0; n < EXAMPLES; n++) {
            for (int t = 0; t < steps; t++) {
                for (int i = 0; i < INPUTS; i++) {
                    x[n][i][t] = (float) random.nextGaussian();
                }
                float[] of = {x[n][0][t] + x[n][1][t], x[n][2][t], -x[n][3][t]};
                int largest = of[0] > of[1] ? 0 : 1;
                y[n][of[largest] > of[2] ? largest : 2][t] = 1;
            }
        }
        INDArray features = Nd4j.createFromArray(x);
        INDArray labels = Nd4j.createFromArray(y);
        return steps > 1
                ? new DataSet(features, labels)
                : new DataSet(features.reshape(EXAMPLES, INPUTS), labels.reshape(EXAMPLES, CLASSES));
    }

    private static EpMultiLayerNetwork trained(MultiLayerConfiguration definition, DataSet data) {
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        for (int pass = 0; pass < 6; pass++) {
            network.fit(data);
        }
        return network;
    }

    private static void assertAlike(MultiLayerConfiguration one, MultiLayerConfiguration other, DataSet data) {
        EpMultiLayerNetwork first = trained(one, data);
        EpMultiLayerNetwork second = trained(other, data);

        double steps = (double) data.getLabels().length() / EXAMPLES / CLASSES;
        assertThat(first.score(data)).isLessThan(0.8 * steps).isCloseTo(second.score(data), within(1e-4));
        double[] ofFirst = first.output(data.getFeatures()).dup('c').data().asDouble();
        double[] ofSecond = second.output(data.getFeatures()).dup('c').data().asDouble();
        assertThat(ofFirst).containsExactly(ofSecond, within(1e-3));
    }

    @Test
    void denseLayer() {
        InputType type = InputType.feedForward(INPUTS);
        Layer output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();

        assertAlike(
                list(type, dense(UNITS, Activation.RELU), dense(CLASSES, Activation.IDENTITY), softmax()),
                list(type, dense(UNITS, Activation.RELU), output),
                data(1));
    }

    @Test
    void convolutionAtEveryStep() {
        InputType type = InputType.recurrent(INPUTS, STEPS);
        Layer output = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
        Layer loss = new RnnLossLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build();

        assertAlike(
                list(type, convolution(UNITS, 3, Activation.RELU), convolution(CLASSES, 1, Activation.IDENTITY), loss),
                list(type, convolution(UNITS, 3, Activation.RELU), output),
                data(STEPS));
    }

    private static boolean[] haveTeacher(MultiLayerConfiguration definition, EpOptions options) {
        EpMultiLayerNetwork network = EpNetworks.from(definition, options);
        int last = network.getnLayers() - 1;
        boolean weights = network.getLayer(last - 1).conf().getLayer() instanceof EpHiddenLayer hidden
                && hidden.getReadoutPrior() != null;
        return new boolean[] {
            weights, ((EpLossLayer) network.getLayer(last).conf().getLayer()).isTaught()
        };
    }

    @Test
    void otherLayersBeforeALossHaveOneArrayOfWeights() {
        EpOptions defaults = EpOptions.builder().build();
        InputType rows = InputType.feedForward(INPUTS);
        DenseLayer linear = dense(CLASSES, Activation.IDENTITY);
        MultiLayerConfiguration both = list(rows, dense(UNITS, Activation.RELU), linear, softmax());

        assertThat(haveTeacher(both, defaults)).containsExactly(true, true);
        assertThat(haveTeacher(both, EpOptions.builder().sweepsPerBatch(2).build()))
                .containsExactly(false, false);
        assertThat(haveTeacher(
                        both, EpOptions.builder().weightPrior(new BinaryPrior()).build()))
                .as("discrete weights cannot be added")
                .containsExactly(false, false);
        assertThat(haveTeacher(
                        list(rows, dense(UNITS, Activation.RELU), dense(CLASSES, Activation.TANH), softmax()),
                        defaults))
                .containsExactly(false, false);
        assertThat(haveTeacher(
                        list(
                                rows,
                                dense(UNITS, Activation.RELU),
                                linear,
                                new LossLayer.Builder(LossFunction.MSE)
                                        .activation(Activation.IDENTITY)
                                        .build()),
                        defaults))
                .containsExactly(false, false);
        assertThat(haveTeacher(list(rows, dense(UNITS, Activation.RELU), new FrozenLayer(linear), softmax()), defaults))
                .containsExactly(false, false);
        assertThat(haveTeacher(
                        list(
                                InputType.convolutional(3, 1, INPUTS),
                                new ConvolutionLayer.Builder(1, 1)
                                        .nOut(1)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                softmax()),
                        defaults))
                .as("positions become columns in between")
                .containsExactly(false, false);
        assertThat(haveTeacher(
                        list(
                                InputType.convolutional(3, 1, INPUTS),
                                new ConvolutionLayer.Builder(1, 1)
                                        .nOut(2)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                new CnnLossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        defaults))
                .containsExactly(true, true);
    }

    @Test
    void potentialsThatSomethingElseReadsAreOfOneArray() {
        ComputationGraphConfiguration.GraphBuilder graph =
                new NeuralNetConfiguration.Builder().seed(3).graphBuilder().addInputs("in");
        ComputationGraphConfiguration two = graph.addLayer("potentials", dense(CLASSES, Activation.IDENTITY), "in")
                .addLayer("first", softmax(), "potentials")
                .addLayer("second", softmax(), "potentials")
                .setOutputs("first", "second")
                .setInputTypes(InputType.feedForward(INPUTS))
                .build();

        EpHiddenLayer weights = (EpHiddenLayer)
                EpNetworks.from(two).getLayer("potentials").conf().getLayer();
        assertThat(weights.getReadoutPrior()).isNull();
    }

    @Test
    void aTeacherWithoutWeightsIsAnError() {
        MultiLayerConfiguration converted = EpNetworks.from(
                        list(InputType.feedForward(INPUTS), dense(CLASSES, Activation.IDENTITY), softmax()))
                .getLayerWiseConfigurations()
                .clone();
        ((EpHiddenLayer) converted.getConf(0).getLayer()).setReadoutPrior(null);
        EpMultiLayerNetwork network = new EpMultiLayerNetwork(converted);

        assertThatThrownBy(network::init)
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer1")
                .hasMessageContaining("two arrays of weights in the layer directly before")
                .hasMessageContaining("EpNetworks.from");
    }

    @Test
    void whatIsConvertedStaysWhatItIs() {
        MultiLayerConfiguration definition =
                list(InputType.feedForward(INPUTS), dense(CLASSES, Activation.IDENTITY), softmax());
        MultiLayerConfiguration converted = EpNetworks.from(definition).getLayerWiseConfigurations();

        EpMultiLayerNetwork again = EpNetworks.from(converted);

        assertThat(again.getLayerWiseConfigurations().getConfs()).hasSize(2);
        assertThat(again.paramTable().keySet())
                .containsAll(List.of("0_readoutWPrecision", "1_teacherNoiseVariance"))
                .isEqualTo(EpNetworks.from(definition).paramTable().keySet());
        assertThat(Objects.requireNonNull(
                        ((EpHiddenLayer) again.getLayer(0).conf().getLayer()).getReadoutPrior()))
                .isEqualTo(((EpHiddenLayer) converted.getConf(0).getLayer()).getReadoutPrior());
    }
}

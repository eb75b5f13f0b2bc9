package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpRecurrentLayer;
import io.github.dl4jep.conf.EpWrapperLayer;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The default prior of a recurrent layer follows its cell and where labels are. */
class RecurrentPriorTest {

    private static final WeightPrior EVERY_STEP = new GaussianPrior(2);
    private static final WeightPrior LAST_STEP = new GaussianPrior(0.25);
    private static final WeightPrior MEMORY = new GaussianPrior(1);

    private static SimpleRnn simple() {
        return new SimpleRnn.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static LSTM memory() {
        return new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static RnnOutputLayer outputs() {
        return new RnnOutputLayer.Builder(LossFunction.MSE)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static WeightPrior priorOfFirst(Layer... layers) {
        return prior(EpNetworks.from(new NeuralNetConfiguration.Builder()
                        .list(layers)
                        .setInputType(InputType.recurrent(2))
                        .build())
                .getLayer(0)
                .conf()
                .getLayer());
    }

    private static WeightPrior prior(Layer converted) {
        Layer layer = converted instanceof EpWrapperLayer wrapper ? wrapper.getUnderlying() : converted;
        return ((EpRecurrentLayer) layer).getWeightPrior();
    }

    @Test
    void labelsAtEveryStepLetCellsWithoutAMemoryHaveAWideOne() {
        assertThat(priorOfFirst(simple(), outputs())).isEqualTo(EVERY_STEP);
        assertThat(priorOfFirst(simple(), simple(), outputs())).isEqualTo(EVERY_STEP);
        DenseLayer between =
                new DenseLayer.Builder().nOut(3).activation(Activation.RELU).build();
        assertThat(priorOfFirst(simple(), between, outputs())).isEqualTo(EVERY_STEP);
        assertThat(priorOfFirst(memory(), outputs())).isEqualTo(MEMORY);
    }

    @Test
    void aLabelForASequenceDoesNot() {
        assertThat(priorOfFirst(new LastTimeStep(simple()), output())).isEqualTo(LAST_STEP);
        assertThat(priorOfFirst(simple(), new LastTimeStep(simple()), output())).isEqualTo(LAST_STEP);
        assertThat(priorOfFirst(simple(), new GlobalPoolingLayer(), output())).isEqualTo(LAST_STEP);
        assertThat(priorOfFirst(new LastTimeStep(memory()), output())).isEqualTo(MEMORY);
    }

    /** What reads a last step, and says it at every step of labels, is no step of these labels. */
    @Test
    void ofAnEncoderAndADecoderTheDecoderHasLabelsAtItsSteps() {
        ComputationGraphConfiguration definition = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("encoder", simple(), "in")
                .addVertex("last", new LastTimeStepVertex("in"), "encoder")
                .addVertex("again", new DuplicateToTimeSeriesVertex("in"), "last")
                .addLayer("decoder", simple(), "again")
                .addLayer("out", outputs(), "decoder")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(2))
                .build();
        EpComputationGraph network = EpNetworks.from(definition);
        assertThat(prior(network.getLayer("encoder").conf().getLayer())).isEqualTo(LAST_STEP);
        assertThat(prior(network.getLayer("decoder").conf().getLayer())).isEqualTo(EVERY_STEP);
    }

    /** In DL4J's order the second of four parts of the bias; all other biases start at 0. */
    @Test
    void forgetGatesStartAsTheLayerSays() {
        for (LSTM layer : new LSTM[] {
            memory(),
            new LSTM.Builder()
                    .nOut(4)
                    .forgetGateBiasInit(-0.5)
                    .activation(Activation.TANH)
                    .build()
        }) {
            EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                    .list(layer, outputs())
                    .setInputType(InputType.recurrent(2))
                    .build());
            double[] expected = new double[16];
            Arrays.fill(expected, 4, 8, layer.getForgetGateBiasInit());

            assertThat(network.getParam("0_bAveragedMean").toDoubleVector()).containsExactly(expected);
            assertThat(network.getParam("0_bMeanTimesPrecision")
                            .div(network.getParam("0_bPrecision"))
                            .toDoubleVector())
                    .containsExactly(expected, within(1e-6));
        }
    }
}

package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.GaussianPrior;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossL1;

class ConversionErrorTest {

    @Test
    void anOutputsActivationIsNotReplaced() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nIn(4)
                        .nOut(3)
                        .build())
                .build();
        EpOptions options = EpOptions.builder()
                .activation("out", Activation.TANH.getActivationFunction())
                .build();
        assertThatThrownBy(() -> EpNetworks.from(definition, options))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer \"out\" (index 0, OutputLayer): an option replaces its activation, but an"
                        + " output's activation belongs to its loss; choose EpOptions.likelihood(...) instead");
    }

    private static OutputLayer softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .name("out")
                .nIn(4)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static MultiLayerConfiguration of(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.build();
    }

    /** Decided here, not when a batch comes. */
    @Test
    void aTeacherNeedsWeightsOneLabelAndOneSweep() {
        Likelihood likelihood = new ClassLikelihood(0.5);
        String beside =
                "the likelihood ClassLikelihood(withheldShare=0.5, trustRegion=true) needs a teacher beside the output weights, but ";
        assertThatThrownBy(() -> EpNetworks.from(
                        of(softmax()),
                        EpOptions.builder()
                                .likelihood(likelihood)
                                .sweepsPerBatch(2)
                                .build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("layer \"out\" (index 0, OutputLayer): " + beside
                        + "there are 2 sweeps per batch; leave EpOptions.likelihood(...) to its default, or choose one"
                        + " without a teacher, such as CategoricalLikelihood");
        EpOptions options = EpOptions.builder().likelihood(likelihood).build();
        assertThatThrownBy(() -> EpNetworks.from(
                        of(
                                new DenseLayer.Builder().nIn(4).nOut(3).build(),
                                new LossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        options))
                .hasMessageContaining(beside + "a loss layer has no weights");
    }

    @Test
    void spikesAreNoOutputs() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nIn(4)
                        .nOut(3)
                        .activation(new ActivationHeaviside())
                        .build())
                .build();
        EpOptions options =
                EpOptions.builder().likelihood(new GaussianLikelihood()).build();
        for (EpOptions each : new EpOptions[] {EpOptions.defaults(), options}) {
            assertThatThrownBy(() -> EpNetworks.from(definition, each))
                    .isInstanceOf(DL4JInvalidConfigException.class)
                    .hasMessageContaining(
                            "layer \"out\" (index 0, OutputLayer): the spiking unit heaviside is in the output"
                                    + " layer, but labels are compared with potentials, not with spikes; use softmax, sigmoid or"
                                    + " identity there, and spiking units in hidden layers");
        }
    }

    @Test
    void everythingThatDoesNotConvertIsInOneError() {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
        for (String name : new String[] {"memory", "filters", "scaled"}) {
            layers.layer(dense(name).build());
        }
        MultiLayerConfiguration definition = layers.layer(
                        dense("normed").hasLayerNorm(true).build())
                .layer(dense("soft").activation(Activation.SOFTMAX).build())
                .layer(dense("fine").build())
                .layer(new OutputLayer.Builder(LossFunction.L1)
                        .name("out")
                        .nIn(4)
                        .nOut(4)
                        .activation(Activation.SOFTMAX)
                        .build())
                .inputPreProcessor(3, new Doubling())
                .build();
        // DL4J's builder does not let these stand side by side.
        definition
                .getConf(0)
                .setLayer(new SpaceToBatchLayer.Builder<>(new int[] {2, 2})
                        .name("memory")
                        .build());
        definition
                .getConf(1)
                .setLayer(new VariationalAutoencoder.Builder()
                        .activation(Activation.TANH)
                        .build());
        definition.getConf(2).setLayer(new PReLULayer.Builder().name("scaled").build());
        EpOptions options =
                EpOptions.builder().weightPrior("hiden", new GaussianPrior()).build();

        assertThatThrownBy(() -> EpNetworks.from(definition, options))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("This definition cannot be trained by EP, for 7 reason(s):\n - ")
                .hasMessageContaining("layer \"memory\" (index 0, SpaceToBatchLayer): there is no EP layer for the type"
                        + " SpaceToBatchLayer")
                .hasMessageContaining("layer \"scaled\" (index 3, PReLULayer): its input shape is not set")
                .hasMessageContaining("layer \"normed\" (index 4, DenseLayer): layer normalization has no moments here;"
                        + " set hasLayerNorm(false)")
                .hasMessageContaining("layer \"soft\" (index 5, DenseLayer): softmax is not elementwise, so it has no"
                        + " moments as a hidden unit")
                .hasMessageContaining("layer \"out\" (index 7, OutputLayer): loss LossL1 with output activation"
                        + " ActivationSoftmax has no likelihood: it compares")
                .hasMessageContaining(
                        "preprocessor Doubling of layer 4 may change values, not only their arrangement; apply"
                                + " it to the data instead, supported are [Cnn3DToFeedForwardPreProcessor,"
                                + " CnnToFeedForwardPreProcessor, CnnToRnnPreProcessor, FeedForwardToCnn")
                .hasMessageContaining(
                        "an option names the layer \"hiden\", but the layers are [fine, layer1-encoder0, layer2, memory,"
                                + " normed, out, scaled, soft]")
                .hasMessageNotContaining("\"fine\" (index");
    }

    private static DenseLayer.Builder dense(String name) {
        return new DenseLayer.Builder().name(name).nIn(4).nOut(4).activation(Activation.RELU);
    }

    @Test
    void absoluteLossOfProbabilitiesHasNoLikelihood() {
        assertThatThrownBy(() -> EpNetworks.from(ToyNetworks.of(new LossL1(), Activation.SOFTMAX, 2)))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining(
                        "loss LossL1 with output activation ActivationSoftmax has no likelihood: it compares"
                                + " each probability by itself")
                .hasMessageContaining("use the cross-entropy loss (MCXENT)");
    }

    @Test
    void theLastLayerMustTakeLabels() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(4)
                        .activation(Activation.RELU)
                        .build())
                .build();

        assertThatThrownBy(() -> EpNetworks.from(definition))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The last layer, \"layer0\" (index 0), takes no labels; the last layer must be an output or"
                        + " loss layer. External errors are gradients, which EP does not use: put a loss layer in"
                        + " their place");
    }

    @Test
    void aDefinitionThatWasNotConvertedIsNamed() {
        EpMultiLayerNetwork network = new EpMultiLayerNetwork(ToyNetworks.classifier());

        assertThatThrownBy(network::init)
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("Layer 0 is a DenseLayer, allowed are EP layers; convert the configuration with"
                        + " EpNetworks.from(...)");
    }

    @Test
    void anErrorLeavesTheDefinitionAsItIs() {
        MultiLayerConfiguration definition = ToyNetworks.of(new LossL1(), Activation.SOFTMAX, 2);
        String before = definition.toJson();

        assertThatThrownBy(() -> EpNetworks.from(definition)).isInstanceOf(DL4JInvalidConfigException.class);

        assertThat(definition.toJson()).isEqualTo(before);
    }

    /** Changes values, so it must not be taken for a rearrangement. */
    private static final class Doubling implements InputPreProcessor {

        private static final long serialVersionUID = 1L;

        @Override
        public INDArray preProcess(INDArray input, int miniBatchSize, LayerWorkspaceMgr workspaceMgr) {
            return input.mul(2);
        }

        @Override
        public INDArray backprop(INDArray output, int miniBatchSize, LayerWorkspaceMgr workspaceMgr) {
            return output.mul(2);
        }

        @Override
        public InputPreProcessor clone() {
            return new Doubling();
        }

        @Override
        public InputType getOutputType(InputType inputType) {
            return inputType;
        }

        @Override
        public Pair<INDArray, MaskState> feedForwardMaskArray(
                @Nullable INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
            return Pair.of(maskArray, currentMaskState);
        }
    }
}

package io.github.dl4jep.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;

class HiddenLayersTest {
    @Test
    void unitsOfDenseAndActivationLayersAreReplaced() {
        MultiLayerConfiguration definition = definition(new ActivationReLU(), new ActivationTanH());
        String before = definition.toJson();

        MultiLayerConfiguration replaced =
                ((LayerList) new HiddenLayers(definition).with(new ActivationHeaviside())).configuration();

        assertThat(definition.toJson()).isEqualTo(before);
        assertThat(replaced)
                .isEqualTo(definition(new ActivationHeaviside(), new ActivationHeaviside()))
                .isNotEqualTo(definition);
    }

    @Test
    void namesAreInOrderAndEachOnce() {
        assertThat(hidden(new ActivationReLU(), new ActivationTanH()).names()).isEqualTo("relu,tanh");
        assertThat(hidden(new ActivationReLU(), new ActivationReLU()).names()).isEqualTo("relu");
        MultiLayerConfiguration linear =
                new NeuralNetConfiguration.Builder().list().layer(output(2)).build();
        assertThat(new HiddenLayers(linear).names()).isEqualTo("none");
    }

    @Test
    void spikesAreFoundInAnyLayer() {
        assertThat(hidden(new ActivationReLU(), new ActivationTanH()).spike()).isFalse();
        assertThat(hidden(new ActivationReLU(), new ActivationHeaviside()).spike())
                .isTrue();
        assertThat(hidden(new ActivationReLU(), new ActivationHeaviside()).drawSpikes())
                .isFalse();
        assertThat(hidden(new ActivationBernoulliSigmoid(), new ActivationHeaviside())
                        .drawSpikes())
                .isTrue();
    }

    @Test
    void timeStepsAreOneWithoutRandomSpikes() {
        MultiLayerConfiguration random = definition(new ActivationReLU(), new ActivationBernoulliProbit());
        MultiLayerConfiguration fixed = definition(new ActivationReLU(), new ActivationHeaviside());
        NetworkVariant ten = new NetworkVariant(null, WeightKinds.DEFAULT, 10);

        assertThat(ten.timeSteps(Definition.of(random))).isEqualTo(10);
        assertThat(ten.timeSteps(Definition.of(fixed))).isEqualTo(1);
        assertThat(NetworkVariant.NONE.timeSteps(Definition.of(random))).isEqualTo(25);
    }

    private static HiddenLayers hidden(IActivation first, IActivation second) {
        return new HiddenLayers(definition(first, second));
    }

    private static MultiLayerConfiguration definition(IActivation first, IActivation second) {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(5).activation(first).build())
                .layer(new DenseLayer.Builder()
                        .nIn(5)
                        .nOut(6)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new DropoutLayer(0.5))
                .layer(new ActivationLayer(second))
                .layer(output(6))
                .build();
    }

    private static OutputLayer output(int inputs) {
        return new OutputLayer.Builder()
                .nIn(inputs)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }
}

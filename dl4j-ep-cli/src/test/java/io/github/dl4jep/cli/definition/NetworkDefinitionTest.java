package io.github.dl4jep.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class NetworkDefinitionTest {
    private static final DataShape CLASSES = new DataShape(4, 3, Task.CLASSIFICATION);
    private static final DataShape NUMBER = new DataShape(4, 1, Task.REGRESSION);

    @TempDir
    private Path folder;

    @Test
    void mlpForClassesEndsInSoftmax() {
        NetworkDefinition definition = NetworkDefinition.of("mlp:5,6", CLASSES, 9);

        // 4*5+5 + 5*6+6 + 6*3+3
        assertThat(definition.parameters()).isEqualTo(82);
        assertThat(definition.configuration().getConfs())
                .hasSize(3)
                .allSatisfy(layer -> assertThat(layer.getSeed()).isEqualTo(9));
        assertThat(((OutputLayer) definition.configuration().getConf(2).getLayer()).getActivationFn())
                .isEqualTo(Activation.SOFTMAX.getActivationFunction());
    }

    @Test
    void mlpForANumberEndsLinear() {
        NetworkDefinition definition = NetworkDefinition.of("mlp:5", NUMBER, 9);

        assertThat(((OutputLayer) definition.configuration().getConf(1).getLayer()).getActivationFn())
                .isEqualTo(Activation.IDENTITY.getActivationFunction());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp:", "mlp:a", "mlp:5,", "mlp:0", "mlp:-5", "mlp:5.5", "mlp:99999999999", "mlp:5;6"})
    void brokenMlpIsRefused(String spec) {
        assertThatThrownBy(() -> NetworkDefinition.of(spec, CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not a number of units");
    }

    @Test
    void fileIsReadAndOnlyItsSeedReplaced() throws IOException {
        Path file = write(dense(4, 7, 7, 3, Activation.SOFTMAX));

        NetworkDefinition definition = NetworkDefinition.of(file.toString(), CLASSES, 3);

        assertThat(definition.name()).isEqualTo(file.toString());
        assertThat(definition.parameters()).isEqualTo(4 * 7 + 7 + 7 * 3 + 3);
        assertThat(definition.configuration().getConf(0).getSeed()).isEqualTo(3);
    }

    @Test
    void spikingOutputIsRefused() throws IOException {
        MultiLayerConfiguration definition = dense(4, 7, 7, 3, Activation.SOFTMAX);
        ((OutputLayer) definition.getConf(1).getLayer()).setActivationFn(new ActivationHeaviside());
        Path file = write(definition);

        for (DataShape shape : List.of(CLASSES, new DataShape(4, 3, Task.REGRESSION))) {
            assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), shape, 1))
                    .isInstanceOf(UserException.class)
                    .hasMessageEndingWith(
                            "layer 1 (out) has the spiking unit heaviside, but an output must be a probability or a"
                                    + " number: use softmax or identity there.");
        }
    }

    @Test
    void fileMaySpikeByItself() throws IOException {
        MultiLayerConfiguration definition = dense(4, 7, 7, 3, Activation.SOFTMAX);
        assertThat(NetworkDefinition.spikes(write(definition).toString())).isFalse();

        ((DenseLayer) definition.getConf(0).getLayer()).setActivationFn(new ActivationHeaviside());

        assertThat(NetworkDefinition.spikes(write(definition).toString())).isTrue();
        assertThat(NetworkDefinition.spikes("mlp:5")).isFalse();
    }

    @Test
    void convolutionOnFlatImagesFits() throws IOException {
        Path file = write(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(2, 2).nOut(2).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutionalFlat(5, 5, 1))
                .build());

        assertThat(NetworkDefinition.of(file.toString(), new DataShape(25, 3, Task.CLASSIFICATION), 1)
                        .parameters())
                .isEqualTo(2 * 4 + 2 + 2 * 16 * 3 + 3);
        assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("has 25 inputs, but the data has 4.");
    }

    @Test
    void missingFileSaysWhatNetTakes() {
        assertThatThrownBy(() -> NetworkDefinition.of("no-such.json", CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(Path.of("no-such.json").toAbsolutePath().toString())
                .hasMessageContaining("mlp:UNITS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "no json",
                "{}",
                "[]",
                "null",
                "{\"x\":1}",
                "{\"confs\":[]}",
                "{\"confs\":[{\"@class\":\"x\"}]}"
            })
    void unreadableDefinitionIsOneClearSentence(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("broken.json"), text);

        assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file.toAbsolutePath() + " is ")
                .hasMessageContaining("network definition")
                .message()
                .doesNotContain("\n")
                .doesNotContain("Cannot invoke");
    }

    @Test
    void wrongInputsNameTheLayerAndTheNumbers() throws IOException {
        Path file = write(dense(5, 7, 7, 3, Activation.SOFTMAX));

        assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "The network " + file + " does not fit: layer 0 (hidden) has 5 inputs, but the data has 4.");
    }

    @Test
    void layersThatDoNotFitEachOtherAreNamed() throws IOException {
        Path file = write(dense(4, 7, 8, 3, Activation.SOFTMAX));

        assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("layer 1 (out) has 8 inputs, but the layer before it has 7 outputs.");
    }

    @Test
    void wrongOutputsNameTheLayerAndTheNumbers() throws IOException {
        Path file = write(dense(4, 7, 7, 5, Activation.SOFTMAX));

        assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("layer 1 (out) has 5 outputs, but the data needs 3 (one for each class).");
        assertThatThrownBy(() -> NetworkDefinition.of(file.toString(), NUMBER, 1))
                .hasMessageEndingWith("layer 1 (out) has 5 outputs, but the data needs 1 (its label is a number).");
    }

    @Test
    void classesNeedProbabilitiesAndNumbersDoNot() throws IOException {
        Path sigmoid = write(dense(4, 7, 7, 3, Activation.SIGMOID));
        Path softmax = write(dense(4, 7, 7, 1, Activation.SOFTMAX));

        assertThatThrownBy(() -> NetworkDefinition.of(sigmoid.toString(), CLASSES, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has no softmax, but the labels are classes");
        assertThatThrownBy(() -> NetworkDefinition.of(softmax.toString(), NUMBER, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is a softmax, but the label is a number");
    }

    // Set after building: DL4J's builder would correct or refuse some of these.
    private static MultiLayerConfiguration dense(
            int inputs, int hidden, int outputInputs, int outputs, Activation activation) {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(12345)
                .list()
                .layer(new DenseLayer.Builder()
                        .name("hidden")
                        .nIn(inputs)
                        .nOut(hidden)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
        OutputLayer output = (OutputLayer) configuration.getConf(1).getLayer();
        output.setNIn(outputInputs);
        output.setNOut(outputs);
        output.setActivationFn(activation.getActivationFunction());
        return configuration;
    }

    private Path write(MultiLayerConfiguration configuration) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "net", ".json"), configuration.toJson());
    }
}

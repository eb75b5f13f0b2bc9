package io.github.dl4jep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

class DecidingUnitTest {

    private static final IActivation IDENTITY = Activation.IDENTITY.getActivationFunction();
    private static final Layer DENSE = new DenseLayer.Builder().build();
    private static final Layer NORMALIZATION = new BatchNormalization();
    private static final Layer DROPOUT = new DropoutLayer(0.5);
    private static final Layer RELU = new ActivationLayer(Activation.RELU);

    private static int inChain(IActivation own, Layer... layers) {
        return DecidingUnit.indexOf(List.of(layers), 0, own);
    }

    @Test
    void theActivationLayerBehindTheIdentityDecides() {
        assertThat(inChain(IDENTITY, DENSE, RELU)).isEqualTo(1);
        assertThat(inChain(IDENTITY, DENSE, NORMALIZATION, RELU)).isEqualTo(2);
        assertThat(inChain(IDENTITY, DENSE, NORMALIZATION, DROPOUT, RELU)).isEqualTo(3);
    }

    @Test
    void theLayersOwnUnitDecidesElse() {
        assertThat(inChain(Activation.TANH.getActivationFunction(), DENSE, RELU))
                .isZero();
        assertThat(inChain(IDENTITY, DENSE, DENSE, RELU)).isZero();
        assertThat(inChain(IDENTITY, DENSE, NORMALIZATION)).isZero();
    }

    @Test
    void ofSeveralReadersTheFirstThatLeadsToOneDecides() {
        Map<String, List<String>> readers =
                Map.of("weights", List.of("sum", "norm"), "norm", List.of("relu"), "sum", List.of("other"));
        Map<String, Layer> layers = Map.of("norm", NORMALIZATION, "relu", RELU, "other", RELU);
        assertThat(DecidingUnit.find("weights", IDENTITY, layers::get, name -> readers.getOrDefault(name, List.of())))
                .as("past a sum of branches nothing is looked for")
                .isEqualTo("relu");
    }
}

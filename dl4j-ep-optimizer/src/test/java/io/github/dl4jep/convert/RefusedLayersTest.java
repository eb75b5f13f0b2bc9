package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not convert says which type it is, and why. */
class RefusedLayersTest {

    /** A layer and a part of its reason. */
    record Refused(Layer layer, String reason) {

        @Override
        public String toString() {
            return layer.getClass().getSimpleName();
        }
    }

    static List<Refused> layers() {
        return List.of(
                new Refused(
                        new SelfAttentionLayer.Builder()
                                .nIn(3)
                                .nOut(3)
                                .nHeads(1)
                                .build(),
                        "SelfAttentionLayer: attention multiplies uncertain activations with each other"),
                new Refused(
                        new SpaceToBatchLayer.Builder<>(new int[] {2, 2}).build(),
                        "SpaceToBatchLayer: it moves positions into the minibatch"));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aLayerIsRefusedWithItsTypeAndReason(Refused refused) {
        assertThatThrownBy(() -> EpNetworks.from(new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(refused.layer())
                        .layer(new RnnOutputLayer.Builder().nIn(2).nOut(2).build())
                        .build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("there is no EP layer for the type " + refused.reason());
    }
}

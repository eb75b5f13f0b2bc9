package io.github.dl4jep.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedSpikesTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 31, 32, 33, 70, 784})
    void featuresAndBitsAreTheSameInputs(int inputs) {
        Random random = new Random(inputs);
        float[][] features = RandomNetworks.spikes(random, 1030, inputs);
        byte[][] bits = new byte[features.length][(inputs + 7) / 8];
        for (int row = 0; row < features.length; row++) {
            for (int i = 0; i < inputs; i++) {
                bits[row][i / 8] |= (byte) ((features[row][i] == 1 ? 1 : 0) << (i % 8));
            }
            // Bits behind the last input do not count.
            bits[row][inputs / 8 < bits[row].length ? inputs / 8 : 0] |=
                    inputs % 8 == 0 ? 0 : (byte) (0xff << (inputs % 8));
        }
        CompactNetwork network = RandomNetworks.of(random, WeightKind.BINARY, WeightKind.FLOAT, inputs, 20, 4);
        double[][] expected = network.potentials(features);

        assertThat(network.potentials(PackedSpikes.of(features))).isDeepEqualTo(expected);
        assertThat(network.potentials(PackedSpikes.ofBits(bits, inputs))).isDeepEqualTo(expected);
        assertThat(network.classify(PackedSpikes.ofBits(bits, inputs))).isEqualTo(network.classify(features));
        assertThat(network.output(PackedSpikes.of(features))).isDeepEqualTo(network.output(features));
    }

    @Test
    void refusals() {
        assertThatThrownBy(() -> PackedSpikes.of(new float[][] {{0, 1}, {0, 0.5f}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Row 1 has a feature that is neither 0 nor 1; classify(float[][]) takes real features");
        assertThatThrownBy(() -> PackedSpikes.of(new float[][] {{0, 1}, {0}}))
                .hasMessage("Row 1 has 1 features, needed are 2");
        assertThatThrownBy(() -> PackedSpikes.of(new float[0][]))
                .hasMessage("Inputs are [0, 0], needed are at least one row and one column");
        assertThatThrownBy(() -> PackedSpikes.ofBits(new byte[][] {{1}}, 9))
                .hasMessage("Row 0 has 1 bytes, 9 inputs need 2");
    }
}

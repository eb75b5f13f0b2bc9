package io.github.dl4jep.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bit-packed reader against the plain sums of {@link PlainNetwork}. */
class PackedInferenceTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 501, 784})
    void packedAndPlainAgreeAtEverySize(int size) {
        Random random = new Random(size);
        int rows = size > 200 ? 3 : 37;
        for (WeightKind hidden : new WeightKind[] {WeightKind.BINARY, WeightKind.TERNARY}) {
            for (WeightKind output : WeightKind.values()) {
                CompactNetwork network = RandomNetworks.of(random, hidden, output, size, size, 33, 7);
                assertAgrees(network, RandomNetworks.spikes(random, rows, size));
                assertAgrees(network, RandomNetworks.reals(random, rows, size));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightKind.class)
    void oneLayerAlone(WeightKind kind) {
        Random random = new Random(1);
        CompactNetwork network = RandomNetworks.of(random, WeightKind.BINARY, kind, 65, 5);

        assertAgrees(network, RandomNetworks.spikes(random, 200, 65));
        assertAgrees(network, RandomNetworks.reals(random, 200, 65));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 129, 1023, 1024, 1025, 2100})
    void blocksOfRowsFitTogether(int rows) {
        Random random = new Random(rows);
        CompactNetwork network = RandomNetworks.of(random, WeightKind.BINARY, WeightKind.TERNARY, 40, 34, 6);

        assertAgrees(network, RandomNetworks.spikes(random, rows, 40));
        assertAgrees(network, RandomNetworks.reals(random, rows, 40));
    }

    @Test
    void noRowsNoClasses() {
        CompactNetwork network = RandomNetworks.of(new Random(1), WeightKind.BINARY, WeightKind.BINARY, 3, 2);

        assertThat(network.classify(new float[0][])).isEmpty();
        assertThat(network.potentials(new float[0][])).isEmpty();
    }

    /** All networks of three inputs, two binary hidden units and one output, all inputs, thresholds on and beside the ties. */
    @Test
    void tinyNetworksOneByOne() {
        float[][] inputs = new float[8][3];
        for (int v = 0; v < 24; v++) {
            inputs[v / 3][v % 3] = (v / 3) >>> (v % 3) & 1;
        }
        for (int bits = 0; bits < 1 << 8; bits++) {
            for (double bias : new double[] {-2, -1.5, -1, -0.5, 0, 0.5, 1, 3}) {
                assertAgrees(tiny(bits, bias), inputs);
            }
        }
    }

    private static CompactNetwork tiny(int bits, double bias) {
        byte[][] first = new byte[3][2];
        for (int w = 0; w < 6; w++) {
            first[w / 2][w % 2] = (byte) ((bits >>> w & 1) * 2 - 1);
        }
        byte[][] second = {{(byte) ((bits >>> 6 & 1) * 2 - 1)}, {(byte) ((bits >>> 7 & 1) * 2 - 1)}};
        return CompactNetwork.of(List.of(
                CompactLayer.discrete(first, new double[] {0.5}, new double[] {bias, -bias}, CompactUnit.HEAVISIDE),
                CompactLayer.discrete(second, new double[] {2}, new double[] {bias}, CompactUnit.IDENTITY)));
    }

    private static void assertAgrees(CompactNetwork network, float[][] features) {
        double[][] expected = PlainNetwork.potentials(network, features);
        assertThat(network.potentials(features)).isDeepEqualTo(expected);
        assertThat(network.classify(features)).isEqualTo(PlainNetwork.classes(expected));
    }
}

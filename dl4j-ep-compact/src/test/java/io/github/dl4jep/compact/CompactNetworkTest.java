package io.github.dl4jep.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompactNetworkTest {

    private static final byte[][] SIGNS = {{1, -1}, {-1, 1}, {1, 1}};

    @Test
    void describesItself() {
        CompactNetwork network = RandomNetworks.of(new Random(3), WeightKind.TERNARY, WeightKind.FLOAT, 9, 5, 2);

        assertThat(network.inputs()).isEqualTo(9);
        assertThat(network.outputs()).isEqualTo(2);
        assertThat(network.toString())
                .startsWith("layer 0: 9 -> 5 TERNARY")
                .contains("layer 1: 5 -> 2 FLOAT", "SIGMOID")
                .endsWith(network.fileBytes() + " bytes");
    }

    @Test
    void outputUnits() {
        byte[][] signs = {{1, -1}, {1, 1}};
        float[][] input = {{1, 0}};

        assertThat(one(signs, CompactUnit.IDENTITY).output(input)[0]).containsExactly(2, -2);
        double[] probabilities = one(signs, CompactUnit.SOFTMAX).output(input)[0];
        assertThat(probabilities[0]).isCloseTo(1 / (1 + Math.exp(-4)), within(1e-15));
        assertThat(probabilities[0] + probabilities[1]).isCloseTo(1, within(1e-15));
        assertThat(one(signs, CompactUnit.SIGMOID).output(input)[0])
                .containsExactly(1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(2)));
    }

    private static CompactNetwork one(byte[][] signs, CompactUnit unit) {
        return CompactNetwork.of(List.of(CompactLayer.discrete(signs, new double[] {2}, null, unit)));
    }

    @Test
    void firstOfEqualOutputsIsTheClass() {
        CompactNetwork network = one(new byte[][] {{-1, 1, 1}}, CompactUnit.SOFTMAX);

        assertThat(network.classify(new float[][] {{1}, {0}})).containsExactly(1, 0);
    }

    @Test
    void refusesFeaturesThatDoNotFit() {
        CompactNetwork network = one(SIGNS, CompactUnit.SOFTMAX);

        assertThatThrownBy(() -> network.classify(new float[][] {{1, 0, 1}, {1, 0}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Row 1 has 2 features, needed are 3");
        assertThatThrownBy(() -> network.potentials(new float[][] {{0, 0, 1}, {0, Float.NaN, 0.5f}}))
                .hasMessage("Feature 1 of row 1 is NaN, allowed are finite numbers");
        assertThatThrownBy(() -> network.classify(PackedSpikes.of(new float[][] {{1, 0}})))
                .hasMessage("Packed inputs have 2 features each, needed are 3");
    }

    @Test
    void refusesLayersThatDoNotFit() {
        CompactLayer hidden = CompactLayer.discrete(SIGNS, new double[] {1}, null, CompactUnit.HEAVISIDE);
        CompactLayer output = CompactLayer.discrete(SIGNS, new double[] {1}, null, CompactUnit.SOFTMAX);
        CompactLayer real = CompactLayer.continuous(new float[2][3], null, CompactUnit.HEAVISIDE);

        assertRefused("Number of layers is 0, allowed are 1 to 1024");
        assertRefused("Layer 1 has 3 inputs, the layer before it 2 outputs; both must be the same", hidden, output);
        assertRefused(
                "Layer 0: the output layer has the unit HEAVISIDE, allowed are IDENTITY, SOFTMAX and SIGMOID", hidden);
        assertRefused("Layer 0: a hidden layer has the unit SOFTMAX, allowed is HEAVISIDE", output, output);
        assertRefused(
                "Layer 1: a hidden layer has weights of the kind FLOAT, allowed are BINARY and TERNARY",
                hidden,
                real,
                output);
    }

    private static void assertRefused(String message, CompactLayer... layers) {
        assertThatThrownBy(() -> CompactNetwork.of(List.of(layers)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void refusesValuesThatAreNoWeights() {
        assertLayerRefused("Number of inputs is 0, allowed are 1 to 16777216", new byte[0][], 1, 0);
        assertLayerRefused("Number of outputs is 0, allowed are 1 to 16777216", new byte[1][0], 1, 0);
        assertLayerRefused(
                "Input 1 has 1 weights, input 0 has 2; each needs one weight per output",
                new byte[][] {{1, 1}, {1}},
                1,
                0);
        assertLayerRefused(
                "Sign of the weight from input 0 to output 1 is 2, allowed are -1, 0 and 1",
                new byte[][] {{1, 2}},
                1,
                0);
        assertLayerRefused("Scale 0 is NaN, allowed are positive numbers up to 1.0E100", SIGNS, Double.NaN, 0);
        assertLayerRefused("Scale 0 is 0.0, allowed are positive numbers up to 1.0E100", SIGNS, 0, 0);
        assertLayerRefused(
                "Bias of output 0 is Infinity, allowed are numbers from -1.0E100 to 1.0E100",
                SIGNS,
                1,
                Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> CompactLayer.discrete(SIGNS, new double[3], null, CompactUnit.SOFTMAX))
                .hasMessage("Number of scales is 3, allowed are 1 or one per output, 2");
        assertThatThrownBy(() -> CompactLayer.discrete(SIGNS, new double[] {1}, new double[3], CompactUnit.SOFTMAX))
                .hasMessage("Length of the bias is 3, needed is 2");
        assertThatThrownBy(() -> CompactLayer.continuous(new float[][] {{0, Float.NaN}}, null, CompactUnit.SOFTMAX))
                .hasMessage("Weight from input 0 to output 1 is NaN, allowed are finite numbers");
        assertThatThrownBy(() -> CompactLayer.continuous(new float[4097][4096], null, CompactUnit.SOFTMAX))
                .hasMessage("Number of continuous weights is 16781312, allowed are up to 16777216");
    }

    private static void assertLayerRefused(String message, byte[][] signs, double scale, double bias) {
        double[] biases = signs.length == 0 ? null : new double[signs[0].length];
        if (biases != null && biases.length > 0) {
            biases[0] = bias;
        }
        assertThatThrownBy(() -> CompactLayer.discrete(signs, new double[] {scale}, biases, CompactUnit.SOFTMAX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void weightsAndBiasesCanBeAskedFor() {
        CompactLayer layer = CompactLayer.discrete(
                new byte[][] {{1, 0}, {-1, 1}}, new double[] {0.5, 2}, new double[] {7, 8}, CompactUnit.IDENTITY);

        assertThat(layer.kind()).isEqualTo(WeightKind.TERNARY);
        assertThat(List.of(layer.weight(0, 0), layer.weight(0, 1), layer.weight(1, 0), layer.weight(1, 1)))
                .containsExactly(0.5, 0.0, -0.5, 2.0);
        assertThat(layer.bias(1)).isEqualTo(8);
        assertThatThrownBy(() -> layer.weight(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}

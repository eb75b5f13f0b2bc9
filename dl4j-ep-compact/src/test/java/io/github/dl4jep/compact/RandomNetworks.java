package io.github.dl4jep.compact;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Seeded networks and inputs whose sums are exact in double precision, so that ties are ties in whatever order one adds. */
public final class RandomNetworks {

    private RandomNetworks() {}

    public static CompactNetwork of(Random random, WeightKind hidden, WeightKind output, int... sizes) {
        List<CompactLayer> layers = new ArrayList<>();
        for (int i = 0; i + 2 < sizes.length; i++) {
            layers.add(discrete(random, hidden, sizes[i], sizes[i + 1], CompactUnit.HEAVISIDE));
        }
        int inputs = sizes[sizes.length - 2];
        int outputs = sizes[sizes.length - 1];
        layers.add(
                output == WeightKind.FLOAT
                        ? continuous(random, inputs, outputs)
                        : discrete(random, output, inputs, outputs, CompactUnit.SOFTMAX));
        return CompactNetwork.of(layers);
    }

    static CompactLayer discrete(Random random, WeightKind kind, int inputs, int outputs, CompactUnit unit) {
        byte[][] signs = new byte[inputs][outputs];
        for (byte[] row : signs) {
            for (int j = 0; j < outputs; j++) {
                row[j] = (byte) (kind == WeightKind.BINARY ? 2 * random.nextInt(2) - 1 : random.nextInt(3) - 1);
            }
        }
        if (kind == WeightKind.TERNARY) {
            signs[0][0] = 0;
        }
        double[] scales = new double[random.nextBoolean() ? 1 : outputs];
        for (int j = 0; j < scales.length; j++) {
            scales[j] = (1 + random.nextInt(8)) / 8.0;
        }
        return CompactLayer.discrete(signs, scales, bias(random, outputs), unit);
    }

    private static CompactLayer continuous(Random random, int inputs, int outputs) {
        float[][] weights = new float[inputs][outputs];
        for (float[] row : weights) {
            for (int j = 0; j < outputs; j++) {
                row[j] = (random.nextInt(401) - 200) / 64f;
            }
        }
        return CompactLayer.continuous(weights, bias(random, outputs), CompactUnit.SIGMOID);
    }

    /** Often such that whole multiples of the scales hit the threshold exactly. */
    private static double[] bias(Random random, int outputs) {
        if (random.nextInt(4) == 0) {
            return null;
        }
        return random.doubles(outputs, -3, 3)
                .map(b -> random.nextBoolean() ? Math.rint(b * 4) / 4 : b)
                .toArray();
    }

    public static float[][] spikes(Random random, int rows, int inputs) {
        float[][] features = new float[rows][inputs];
        for (float[] row : features) {
            for (int i = 0; i < inputs; i++) {
                row[i] = random.nextInt(3) == 0 ? 1 : 0;
            }
        }
        return features;
    }

    static float[][] reals(Random random, int rows, int inputs) {
        float[][] features = new float[rows][inputs];
        for (float[] row : features) {
            for (int i = 0; i < inputs; i++) {
                row[i] = (random.nextInt(513) - 128) / 256f;
            }
        }
        return features;
    }
}

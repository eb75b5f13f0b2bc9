package io.github.dl4jep.compact;

import java.util.Arrays;

/** The same network without any packing: weights one by one, sums in double precision. The oracle of the bit-packed reader. */
public final class PlainNetwork {

    private PlainNetwork() {}

    public static double[][] potentials(CompactNetwork network, float[][] features) {
        return Arrays.stream(features).map(row -> potentials(network, row)).toArray(double[][]::new);
    }

    private static double[] potentials(CompactNetwork network, float[] features) {
        double[] values = new double[features.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = features[i];
        }
        for (CompactLayer layer : network.layers()) {
            values = potentials(layer, values);
            if (layer.unit() == CompactUnit.HEAVISIDE) {
                values = Arrays.stream(values).map(u -> u >= 0 ? 1 : 0).toArray();
            }
        }
        return values;
    }

    private static double[] potentials(CompactLayer layer, double[] values) {
        double[] potentials = new double[layer.outputs()];
        for (int j = 0; j < potentials.length; j++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += layer.weight(i, j) * values[i];
            }
            potentials[j] = sum + layer.bias(j);
        }
        return potentials;
    }

    static int[] classes(double[][] potentials) {
        return Arrays.stream(potentials).mapToInt(PlainNetwork::largest).toArray();
    }

    private static int largest(double[] row) {
        int best = 0;
        for (int j = 1; j < row.length; j++) {
            if (row[j] > row[best]) {
                best = j;
            }
        }
        return best;
    }
}

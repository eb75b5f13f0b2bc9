package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.FeatureBlock;
import io.github.dl4jep.compact.kernel.SpikeBlock;
import io.github.dl4jep.compact.kernel.Words;

/**
 * A layer with continuous weights. For spikes the sums of all 16 subsets of four inputs are computed once, when the layer is
 * made: a potential is then one look-up for every four inputs.
 */
final class ContinuousForward implements LayerForward {

    private static final int GROUP = 4;
    private static final int SUBSETS = 1 << GROUP;
    private static final int GROUPS_PER_WORD = Words.BITS / GROUP;

    private final CompactLayer layer;

    /** [outputs][groups of all words * subsets]. */
    private final double[][] tables;

    ContinuousForward(CompactLayer layer) {
        this.layer = layer;
        tables = new double[layer.outputs()][Words.count(layer.inputs()) * GROUPS_PER_WORD * SUBSETS];
        for (int j = 0; j < tables.length; j++) {
            fill(tables[j], j);
        }
    }

    private void fill(double[] table, int output) {
        for (int at = 0; at < table.length; at++) {
            int subset = at & (SUBSETS - 1);
            int input = at / SUBSETS * GROUP + Integer.numberOfTrailingZeros(subset);
            if (subset != 0) {
                double rest = table[at - subset + (subset & (subset - 1))];
                table[at] = rest + (input < layer.inputs() ? layer.weight(input, output) : 0);
            }
        }
    }

    @Override
    public double[][] potentials(SpikeBlock in) {
        double[][] potentials = new double[layer.outputs()][in.rows()];
        for (int j = 0; j < potentials.length; j++) {
            for (int k = 0; k < in.wordCount(); k++) {
                add(potentials[j], in.word(k), tables[j], k * GROUPS_PER_WORD * SUBSETS);
            }
            for (int row = 0; row < in.rows(); row++) {
                potentials[j][row] += layer.bias(j);
            }
        }
        return potentials;
    }

    private static void add(double[] sums, int[] word, double[] table, int from) {
        for (int row = 0; row < sums.length; row++) {
            int bits = word[row];
            double low = table[from + (bits & 15)]
                    + table[from + 16 + ((bits >>> 4) & 15)]
                    + (table[from + 32 + ((bits >>> 8) & 15)] + table[from + 48 + ((bits >>> 12) & 15)]);
            double high = table[from + 64 + ((bits >>> 16) & 15)]
                    + table[from + 80 + ((bits >>> 20) & 15)]
                    + (table[from + 96 + ((bits >>> 24) & 15)] + table[from + 112 + (bits >>> 28)]);
            sums[row] += low + high;
        }
    }

    @Override
    public double[][] potentials(FeatureBlock in) {
        double[][] potentials = new double[layer.outputs()][in.rows()];
        for (int j = 0; j < potentials.length; j++) {
            for (int row = 0; row < in.rows(); row++) {
                float[] features = in.row(row);
                double sum = 0;
                for (int i = 0; i < features.length; i++) {
                    sum += layer.weight(i, j) * features[i];
                }
                potentials[j][row] = sum + layer.bias(j);
            }
        }
        return potentials;
    }
}

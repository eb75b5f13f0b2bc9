package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.BitMatrix;
import io.github.dl4jep.compact.kernel.FeatureBlock;
import io.github.dl4jep.compact.kernel.SpikeBlock;
import io.github.dl4jep.compact.kernel.SpikeCounts;
import io.github.dl4jep.compact.kernel.SpikeThreshold;
import org.jspecify.annotations.Nullable;

/**
 * A layer with discrete weights. For spikes its potentials are integers times the scale:
 *
 * <ul>
 *   <li>binary, P = the inputs with weight +c: sum = 2 |P and v| - |v|, which is XNOR and popcount for 0/1 spikes,
 *   <li>ternary, N = the inputs with weight -c: sum = |P and v| - |N and v|.
 * </ul>
 *
 * A hidden unit compares the integer with a threshold computed once.
 */
final class DiscreteForward implements LayerForward {

    private final CompactLayer layer;
    private final DiscreteWeights weights;
    private final int[] thresholds;

    DiscreteForward(CompactLayer layer, DiscreteWeights weights) {
        this.layer = layer;
        this.weights = weights;
        thresholds = new int[layer.outputs()];
        for (int j = 0; j < thresholds.length; j++) {
            thresholds[j] = SpikeThreshold.of(weights.scale(j), layer.bias(j), layer.inputs());
        }
    }

    int outputs() {
        return layer.outputs();
    }

    /**
     * The units' spikes for spikes.
     *
     * @param in one row per example
     * @param out as many rows; overwritten
     */
    void fire(SpikeBlock in, SpikeBlock out) {
        out.clear();
        SignedCounts counts = new SignedCounts(in);
        for (int j = 0; j < layer.outputs(); j++) {
            counts.count(j);
            fire(out.word(j >>> 5), j, thresholds[j] - 1, counts.factor, counts.plus, counts.minus);
        }
    }

    /** Sets the unit's bit where factor * plus - minus is larger than the limit; written for vector code. */
    private static void fire(int[] word, int unit, int limit, int factor, int[] plus, int[] minus) {
        for (int row = 0; row < word.length; row++) {
            word[row] |= ((limit + minus[row] - factor * plus[row]) >>> 31) << unit;
        }
    }

    /**
     * The units' spikes for real features.
     *
     * @param in one row per example
     * @param out as many rows; overwritten
     * @param buffers of this layer's weights
     */
    void fire(FeatureBlock in, SpikeBlock out, SubsetSums buffers) {
        out.clear();
        for (int first = 0; first < in.rows(); first += SubsetSums.ROWS) {
            int count = Math.min(SubsetSums.ROWS, in.rows() - first);
            double[][] sums = buffers.of(in.part(first, count));
            for (int j = 0; j < sums.length; j++) {
                fire(out.word(j >>> 5), first, count, j, sums[j]);
            }
        }
    }

    /** What {@link #fire(FeatureBlock, SpikeBlock, SubsetSums)} needs; for one run and one thread. */
    SubsetSums buffers() {
        return new SubsetSums(weights);
    }

    private void fire(int[] word, int first, int rows, int unit, double[] sums) {
        double scale = weights.scale(unit);
        double bias = layer.bias(unit);
        for (int row = 0; row < rows; row++) {
            word[first + row] |= (Math.fma(scale, sums[row], bias) >= 0 ? 1 : 0) << unit;
        }
    }

    @Override
    public double[][] potentials(SpikeBlock in) {
        double[][] potentials = new double[layer.outputs()][in.rows()];
        SignedCounts counts = new SignedCounts(in);
        for (int j = 0; j < potentials.length; j++) {
            counts.count(j);
            double scale = weights.scale(j);
            double bias = layer.bias(j);
            for (int row = 0; row < in.rows(); row++) {
                int sum = counts.factor * counts.plus[row] - counts.minus[row];
                potentials[j][row] = Math.fma(scale, sum, bias);
            }
        }
        return potentials;
    }

    @Override
    public double[][] potentials(FeatureBlock in) {
        double[][] potentials = new double[layer.outputs()][in.rows()];
        SubsetSums buffers = buffers();
        for (int first = 0; first < in.rows(); first += SubsetSums.ROWS) {
            int count = Math.min(SubsetSums.ROWS, in.rows() - first);
            double[][] sums = buffers.of(in.part(first, count));
            for (int j = 0; j < sums.length; j++) {
                for (int row = 0; row < count; row++) {
                    potentials[j][first + row] = Math.fma(weights.scale(j), sums[j][row], layer.bias(j));
                }
            }
        }
        return potentials;
    }

    /** The integer sums of one unit after the other, as factor * plus - minus. */
    private final class SignedCounts {

        private final SpikeCounts counts;
        private final @Nullable BitMatrix negative = weights.minus();
        private final int factor = negative == null ? 2 : 1;
        private final int[] plus;
        private final int[] minus;

        SignedCounts(SpikeBlock in) {
            counts = new SpikeCounts(in);
            plus = new int[in.rows()];
            minus = negative == null ? in.spikesPerRow() : new int[in.rows()];
        }

        void count(int unit) {
            counts.of(weights.plus(), unit, plus);
            if (negative != null) {
                counts.of(negative, unit, minus);
            }
        }
    }
}

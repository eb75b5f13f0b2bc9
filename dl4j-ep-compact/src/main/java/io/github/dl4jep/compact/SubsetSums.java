package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.BitMatrix;
import io.github.dl4jep.compact.kernel.FeatureBlock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sums of real features with signs, in double precision. The sums of all 16 subsets of four inputs are computed once and used by
 * all units: one addition per unit and four inputs instead of four.
 */
final class SubsetSums {

    /** Rows at a time: the sums of all units then stay in the second-level cache. */
    static final int ROWS = 128;

    private static final int GROUP = 4;
    private static final int GROUPS_PER_PASS = 4;
    private static final int SUBSETS = 1 << GROUP;
    private static final int INPUTS_PER_PASS = GROUP * GROUPS_PER_PASS;

    private final BitMatrix plus;
    private final @Nullable BitMatrix minus;
    private final double[][] sums;
    private final double[][] tables = new double[GROUPS_PER_PASS * SUBSETS][ROWS];
    private final double[][] columns = new double[INPUTS_PER_PASS][ROWS];

    /** For the signs of these weights. Holds buffers: for one thread. */
    SubsetSums(DiscreteWeights weights) {
        plus = weights.plus();
        minus = weights.minus();
        sums = new double[plus.units()][ROWS];
    }

    /**
     * Sums over the inputs of sign * feature.
     *
     * @param in at most {@link #ROWS} rows
     * @return [outputs][{@link #ROWS}], of which the first are those of the block; valid until the next call
     */
    double[][] of(FeatureBlock in) {
        for (double[] unit : sums) {
            Arrays.fill(unit, 0);
        }
        for (int from = 0; from < plus.inputs(); from += INPUTS_PER_PASS) {
            copyColumns(in, from);
            fillTables(minus == null);
            addTables(from);
        }
        return sums;
    }

    private void copyColumns(FeatureBlock in, int from) {
        int count = Math.min(INPUTS_PER_PASS, plus.inputs() - from);
        for (int row = 0; row < in.rows(); row++) {
            float[] features = in.row(row);
            for (int i = 0; i < count; i++) {
                columns[i][row] = features[from + i];
            }
        }
        for (int i = count; i < INPUTS_PER_PASS; i++) {
            Arrays.fill(columns[i], 0);
        }
    }

    /** Subset s of a group: the inputs of its set bits, less those of the others if these have the weight -1. */
    private void fillTables(boolean othersAreNegative) {
        for (int group = 0; group < GROUPS_PER_PASS; group++) {
            int first = group * SUBSETS;
            Arrays.fill(tables[first], 0);
            if (othersAreNegative) {
                for (int i = 0; i < GROUP; i++) {
                    addScaled(tables[first], tables[first], columns[group * GROUP + i], -1);
                }
            }
            for (int subset = 1; subset < SUBSETS; subset++) {
                int input = Integer.numberOfTrailingZeros(subset);
                double[] rest = tables[first + (subset & (subset - 1))];
                addScaled(tables[first + subset], rest, columns[group * GROUP + input], othersAreNegative ? 2 : 1);
            }
        }
    }

    private static void addScaled(double[] target, double[] rest, double[] column, double factor) {
        for (int row = 0; row < target.length; row++) {
            target[row] = rest[row] + factor * column[row];
        }
    }

    private void addTables(int from) {
        for (int j = 0; j < sums.length; j++) {
            int bits = plus.word(j, from >>> 5) >>> from;
            add(sums[j], table(0, bits), table(1, bits), table(2, bits), table(3, bits));
            if (minus != null) {
                bits = minus.word(j, from >>> 5) >>> from;
                subtract(sums[j], table(0, bits), table(1, bits), table(2, bits), table(3, bits));
            }
        }
    }

    private double[] table(int group, int bits) {
        return tables[group * SUBSETS + ((bits >>> (group * GROUP)) & (SUBSETS - 1))];
    }

    private static void add(double[] sums, double[] t0, double[] t1, double[] t2, double[] t3) {
        for (int row = 0; row < sums.length; row++) {
            sums[row] += t0[row] + t1[row] + (t2[row] + t3[row]);
        }
    }

    private static void subtract(double[] sums, double[] t0, double[] t1, double[] t2, double[] t3) {
        for (int row = 0; row < sums.length; row++) {
            sums[row] -= t0[row] + t1[row] + (t2[row] + t3[row]);
        }
    }
}

package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums over the units of a layer, collected inside a fused loop over weights [nIn, nOut], f-ordered: one sum per input.
 *
 * <p>Every block of the loop has sums of its own, added up in the blocks' order, so that the result does not depend on threads.
 */
final class UnitSums {

    private final float[][] sums;
    /** A column of each block. */
    private final float[][] column;

    /** Sums of 0 for this many inputs. */
    UnitSums(int inputs) {
        this.sums = new float[FusedLoop.BLOCKS][inputs];
        this.column = new float[FusedLoop.BLOCKS][inputs];
    }

    /**
     * Writes the mean over inputs of each column of a chunk.
     *
     * @param columns the chunk: whole columns
     * @param count its elements
     * @param start index of its first element in the whole array
     * @param means written at the columns' places
     */
    void meansOverInputs(float[] columns, int count, int start, float[] means) {
        int inputs = sums[0].length;
        for (int from = 0; from < count; from += inputs) {
            means[(start + from) / inputs] = (float) (Rows.sum(columns, from, inputs) / inputs);
        }
    }

    /** Adds a chunk of whole columns. */
    void add(int block, float[] columns, int count) {
        float[] sum = sums[block];
        float[] one = column[block];
        for (int from = 0; from < count; from += sum.length) {
            // The JIT adds whole vectors only where both arrays begin at 0: a copy and a sum are faster than the sum
            // alone.
            System.arraycopy(columns, from, one, 0, one.length);
            FusedLoop.add(one, sum, sum.length);
        }
    }

    /** Mean over units, [inputs, 1]. */
    INDArray mean(long units) {
        float[] total = new float[sums[0].length];
        for (float[] sum : sums) {
            for (int j = 0; j < total.length; j++) {
                total[j] += sum[j];
            }
        }
        float share = 1f / units;
        for (int j = 0; j < total.length; j++) {
            total[j] *= share;
        }
        return Rows.column(total);
    }
}

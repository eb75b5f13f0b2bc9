package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sums over the units of a layer, collected inside a fused loop over weights [nIn, nOut], f-ordered: one sum per input.
 *
 * <p>Every block of the loop has sums of its own, added up in the blocks' order, so that the result does not depend on threads.
 */
final class UnitSums {

    private final float[][] sums;

    /** Sums of 0 for this many inputs. */
    UnitSums(int inputs) {
        this.sums = new float[FusedLoop.BLOCKS][inputs];
    }

    /** Adds a chunk of whole columns. */
    void add(int block, float[] columns, int count) {
        float[] sum = sums[block];
        for (int column = 0; column < count; column += sum.length) {
            addColumn(sum, columns, column);
        }
    }

    private static void addColumn(float[] sum, float[] columns, int from) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += columns[from + j];
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
        return Nd4j.createFromArray(total).reshape(total.length, 1);
    }
}

package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Group g of the units sees group g of the columns, as the channels of a depthwise convolution. A matrix product for each group
 * would be too small to be fast, so float arrays are multiplied column by column on the heap, groups on all cores; all others go group by
 * group through {@link WeightProduct#FULL}, the plain version and the tests' oracle.
 *
 * <p>Shapes: x [rows, groups x fan-in], w [fan-in, groups x units], z [rows, groups x units].
 */
final class GroupedProduct implements WeightProduct {

    private final int groups;

    /** A product for a number of groups. */
    GroupedProduct(int groups) {
        this.groups = groups;
    }

    @Override
    public void times(INDArray x, INDArray w, INDArray sum, boolean added) {
        if (!isFast(sum, x, w)) {
            plainTimes(x, w, sum, added);
            return;
        }
        int fanIn = w.rows();
        int units = w.columns() / groups;
        float[] weights = w.dup('f').data().asFloat();
        Columns from = new Columns(x);
        Columns to = new Columns(sum);
        forEachGroup(x.length(), group -> {
            float[] column = new float[from.rows];
            float[] result = new float[from.rows];
            for (int unit = group * units; unit < (group + 1) * units; unit++) {
                to.start(unit, result, added);
                for (int k = 0; k < fanIn; k++) {
                    from.read(group * fanIn + k, column);
                    addScaled(weights[unit * fanIn + k], column, result);
                }
                to.write(unit, result);
            }
        });
        HostMemory.written(sum);
    }

    @Override
    public INDArray timesTransposed(INDArray z, INDArray w) {
        int fanIn = w.rows();
        INDArray result = HostMemory.uninitialized(z.dataType(), new long[] {z.rows(), (long) groups * fanIn}, 'f');
        if (!isFast(result, z, w)) {
            return plainTimesTransposed(z, w, result);
        }
        int units = w.columns() / groups;
        float[] weights = w.dup('f').data().asFloat();
        Columns from = new Columns(z);
        Columns to = new Columns(result);
        forEachGroup(result.length(), group -> {
            float[] column = new float[from.rows];
            float[] sum = new float[from.rows];
            for (int k = 0; k < fanIn; k++) {
                Arrays.fill(sum, 0);
                for (int unit = group * units; unit < (group + 1) * units; unit++) {
                    from.read(unit, column);
                    addScaled(weights[unit * fanIn + k], column, sum);
                }
                to.write(group * fanIn + k, sum);
            }
        });
        return HostMemory.written(result);
    }

    @Override
    public void transposedTimes(INDArray x, INDArray z, INDArray sum, boolean added) {
        if (!isFast(sum, x, z)) {
            plainTransposedTimes(x, z, sum, added);
            return;
        }
        int fanIn = sum.rows();
        int units = sum.columns() / groups;
        Columns seen = new Columns(x);
        Columns messages = new Columns(z);
        Columns to = new Columns(sum);
        forEachGroup(x.length(), group -> {
            float[] column = new float[seen.rows];
            float[] message = new float[seen.rows];
            float[] site = new float[fanIn];
            for (int unit = group * units; unit < (group + 1) * units; unit++) {
                messages.read(unit, message);
                to.start(unit, site, added);
                for (int k = 0; k < fanIn; k++) {
                    seen.read(group * fanIn + k, column);
                    site[k] += (float) product(column, message);
                }
                to.write(unit, site);
            }
        });
        HostMemory.written(sum);
    }

    private static void addScaled(float factor, float[] column, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * column[i];
        }
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private void forEachGroup(long elements, IntConsumer action) {
        IntStream all = IntStream.range(0, groups);
        (elements < Patches.PARALLEL_FROM ? all : all.parallel()).forEach(action);
    }

    /** Whether all arrays are float, and the result's columns can be written where they are. */
    private static boolean isFast(INDArray result, INDArray... others) {
        return result.dataType() == DataType.FLOAT
                && Patches.dense(result) == result
                && Arrays.stream(others).allMatch(array -> array.dataType() == DataType.FLOAT);
    }

    /** The columns of a float matrix; what is written must be f-ordered and dense. */
    private static final class Columns {

        private final FloatBuffer buffer;
        private final INDArray dense;
        private final int rows;

        Columns(INDArray matrix) {
            this.dense = Patches.dense(matrix);
            this.buffer = HostMemory.floats(dense);
            this.rows = matrix.rows();
        }

        void read(int column, float[] target) {
            buffer.get(buffer.position() + column * rows, target, 0, rows);
            HostMemory.keep(dense);
        }

        void write(int column, float[] values) {
            buffer.put(buffer.position() + column * rows, values, 0, rows);
            HostMemory.keep(dense);
        }

        /** Fills what a sum begins with: the column itself, or 0. */
        void start(int column, float[] sum, boolean kept) {
            if (kept) {
                read(column, sum);
            } else {
                Arrays.fill(sum, 0);
            }
        }
    }

    /** The plain version of {@link #times}. */
    void plainTimes(INDArray x, INDArray w, INDArray sum, boolean added) {
        for (int g = 0; g < groups; g++) {
            INDArray part = block(sum, g).dup('f');
            FULL.times(block(x, g).dup('f'), block(w, g).dup('f'), part, added);
            block(sum, g).assign(part);
        }
    }

    /** The plain version of {@link #timesTransposed}, into the result. */
    INDArray plainTimesTransposed(INDArray z, INDArray w, INDArray result) {
        for (int g = 0; g < groups; g++) {
            block(result, g)
                    .assign(FULL.timesTransposed(
                            block(z, g).dup('f'), block(w, g).dup('f')));
        }
        return result;
    }

    /** The plain version of {@link #transposedTimes}. */
    void plainTransposedTimes(INDArray x, INDArray z, INDArray sum, boolean added) {
        for (int g = 0; g < groups; g++) {
            INDArray part = block(sum, g).dup('f');
            FULL.transposedTimes(block(x, g).dup('f'), block(z, g).dup('f'), part, added);
            block(sum, g).assign(part);
        }
    }

    private INDArray block(INDArray matrix, int group) {
        long width = matrix.columns() / groups;
        return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(group * width, (group + 1) * width));
    }
}

package io.github.dl4jep.factor;

import io.github.dl4jep.kernel.ChannelLoop;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The windows of a convolution as a matrix, so that it becomes one large product.
 *
 * <p>Shapes: an activation is [minibatch, channels x inputPositions], f-ordered; its patches are [outputPositions x minibatch,
 * channels x kernelPositions], f-ordered, the minibatch fastest: row {@code position * minibatch + example}. So patches are
 * copies of runs of whole batches, and a product [outputPositions x minibatch, units] is, read as [minibatch, units x
 * outputPositions], the next activation without a copy.
 *
 * <p>Float arrays are copied run by run on all cores; all others go through the plain version, the tests' oracle.
 */
public final class Patches {

    /** Most elements of an array of patches. */
    public static final long MAX_ELEMENTS = ChannelLoop.MAX_ELEMENTS;

    /** Fewer elements than this are not worth a second thread. */
    private static final int PARALLEL_FROM = 1 << 15;

    private final WindowGeometry geometry;
    private final int[][] sources;
    private final int[][] runs;

    /**
     * The patches of a geometry.
     *
     * @param geometry where the windows lie
     */
    public Patches(WindowGeometry geometry) {
        this.geometry = geometry;
        this.sources = new int[geometry.kernelPositions()][];
        this.runs = new int[sources.length][];
        for (int k = 0; k < sources.length; k++) {
            sources[k] = geometry.sources(k);
            runs[k] = runs(sources[k]);
        }
    }

    /** Lengths of the stretches of windows whose sources follow each other, or are all outside. */
    private static int[] runs(int[] sources) {
        int[] lengths = new int[sources.length];
        int count = 0;
        int from = 0;
        for (int w = 1; w <= sources.length; w++) {
            boolean goesOn =
                    w < sources.length && (sources[w - 1] < 0 ? sources[w] < 0 : sources[w] == sources[w - 1] + 1);
            if (!goesOn) {
                lengths[count++] = w - from;
                from = w;
            }
        }
        return java.util.Arrays.copyOf(lengths, count);
    }

    /**
     * Where the windows lie.
     *
     * @return the geometry
     */
    public WindowGeometry geometry() {
        return geometry;
    }

    /**
     * Copies the windows out of an activation.
     *
     * @param activation [minibatch, channels x inputPositions]
     * @return the patches, [outputPositions x minibatch, channels x kernelPositions]; 0 outside the input
     * @throws IllegalArgumentException if there are more than {@link #MAX_ELEMENTS}
     */
    public INDArray gather(INDArray activation) {
        int batch = Math.toIntExact(activation.size(0));
        if (batch * geometry.patchElements() > MAX_ELEMENTS) {
            throw new IllegalArgumentException("patches of " + batch + " examples have "
                    + batch * geometry.patchElements() + " elements, allowed are " + MAX_ELEMENTS);
        }
        INDArray from = dense(activation);
        INDArray patches = Nd4j.createUninitialized(
                activation.dataType(), new long[] {(long) geometry.outputPositions() * batch, geometry.fanIn()}, 'f');
        if (activation.dataType() != DataType.FLOAT) {
            return patches.assign(plainGather(from));
        }
        FloatBuffer in = from.data().asNioFloat();
        FloatBuffer out = patches.data().asNioFloat();
        columns(patches.length()).forEach(column -> gatherColumn(in, out, column, batch));
        return written(patches);
    }

    private void gatherColumn(FloatBuffer in, FloatBuffer out, int column, int batch) {
        int k = column % sources.length;
        int plane = in.position() + column / sources.length * geometry.inputPositions() * batch;
        int target = out.position() + column * geometry.outputPositions() * batch;
        int window = 0;
        for (int run : runs[k]) {
            int source = sources[k][window];
            int count = run * batch;
            if (source < 0) {
                zero(out, target + window * batch, count);
            } else {
                out.put(target + window * batch, in, plane + source * batch, count);
            }
            window += run;
        }
    }

    private static void zero(FloatBuffer out, int from, int count) {
        for (int i = from; i < from + count; i++) {
            out.put(i, 0f);
        }
    }

    /**
     * Adds up what the windows say about each position: the adjoint of {@link #gather}.
     *
     * @param patches [outputPositions x minibatch, channels x kernelPositions], f-ordered
     * @return [minibatch, channels x inputPositions], f-ordered
     */
    public INDArray scatter(INDArray patches) {
        int batch = Math.toIntExact(patches.size(0) / geometry.outputPositions());
        INDArray from = dense(patches);
        INDArray activation = Nd4j.createUninitialized(
                patches.dataType(), new long[] {batch, (long) geometry.channels() * geometry.inputPositions()}, 'f');
        if (patches.dataType() != DataType.FLOAT) {
            return activation.assign(plainScatter(from));
        }
        FloatBuffer in = from.data().asNioFloat();
        FloatBuffer out = activation.data().asNioFloat();
        IntStream channels = IntStream.range(0, geometry.channels());
        (patches.length() < PARALLEL_FROM ? channels : channels.parallel())
                .forEach(channel -> scatterChannel(in, out, channel, batch));
        return written(activation);
    }

    private void scatterChannel(FloatBuffer in, FloatBuffer out, int channel, int batch) {
        float[] sum = new float[geometry.inputPositions() * batch];
        float[] column = new float[geometry.outputPositions() * batch];
        for (int k = 0; k < sources.length; k++) {
            in.get(in.position() + (channel * sources.length + k) * column.length, column);
            int window = 0;
            for (int run : runs[k]) {
                int source = sources[k][window];
                if (source >= 0) {
                    add(column, window * batch, sum, source * batch, run * batch);
                }
                window += run;
            }
        }
        out.put(out.position() + channel * sum.length, sum);
    }

    private static void add(float[] addend, int from, float[] sum, int to, int count) {
        for (int i = 0; i < count; i++) {
            sum[to + i] += addend[from + i];
        }
    }

    /**
     * The windows at some positions only, side by side: what the batch covariance looks at.
     *
     * @param activation [minibatch, channels x inputPositions]
     * @param windows indices of output positions
     * @return [minibatch, windows x channels x kernelPositions], f-ordered
     */
    public INDArray gather(INDArray activation, int[] windows) {
        long batch = activation.size(0);
        int[] columns = new int[windows.length * geometry.fanIn()];
        boolean[] outside = new boolean[columns.length];
        int next = 0;
        for (int window : windows) {
            for (int channel = 0; channel < geometry.channels(); channel++) {
                for (int[] source : sources) {
                    outside[next] = source[window] < 0;
                    columns[next++] = channel * geometry.inputPositions() + Math.max(0, source[window]);
                }
            }
        }
        return gatherColumns(dense(activation), columns, outside, batch);
    }

    private static INDArray gatherColumns(INDArray from, int[] columns, boolean[] outside, long batch) {
        INDArray result = Nd4j.createUninitialized(from.dataType(), new long[] {batch, columns.length}, 'f');
        int rows = Math.toIntExact(batch);
        if (from.dataType() != DataType.FLOAT) {
            for (int i = 0; i < columns.length; i++) {
                result.putColumn(i, outside[i] ? Nd4j.zeros(from.dataType(), batch) : from.getColumn(columns[i]));
            }
            return result;
        }
        FloatBuffer in = from.data().asNioFloat();
        FloatBuffer out = result.data().asNioFloat();
        for (int i = 0; i < columns.length; i++) {
            int target = out.position() + i * rows;
            if (outside[i]) {
                zero(out, target, rows);
            } else {
                out.put(target, in, in.position() + columns[i] * rows, rows);
            }
        }
        return written(result);
    }

    private IntStream columns(long elements) {
        IntStream columns = IntStream.range(0, geometry.fanIn());
        return elements < PARALLEL_FROM ? columns : columns.parallel();
    }

    private static INDArray dense(INDArray matrix) {
        return matrix.ordering() == 'f' && matrix.elementWiseStride() == 1 ? matrix : matrix.dup('f');
    }

    private static INDArray written(INDArray array) {
        Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
        return array;
    }

    /** The plain version of {@link #gather(INDArray)}: element by element. */
    INDArray plainGather(INDArray activation) {
        int batch = Math.toIntExact(activation.size(0));
        int windows = geometry.outputPositions();
        INDArray patches = Nd4j.createUninitialized(
                        activation.dataType(), new long[] {(long) windows * batch, geometry.fanIn()}, 'f')
                .assign(0);
        for (int column = 0; column < geometry.fanIn(); column++) {
            int[] source = sources[column % sources.length];
            for (int window = 0; window < windows; window++) {
                for (int b = 0; b < batch && source[window] >= 0; b++) {
                    patches.putScalar(
                            (long) window * batch + b,
                            column,
                            activation.getDouble(b, inputColumn(column, source[window])));
                }
            }
        }
        return patches;
    }

    /** The plain version of {@link #scatter}: element by element. */
    INDArray plainScatter(INDArray patches) {
        int windows = geometry.outputPositions();
        int batch = Math.toIntExact(patches.size(0) / windows);
        INDArray activation = Nd4j.createUninitialized(
                        patches.dataType(),
                        new long[] {batch, (long) geometry.channels() * geometry.inputPositions()},
                        'f')
                .assign(0);
        for (int column = 0; column < geometry.fanIn(); column++) {
            int[] source = sources[column % sources.length];
            for (int window = 0; window < windows; window++) {
                for (int b = 0; b < batch && source[window] >= 0; b++) {
                    long to = inputColumn(column, source[window]);
                    double said = patches.getDouble((long) window * batch + b, column);
                    activation.putScalar(b, to, activation.getDouble(b, to) + said);
                }
            }
        }
        return activation;
    }

    private long inputColumn(int column, int source) {
        return (long) (column / sources.length) * geometry.inputPositions() + source;
    }
}

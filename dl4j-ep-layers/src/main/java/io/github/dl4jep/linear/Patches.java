package io.github.dl4jep.linear;

import io.github.dl4jep.array.ChannelLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.window.WindowGeometry;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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
    static final int PARALLEL_FROM = 1 << 15;

    private static final float[] ZEROS = new float[1 << 10];

    private final WindowGeometry geometry;
    private final int first;
    private final int windows;
    private final int[][] sources;
    private final int[][] runs;
    private final List<Stretch> stretches;

    /**
     * The patches of a geometry.
     *
     * @param geometry where the windows lie
     */
    public Patches(WindowGeometry geometry) {
        this(geometry, 0, geometry.outputPositions());
    }

    private Patches(WindowGeometry geometry, int first, int windows) {
        this.geometry = geometry;
        this.first = first;
        this.windows = windows;
        this.sources = new int[geometry.kernelPositions()][];
        this.runs = new int[sources.length][];
        for (int k = 0; k < sources.length; k++) {
            sources[k] = Arrays.copyOfRange(geometry.sources(k), first, first + windows);
            runs[k] = runs(sources[k]);
        }
        this.stretches = stretches();
    }

    /**
     * Windows whose sources for one element of the kernel follow each other inside the input.
     *
     * @param kernelPosition the element of the kernel
     * @param window the first of the windows
     * @param source its source
     * @param count number of windows
     */
    private record Stretch(int kernelPosition, int window, int source, int count) {}

    /** All stretches, in the order of their windows, so that whoever follows them stays near one place of the input. */
    private List<Stretch> stretches() {
        List<Stretch> all = new ArrayList<>();
        for (int k = 0; k < sources.length; k++) {
            int window = 0;
            for (int run : runs[k]) {
                if (sources[k][window] >= 0) {
                    all.add(new Stretch(k, window, sources[k][window], run));
                }
                window += run;
            }
        }
        all.sort(Comparator.comparingInt(Stretch::window));
        return all;
    }

    /**
     * The same patches in blocks of output positions that follow each other.
     *
     * @param positions most positions of a block, at least 1
     * @return the blocks, in order
     */
    List<Patches> blocks(int positions) {
        if (positions >= windows) {
            return List.of(this);
        }
        List<Patches> blocks = new ArrayList<>();
        for (int from = 0; from < windows; from += positions) {
            blocks.add(new Patches(geometry, first + from, Math.min(positions, windows - from)));
        }
        return blocks;
    }

    /** The output position of the first row of patches. */
    int first() {
        return first;
    }

    /** Number of output positions of these patches. */
    int windows() {
        return windows;
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
        return Arrays.copyOf(lengths, count);
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
        long rows = (long) windows * batch;
        if (rows * geometry.fanIn() > MAX_ELEMENTS) {
            throw new IllegalArgumentException("patches of " + batch + " examples have " + rows * geometry.fanIn()
                    + " elements, allowed are " + MAX_ELEMENTS);
        }
        INDArray from = dense(activation);
        INDArray patches = HostMemory.uninitialized(activation.dataType(), new long[] {rows, geometry.fanIn()}, 'f');
        if (activation.dataType() != DataType.FLOAT) {
            return patches.assign(plainGather(from));
        }
        FloatBuffer in = HostMemory.floats(from);
        FloatBuffer out = HostMemory.floats(patches);
        columns(patches.length()).forEach(column -> gatherColumn(in, out, column, batch));
        HostMemory.keep(from);
        return HostMemory.written(patches);
    }

    private void gatherColumn(FloatBuffer in, FloatBuffer out, int column, int batch) {
        int k = column % sources.length;
        int plane = in.position() + column / sources.length * geometry.inputPositions() * batch;
        int target = out.position() + column * windows * batch;
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
        for (int done = 0; done < count; done += ZEROS.length) {
            out.put(from + done, ZEROS, 0, Math.min(ZEROS.length, count - done));
        }
    }

    /**
     * Adds up what the windows say about each position: the adjoint of {@link #gather}.
     *
     * @param patches [outputPositions x minibatch, channels x kernelPositions], f-ordered
     * @return [minibatch, channels x inputPositions], f-ordered
     */
    public INDArray scatter(INDArray patches) {
        PatchSum sum = new PatchSum(geometry, Math.toIntExact(patches.size(0) / windows), patches.dataType());
        sum.add(this, patches);
        return sum.activation();
    }

    /** The sources of this block's windows for one element of the kernel; -1 outside the input. */
    int[] sources(int kernelPosition) {
        return sources[kernelPosition];
    }

    /** Adds one channel's patches to its plane, [inputPositions x minibatch]. */
    void addChannel(FloatBuffer patches, int channel, int batch, float[] sum) {
        float[] addend = new float[sum.length];
        int plane = patches.position() + channel * sources.length * windows * batch;
        for (Stretch stretch : stretches) {
            int from = plane + (stretch.kernelPosition * windows + stretch.window) * batch;
            int to = stretch.source * batch;
            int count = stretch.count * batch;
            patches.get(from, addend, to, count);
            add(addend, sum, to, to + count);
        }
    }

    /** Both arrays have one index, so that the JIT vectorises the loop. */
    private static void add(float[] addend, float[] sum, int from, int to) {
        for (int i = from; i < to; i++) {
            sum[i] += addend[i];
        }
    }

    private IntStream columns(long elements) {
        IntStream columns = IntStream.range(0, geometry.fanIn());
        return elements < PARALLEL_FROM ? columns : columns.parallel();
    }

    static INDArray dense(INDArray matrix) {
        return matrix.ordering() == 'f' && matrix.elementWiseStride() == 1 ? matrix : matrix.dup('f');
    }

    /** The plain version of {@link #gather(INDArray)}: element by element. */
    INDArray plainGather(INDArray activation) {
        int batch = Math.toIntExact(activation.size(0));
        INDArray patches = HostMemory.uninitialized(
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

    long inputColumn(int column, int source) {
        return (long) (column / sources.length) * geometry.inputPositions() + source;
    }
}

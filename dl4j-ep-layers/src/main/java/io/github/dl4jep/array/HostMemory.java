package io.github.dl4jep.array;

import java.lang.ref.Reference;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of arrays as loops see it: the one place where buffers are taken from ND4J. They lie on the host; of a backend whose arrays
 * lie elsewhere, {@link #floats} and {@link #doubles} bring them there, and {@link #written} says that they have changed.
 *
 * <p>The first element of an array, which may be a view, is at the buffer's position. A buffer does not keep its array: outside of workspaces
 * the memory is free as soon as nothing refers to the array. Whoever uses a buffer calls {@link #keep} or {@link #written} afterwards.
 */
public final class HostMemory {

    private HostMemory() {}

    /**
     * The elements of an array of floats.
     *
     * @param array the array
     * @return its memory
     */
    public static FloatBuffer floats(INDArray array) {
        DataBuffer data = onHost(array).data();
        // ND4J's own kind of pointer looks up how long an element is, twice for each buffer.
        return new FloatPointer(data.pointer()).asBuffer().position(Math.toIntExact(data.offset()));
    }

    /**
     * The elements of an array of floats, for native code, which needs no buffer.
     *
     * @param array the array
     * @return where its first element is
     */
    static FloatPointer floatPointer(INDArray array) {
        DataBuffer data = onHost(array).data();
        return new FloatPointer(data.pointer()).position(data.offset());
    }

    /**
     * The elements of an array of doubles.
     *
     * @param array the array
     * @return its memory
     */
    public static DoubleBuffer doubles(INDArray array) {
        DataBuffer data = onHost(array).data();
        return new DoublePointer(data.pointer()).asBuffer().position(Math.toIntExact(data.offset()));
    }

    /**
     * Where the elements of an array begin.
     *
     * @param array of any type
     * @return its memory
     */
    static Pointer pointer(INDArray array) {
        return onHost(array).data().addressPointer();
    }

    /**
     * An array that a loop or a product writes. ND4J's own {@code createUninitialized} asks native code for the shape of every array, which
     * takes four times as long as the memory; this way the shapes of matrices are kept.
     *
     * @param type of the elements
     * @param shape sizes of its dimensions
     * @param order 'c' or 'f'
     * @return an array of any content, in the open workspace
     */
    public static INDArray uninitialized(DataType type, long[] shape, char order) {
        if (shape.length != 2 || shape[0] == 0 || shape[1] == 0 || isMiscounted(shape, order)) {
            return Nd4j.createUninitialized(type, shape, order);
        }
        long[] noPadding = new long[shape.length];
        MemoryWorkspace open = Nd4j.getMemoryManager().getCurrentWorkspace();
        return Nd4j.factory().create(type, shape, noPadding, noPadding, order, open);
    }

    /** ND4J takes such vectors for one element. */
    private static boolean isMiscounted(long[] shape, char order) {
        return order == 'f' ? shape[1] == 1 && shape[0] > 1 : shape[0] == 1 && shape[1] > 1;
    }

    /**
     * {@link #uninitialized} for elements of another array.
     *
     * @param array of any content
     * @return an array of its type, shape and order
     */
    public static INDArray like(INDArray array) {
        return uninitialized(array.dataType(), array.shape(), array.ordering());
    }

    /**
     * A copy, f-ordered.
     *
     * @param matrix of any memory
     * @return a new array in the open workspace
     */
    public static INDArray copy(INDArray matrix) {
        if (matrix.dataType() != DataType.FLOAT || matrix.ordering() != 'f' || matrix.elementWiseStride() != 1) {
            return matrix.dup('f');
        }
        INDArray copy = like(matrix);
        assign(matrix, copy);
        return copy;
    }

    /**
     * Copies all elements: ND4J's {@code assign} for small arrays.
     *
     * @param from read
     * @param to written, of the same shape
     */
    public static void assign(INDArray from, INDArray to) {
        if (!FusedLoop.accepts(from, to)) {
            to.assign(from);
            return;
        }
        FloatBuffer source = floats(from);
        FloatBuffer target = floats(to);
        target.put(target.position(), source, source.position(), Math.toIntExact(from.length()));
        keep(from);
        written(to);
    }

    /**
     * An array that lives on when the open workspace is closed: ND4J's {@code detach} for small arrays.
     *
     * @param array of any memory
     * @return the array itself if it lies in no workspace, else a copy
     */
    public static INDArray detached(INDArray array) {
        boolean dense = array.dataType() == DataType.FLOAT && array.ordering() == 'f' && array.elementWiseStride() == 1;
        if (!dense || !array.isAttached()) {
            return array.detach();
        }
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return copy(array);
        }
    }

    /**
     * A matrix of one value.
     *
     * @param type FLOAT or DOUBLE
     * @param rows number of rows
     * @param columns number of columns
     * @param value of every element
     * @return [rows, columns], f-ordered, in the open workspace
     */
    public static INDArray filled(DataType type, long rows, long columns, double value) {
        double[] values = new double[Math.toIntExact(rows * columns)];
        Arrays.fill(values, value);
        return Rows.matrix(values, Math.toIntExact(rows), Math.toIntExact(columns), type);
    }

    /**
     * Writes numbers to an array, in the order of its rows.
     *
     * @param values as many as the array has elements
     * @param array FLOAT or DOUBLE
     */
    public static void write(double[] values, INDArray array) {
        if (values.length == 1 && array.length() == 1) {
            array.putScalar(0, values[0]);
            return;
        }
        if (!array.isVectorOrScalar() || array.elementWiseStride() != 1 || array.dataType() != DataType.FLOAT) {
            array.assign(Rows.matrix(values, 1, values.length).reshape(array.shape()));
            return;
        }
        FloatBuffer to = floats(array);
        for (int i = 0; i < values.length; i++) {
            to.put(to.position() + i, (float) values[i]);
        }
        written(array);
    }

    private static INDArray onHost(INDArray array) {
        Nd4j.getAffinityManager().ensureLocation(array, AffinityManager.Location.HOST);
        return array;
    }

    /**
     * Says that a loop has written to an array.
     *
     * @param array the array
     * @return the array
     */
    public static INDArray written(INDArray array) {
        Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
        return array;
    }

    /**
     * Says that buffers were used up to here. After an exception nobody uses them any more, so this need not stand in a finally block.
     *
     * @param owners the arrays that they lie in, or what holds these
     */
    @SuppressWarnings("ReachabilityFenceUsage")
    public static void keep(Object... owners) {
        Reference.reachabilityFence(owners);
    }
}

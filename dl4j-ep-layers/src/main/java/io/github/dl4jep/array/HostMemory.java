package io.github.dl4jep.array;

import java.lang.ref.Reference;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
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
        return onHost(array).data().asNioFloat();
    }

    /**
     * The elements of an array of doubles.
     *
     * @param array the array
     * @return its memory
     */
    public static DoubleBuffer doubles(INDArray array) {
        return onHost(array).data().asNioDouble();
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

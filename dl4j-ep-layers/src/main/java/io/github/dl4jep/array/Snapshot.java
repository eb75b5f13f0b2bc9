package io.github.dl4jep.array;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An array and what was in it, to see whether that has changed. Whoever has a view of an array may write to it, and nothing in ND4J says so;
 * comparing all of it takes one look at its memory.
 */
public final class Snapshot {

    /** Part of the free memory that copies may take. */
    private static final double PART_OF_FREE_MEMORY = 1.0 / 16;

    private final INDArray array;
    private final INDArray copy;

    private Snapshot(INDArray array, INDArray copy) {
        this.array = array;
        this.copy = copy;
    }

    /**
     * Whether arrays can be compared.
     *
     * @param arrays of any type
     * @return true if elements of each lie one after the other, and copies of all take a small part of the memory that is free outside of
     *     Java's heap
     */
    public static boolean accepts(List<INDArray> arrays) {
        long free = Pointer.maxBytes() == 0 ? Long.MAX_VALUE : Pointer.maxBytes() - Pointer.totalBytes();
        return arrays.stream().allMatch(Snapshot::isDense)
                && arrays.stream().mapToLong(Snapshot::bytes).sum() <= PART_OF_FREE_MEMORY * free;
    }

    private static boolean isDense(INDArray array) {
        return !array.isEmpty() && (array.length() == 1 || array.elementWiseStride() == 1);
    }

    /**
     * The array as it is now.
     *
     * @param array one that is {@linkplain #accepts(List) accepted}
     * @return the array and a copy, which lies in no workspace
     */
    public static Snapshot of(INDArray array) {
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray copy = Nd4j.createUninitialized(array.dataType(), array.length());
            Pointer.memcpy(HostMemory.pointer(copy), HostMemory.pointer(array), bytes(array));
            HostMemory.keep(array);
            return new Snapshot(array, HostMemory.written(copy));
        }
    }

    /**
     * Whether the array has not changed.
     *
     * @return true if every bit of the array is what it was
     */
    public boolean isUnchanged() {
        boolean same = Pointer.memcmp(HostMemory.pointer(array), HostMemory.pointer(copy), bytes(array)) == 0;
        HostMemory.keep(array, copy);
        return same;
    }

    private static long bytes(INDArray array) {
        return array.length() * array.dataType().width();
    }
}

package io.github.dl4jep.engine;

import io.github.dl4jep.array.Rows;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A number of 64 bits for each example of a batch that depends on its features and labels alone: equal examples have equal ones. */
public final class ExampleHashes {

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private ExampleHashes() {}

    /**
     * The hashes of examples.
     *
     * @param count number of examples
     * @param arrays what belongs to them, [count, ...] each, in single precision
     * @return one for each example, all 64 bits of which can be used
     */
    public static long[] of(long count, List<INDArray> arrays) {
        long[] hashes = new long[Math.toIntExact(count)];
        arrays.forEach(array -> add(hashes, array));
        for (int n = 0; n < hashes.length; n++) {
            hashes[n] = mixed(hashes[n]);
        }
        return hashes;
    }

    private static void add(long[] hashes, INDArray array) {
        float[] values = Rows.floats(inRows(array));
        int columns = values.length / hashes.length;
        int n = 0;
        // Four examples at a time: each number waits for the one before it.
        for (; n < hashes.length - 3; n += 4) {
            long a = hashes[n];
            long b = hashes[n + 1];
            long c = hashes[n + 2];
            long d = hashes[n + 3];
            for (int i = n * columns; i < (n + 1) * columns; i++) {
                a = with(a, values[i]);
                b = with(b, values[i + columns]);
                c = with(c, values[i + 2 * columns]);
                d = with(d, values[i + 3 * columns]);
            }
            hashes[n] = a;
            hashes[n + 1] = b;
            hashes[n + 2] = c;
            hashes[n + 3] = d;
        }
        for (; n < hashes.length; n++) {
            for (int i = n * columns; i < (n + 1) * columns; i++) {
                hashes[n] = with(hashes[n], values[i]);
            }
        }
    }

    private static long with(long hash, float value) {
        // Adding 0 makes -0 and 0 one.
        long next = (hash ^ Float.floatToIntBits(value + 0f)) * MULTIPLIER;
        return next ^ (next >>> 29);
    }

    /** Example after example in memory, float. */
    private static INDArray inRows(INDArray array) {
        boolean dense = array.ordering() == 'c' && array.elementWiseStride() == 1;
        return (dense ? array : array.dup('c')).castTo(DataType.FLOAT);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mixed(long hash) {
        long mixed = hash;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}

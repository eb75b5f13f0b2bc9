package io.github.dl4jep.kernel;

import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs one elementwise loop over several equally shaped float arrays, chunk by chunk.
 *
 * <p>A chain of ND4J operations reads and writes main memory once per operation. Here every input is copied into a heap
 * chunk that fits the first-level cache, the whole formula runs on plain {@code float[]} (where the JIT vectorises), and
 * the outputs are copied back: each element crosses main memory once. Chunks are independent, so the result does not depend
 * on the number of threads.
 *
 * <p>Limits: all arrays {@link DataType#FLOAT}, of equal shape, contiguous and of one ordering (see {@link #accepts}).
 */
public final class FusedLoop {

    /** Default elements in a chunk. */
    public static final int CHUNK = 2048;

    private static final int PARALLEL_FROM = 16 * CHUNK;

    private FusedLoop() {}

    /** The formula: reads {@code in[k][0..count)}, writes {@code out[k][0..count)}. */
    @FunctionalInterface
    public interface Formula {

        /**
         * Computes one chunk.
         *
         * @param in the chunk of every input, in call order
         * @param out the chunk of every output, in call order
         * @param count number of valid elements in each chunk
         * @param start index of the chunk's first element in the whole array
         */
        void compute(float[][] in, float[][] out, int count, int start);
    }

    /**
     * Tells whether the arrays can be run through {@link #run}: float, equally shaped, dense, of one ordering.
     *
     * @param arrays the inputs and outputs of a loop
     * @return true if {@link #run} takes them
     */
    public static boolean accepts(INDArray... arrays) {
        INDArray first = arrays[0];
        boolean vector = first.isVectorOrScalar();
        for (INDArray array : arrays) {
            if (array.dataType() != DataType.FLOAT
                    || array.elementWiseStride() != 1
                    || !array.equalShapes(first)
                    || (!vector && array.ordering() != first.ordering())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Runs the formula over all elements.
     *
     * @param formula what to compute
     * @param inputs arrays read, shape [...] each
     * @param outputs arrays written in place, same shape; an array may be both input and output
     * @throws IllegalArgumentException if the arrays are not float, equally shaped, dense and of one ordering
     */
    public static void run(Formula formula, INDArray[] inputs, INDArray[] outputs) {
        run(formula, inputs, outputs, CHUNK);
    }

    /**
     * Runs the formula over all elements, in chunks of a given length.
     *
     * @param formula what to compute
     * @param inputs arrays read, shape [...] each
     * @param outputs arrays written in place, same shape; an array may be both input and output
     * @param chunkLength elements in a chunk, at least 1; a few thousand fit the cache
     * @throws IllegalArgumentException if the arrays are not float, equally shaped, dense and of one ordering
     */
    public static void run(Formula formula, INDArray[] inputs, INDArray[] outputs, int chunkLength) {
        if (!accepts(inputs) || !accepts(outputs) || !accepts(inputs[0], outputs[0])) {
            throw new IllegalArgumentException("Arrays of a fused loop must be FLOAT, equally shaped, dense and of one"
                    + " ordering; use the plain operations for others");
        }
        int length = Math.toIntExact(inputs[0].length());
        int chunks = (length + chunkLength - 1) / chunkLength;
        FloatBuffer[] from = buffers(inputs);
        FloatBuffer[] to = buffers(outputs);
        IntStream range = IntStream.range(0, chunks);
        if (length >= PARALLEL_FROM) {
            range = range.parallel();
        }
        ThreadLocal<float[][]> scratch =
                ThreadLocal.withInitial(() -> new float[inputs.length + outputs.length][chunkLength]);
        range.forEach(chunk -> runChunk(formula, from, to, scratch.get(), chunk * chunkLength, length));
        for (INDArray output : outputs) {
            Nd4j.getAffinityManager()
                    .tagLocation(output, org.nd4j.linalg.api.concurrency.AffinityManager.Location.HOST);
        }
    }

    private static void runChunk(
            Formula formula, FloatBuffer[] from, FloatBuffer[] to, float[][] scratch, int start, int length) {
        int count = Math.min(scratch[0].length, length - start);
        float[][] in = new float[from.length][];
        float[][] out = new float[to.length][];
        for (int k = 0; k < from.length; k++) {
            in[k] = scratch[k];
            from[k].get(from[k].position() + start, in[k], 0, count);
        }
        for (int k = 0; k < to.length; k++) {
            out[k] = scratch[from.length + k];
        }
        formula.compute(in, out, count, start);
        for (int k = 0; k < to.length; k++) {
            to[k].put(to[k].position() + start, out[k], 0, count);
        }
    }

    private static FloatBuffer[] buffers(INDArray[] arrays) {
        FloatBuffer[] buffers = new FloatBuffer[arrays.length];
        for (int k = 0; k < arrays.length; k++) {
            buffers[k] = arrays[k].data().asNioFloat();
        }
        return buffers;
    }
}

package io.github.dl4jep.array;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs one elementwise loop over several equally shaped float arrays, chunk by chunk.
 *
 * <p>A chain of ND4J operations reads and writes main memory once per operation. Here every input is copied into a heap
 * chunk that fits the first-level cache, the whole formula runs on plain {@code float[]} (where the JIT vectorises), and
 * the outputs are copied back: each element crosses main memory once. The cut into blocks and chunks is fixed, so the result
 * does not depend on the number of threads.
 *
 * <p>Limits: all arrays {@link DataType#FLOAT}, of equal shape, contiguous and of one ordering (see {@link #accepts}).
 */
public final class FusedLoop {

    /** Blocks into which every loop is cut, however many threads there are. */
    public static final int BLOCKS = 8;

    private static final int CHUNK = 2048;

    private static final int PARALLEL_FROM = 16 * CHUNK;
    private static final ThreadLocal<float[][]> SCRATCH = ThreadLocal.withInitial(() -> new float[0][]);

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
         * @param block which of the {@link #BLOCKS} blocks the chunk is in; the chunks of a block run one after the other, so
         *     a formula may collect sums by block
         */
        void compute(float[][] in, float[][] out, int count, int start, int block);
    }

    /**
     * Tells whether the arrays can be run through {@link #run}: float, equally shaped, dense, of one ordering.
     *
     * @param arrays the inputs and outputs of a loop
     * @return true if {@link #run} takes them
     */
    public static boolean accepts(INDArray... arrays) {
        return fit(arrays[0], arrays);
    }

    private static boolean fit(INDArray first, INDArray[] arrays) {
        boolean vector = first.isVectorOrScalar();
        for (INDArray array : arrays) {
            if (array.dataType() != DataType.FLOAT
                    || array.elementWiseStride() != 1
                    || (array != first && !array.equalShapes(first))
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
     * @param outputs arrays written in place, same shape; an array may be both input and output; none for a formula that collects sums
     * @throws IllegalArgumentException if the arrays are not float, equally shaped, dense and of one ordering
     */
    public static void run(Formula formula, INDArray[] inputs, INDArray[] outputs) {
        run(formula, inputs, outputs, 1);
    }

    /**
     * Runs the formula over all elements, in chunks that hold whole columns.
     *
     * @param formula what to compute
     * @param inputs arrays read, shape [...] each
     * @param outputs arrays written in place, same shape; an array may be both input and output; none for a formula that collects sums
     * @param unit every chunk holds a multiple of this many elements, such as the rows of an f-ordered matrix, at least 1
     * @throws IllegalArgumentException if the arrays are not float, equally shaped, dense and of one ordering
     */
    public static void run(Formula formula, INDArray[] inputs, INDArray[] outputs, int unit) {
        if (!fit(inputs[0], inputs) || !fit(inputs[0], outputs)) {
            throw new IllegalArgumentException("Arrays of a fused loop must be FLOAT, equally shaped, dense and of one"
                    + " ordering; use the plain operations for others");
        }
        runFitting(formula, inputs, outputs, unit);
    }

    private static void runFitting(Formula formula, INDArray[] inputs, INDArray[] outputs, int unit) {
        int length = Math.toIntExact(inputs[0].length());
        int chunk = Math.max(1, CHUNK / unit) * unit;
        int chunks = (length + chunk - 1) / chunk;
        FloatBuffer[] from = new FloatBuffer[inputs.length];
        for (int k = 0; k < inputs.length; k++) {
            from[k] = HostMemory.floats(inputs[k]);
        }
        FloatBuffer[] to = new FloatBuffer[outputs.length];
        for (int k = 0; k < outputs.length; k++) {
            boolean isInput = k < inputs.length && outputs[k] == inputs[k];
            to[k] = isInput ? from[k] : HostMemory.floats(outputs[k]);
        }
        IntConsumer blocks = block -> {
            int first = (int) ((long) chunks * block / BLOCKS) * chunk;
            int end = Math.min(length, (int) ((long) chunks * (block + 1) / BLOCKS) * chunk);
            if (first < end) {
                runBlock(new Block(formula, from, to, block), first, end, chunk);
            }
        };
        if (length >= PARALLEL_FROM) {
            IntStream.range(0, BLOCKS).parallel().forEach(blocks);
        } else {
            for (int block = 0; block < BLOCKS; block++) {
                blocks.accept(block);
            }
        }
        HostMemory.keep((Object[]) inputs);
        for (INDArray output : outputs) {
            HostMemory.written(output);
        }
    }

    /**
     * A formula's sum of two chunks.
     *
     * @param addend read
     * @param sum the addend is added to it
     * @param count elements
     */
    public static void add(float[] addend, float[] sum, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += addend[i];
        }
    }

    /**
     * a + b.
     *
     * @param a first addend
     * @param b second addend, of its shape
     * @return a new array
     */
    public static INDArray sum(INDArray a, INDArray b) {
        return accepts(a, b) ? combined(FusedLoop::sums, HostMemory.like(a), a, b) : a.add(b);
    }

    /**
     * a + b, written over a.
     *
     * @param a the sum
     * @param b what is added, of its shape
     * @return a
     */
    public static INDArray addTo(INDArray a, INDArray b) {
        return accepts(a, b) ? combined(FusedLoop::sums, a, a, b) : a.addi(b);
    }

    /**
     * a + c, written over a.
     *
     * @param a the sum
     * @param number c, added to every element
     * @return a
     */
    public static INDArray addTo(INDArray a, double number) {
        if (!accepts(a)) {
            return a.addi(number);
        }
        float single = (float) number;
        Formula formula = (in, out, count, start, block) -> {
            float[] values = in[0];
            float[] sums = out[0];
            for (int i = 0; i < count; i++) {
                sums[i] = values[i] + single;
            }
        };
        return combined(formula, a, a);
    }

    /**
     * a b, element by element.
     *
     * @param a first factor
     * @param b second factor, of its shape
     * @return a new array
     */
    public static INDArray product(INDArray a, INDArray b) {
        return accepts(a, b) ? combined(FusedLoop::products, HostMemory.like(a), a, b) : a.mul(b);
    }

    /**
     * a b, element by element, written over a.
     *
     * @param a the product
     * @param b second factor, of its shape
     * @return a
     */
    public static INDArray multiplyBy(INDArray a, INDArray b) {
        return accepts(a, b) ? combined(FusedLoop::products, a, a, b) : a.muli(b);
    }

    /**
     * A multiple.
     *
     * @param a the array
     * @param factor of every element
     * @return a new array
     */
    public static INDArray times(INDArray a, double factor) {
        if (!accepts(a)) {
            return a.mul(factor);
        }
        float single = (float) factor;
        Formula formula = (in, out, count, start, block) -> {
            float[] values = in[0];
            float[] multiples = out[0];
            for (int i = 0; i < count; i++) {
                multiples[i] = values[i] * single;
            }
        };
        return combined(formula, HostMemory.like(a), a);
    }

    /**
     * A quotient.
     *
     * @param a the array
     * @param divisor of every element
     * @return a new array
     */
    public static INDArray quotient(INDArray a, double divisor) {
        if (!accepts(a)) {
            return a.div(divisor);
        }
        float single = (float) divisor;
        Formula formula = (in, out, count, start, block) -> {
            float[] values = in[0];
            float[] quotients = out[0];
            for (int i = 0; i < count; i++) {
                quotients[i] = values[i] / single;
            }
        };
        return combined(formula, HostMemory.like(a), a);
    }

    /** Of arrays that {@link #accepts} has taken. */
    private static INDArray combined(Formula formula, INDArray result, INDArray... inputs) {
        runFitting(formula, inputs, new INDArray[] {result}, 1);
        return result;
    }

    private static void sums(float[][] in, float[][] out, int count, int start, int block) {
        float[] a = in[0];
        float[] b = in[1];
        float[] sum = out[0];
        for (int i = 0; i < count; i++) {
            sum[i] = a[i] + b[i];
        }
    }

    private static void products(float[][] in, float[][] out, int count, int start, int block) {
        float[] a = in[0];
        float[] b = in[1];
        float[] product = out[0];
        for (int i = 0; i < count; i++) {
            product[i] = a[i] * b[i];
        }
    }

    private static final class Block {
        private final Formula formula;
        private final FloatBuffer[] from;
        private final FloatBuffer[] to;
        private final int number;

        Block(Formula formula, FloatBuffer[] from, FloatBuffer[] to, int number) {
            this.formula = formula;
            this.from = from;
            this.to = to;
            this.number = number;
        }
    }

    private static void runBlock(Block block, int first, int end, int chunk) {
        float[][] scratch = scratch(block.from.length + block.to.length, chunk);
        float[][] in = Arrays.copyOfRange(scratch, 0, block.from.length);
        float[][] out = Arrays.copyOfRange(scratch, block.from.length, block.from.length + block.to.length);
        for (int start = first; start < end; start += chunk) {
            int count = Math.min(chunk, end - start);
            for (int k = 0; k < in.length; k++) {
                block.from[k].get(block.from[k].position() + start, in[k], 0, count);
            }
            block.formula.compute(in, out, count, start, block.number);
            for (int k = 0; k < out.length; k++) {
                block.to[k].put(block.to[k].position() + start, out[k], 0, count);
            }
        }
    }

    /** Chunks of this thread, kept from call to call. */
    private static float[][] scratch(int arrays, int chunk) {
        float[][] scratch = SCRATCH.get();
        if (scratch.length < arrays || scratch[0].length < chunk) {
            int length = scratch.length == 0 ? chunk : Math.max(chunk, scratch[0].length);
            scratch = new float[Math.max(arrays, scratch.length)][length];
            SCRATCH.set(scratch);
        }
        return scratch;
    }
}

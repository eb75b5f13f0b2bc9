package io.github.dl4jep.array;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a loop channel by channel over float activations [minibatch, channels x positions], f-ordered: each channel is copied into
 * a heap array [positions x minibatch], the minibatch fastest, worked on there, and copied back. Channels run on all cores.
 */
public final class ChannelLoop {

    /** Most elements of an array: what one buffer of ND4J's reaches. */
    public static final long MAX_ELEMENTS = Integer.MAX_VALUE / Float.BYTES;

    private static final int PARALLEL_FROM = 1 << 15;

    private ChannelLoop() {}

    /** What is done with one channel. */
    @FunctionalInterface
    public interface Formula {

        /**
         * Computes one channel.
         *
         * @param channel number of the channel
         * @param in the channel of every input, [positions x minibatch]
         * @param out the channel of every output, all 0
         */
        void compute(int channel, float[][] in, float[][] out);
    }

    /**
     * Tells whether arrays can be run through {@link #run}.
     *
     * @param arrays inputs and outputs
     * @return true if all are float
     */
    public static boolean accepts(INDArray... arrays) {
        for (INDArray array : arrays) {
            if (array.dataType() != DataType.FLOAT) {
                return false;
            }
        }
        return true;
    }

    /**
     * Runs the loop.
     *
     * @param channels number of channels of all arrays
     * @param inputs read; [minibatch, channels x positions], positions may differ between arrays
     * @param outputs written; f-ordered and dense
     * @param formula what is done with one channel
     * @throws IllegalArgumentException if an array is not float or too large for one buffer, or an output not f-ordered
     */
    public static void run(int channels, INDArray[] inputs, INDArray[] outputs, Formula formula) {
        if (!accepts(inputs) || !accepts(outputs)) {
            throw new IllegalArgumentException("Arrays of a channel loop must be FLOAT");
        }
        requireReachable(inputs);
        requireReachable(outputs);
        FloatBuffer[] from = new FloatBuffer[inputs.length];
        INDArray[] dense = new INDArray[inputs.length];
        int[] lengths = new int[inputs.length];
        for (int k = 0; k < inputs.length; k++) {
            dense[k] = isDense(inputs[k]) ? inputs[k] : inputs[k].dup('f');
            from[k] = HostMemory.floats(dense[k]);
            lengths[k] = Math.toIntExact(inputs[k].length() / channels);
        }
        FloatBuffer[] to = new FloatBuffer[outputs.length];
        for (int k = 0; k < outputs.length; k++) {
            if (!isDense(outputs[k])) {
                throw new IllegalArgumentException("Outputs of a channel loop must be f-ordered and dense");
            }
            to[k] = HostMemory.floats(outputs[k]);
        }
        // A block has heap arrays of its own, which its channels use in turn: no more blocks than threads.
        int threads = ForkJoinPool.getCommonPoolParallelism() + 1;
        int blocks = inputs[0].length() < PARALLEL_FROM ? 1 : Math.min(channels, threads);
        IntStream.range(0, blocks).parallel().forEach(block -> {
            float[][] in = new float[from.length][];
            Arrays.setAll(in, k -> new float[lengths[k]]);
            float[][] out = new float[to.length][];
            Arrays.setAll(out, k -> new float[Math.toIntExact(outputs[k].length() / channels)]);
            for (int channel = block; channel < channels; channel += blocks) {
                for (int k = 0; k < in.length; k++) {
                    from[k].get(from[k].position() + channel * in[k].length, in[k]);
                }
                formula.compute(channel, in, out);
                for (int k = 0; k < out.length; k++) {
                    to[k].put(to[k].position() + channel * out[k].length, out[k]);
                    Arrays.fill(out[k], 0);
                }
            }
        });
        HostMemory.keep((Object[]) dense);
        for (INDArray output : outputs) {
            HostMemory.written(output);
        }
    }

    private static void requireReachable(INDArray[] arrays) {
        for (INDArray array : arrays) {
            if (array.length() > MAX_ELEMENTS) {
                throw new IllegalArgumentException("an activation of shape " + Arrays.toString(array.shape()) + " has "
                        + array.length() + " elements, allowed are " + MAX_ELEMENTS + "; use smaller batches");
            }
        }
    }

    private static boolean isDense(INDArray array) {
        return array.elementWiseStride() == 1 && (array.ordering() == 'f' || array.isVectorOrScalar());
    }
}

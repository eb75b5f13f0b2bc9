package io.github.dl4jep.window;

import io.github.dl4jep.array.ChannelLoop;
import io.github.dl4jep.array.HostMemory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Windows in which every channel stays by itself, as in pooling, padding, cropping and upsampling: sums over windows, selection of
 * one element of each, and their adjoints.
 *
 * <p>Shapes: inputs [minibatch, channels x inputPositions], outputs [minibatch, channels x outputPositions], f-ordered. Float arrays
 * go through {@link ChannelLoop}, others through the plain version, the tests' oracle.
 */
final class ChannelWindows {

    private final WindowGeometry geometry;
    private final int[][] sources;

    ChannelWindows(WindowGeometry geometry) {
        this.geometry = geometry;
        this.sources = new int[geometry.kernelPositions()][];
        for (int k = 0; k < sources.length; k++) {
            sources[k] = geometry.sources(k);
        }
    }

    WindowGeometry geometry() {
        return geometry;
    }

    /** Number of elements of each window that are inside the input. */
    int[] sizes() {
        int[] sizes = new int[geometry.outputPositions()];
        for (int[] source : sources) {
            for (int w = 0; w < sizes.length; w++) {
                sizes[w] += source[w] < 0 ? 0 : 1;
            }
        }
        return sizes;
    }

    /** Weighted sum of each window: output w is weights[w] times the sum. */
    INDArray sum(INDArray input, float[] weights) {
        int batch = Math.toIntExact(input.size(0));
        INDArray output = output(input, geometry.outputPositions());
        if (!ChannelLoop.accepts(input)) {
            double[] in = doubles(input);
            double[] out = new double[Math.toIntExact(output.length())];
            forEachElement(batch, (from, to, window, example) -> out[to] += weights[window] * in[from]);
            return ofDoubles(out, output);
        }
        ChannelLoop.run(geometry.channels(), new INDArray[] {input}, new INDArray[] {output}, (channel, in, out) -> {
            for (int[] source : sources) {
                for (int w = 0; w < source.length; w++) {
                    if (source[w] >= 0) {
                        add(in[0], source[w] * batch, out[0], w * batch, weights[w], batch);
                    }
                }
            }
        });
        return output;
    }

    /** The adjoint of {@link #sum}: every element gets the weighted values of its windows. */
    INDArray spread(INDArray output, float[] weights) {
        int batch = Math.toIntExact(output.size(0));
        INDArray input = output(output, geometry.inputPositions());
        if (!ChannelLoop.accepts(output)) {
            double[] from = doubles(output);
            double[] to = new double[Math.toIntExact(input.length())];
            forEachElement(batch, (in, out, window, example) -> to[in] += weights[window] * from[out]);
            return ofDoubles(to, input);
        }
        ChannelLoop.run(geometry.channels(), new INDArray[] {output}, new INDArray[] {input}, (channel, in, out) -> {
            for (int[] source : sources) {
                for (int w = 0; w < source.length; w++) {
                    if (source[w] >= 0) {
                        add(in[0], w * batch, out[0], source[w] * batch, weights[w], batch);
                    }
                }
            }
        });
        return input;
    }

    private static void add(float[] addend, int from, float[] sum, int to, float weight, int count) {
        for (int i = 0; i < count; i++) {
            sum[to + i] += weight * addend[from + i];
        }
    }

    /** One element of each window. */
    static final class Selection {

        private final int[][] winners;
        private final INDArray[] values;

        private Selection(int[][] winners, INDArray[] values) {
            this.winners = winners;
            this.values = values;
        }

        /** The selected elements of an array, [minibatch, channels x outputPositions]. */
        INDArray values(int index) {
            return values[index];
        }
    }

    /**
     * The elements of several arrays where the first one, or a key made of the first two, has its largest value in a window; the first
     * of equal ones.
     *
     * @param order makes the key; null for the first array itself
     * @param inputs arrays of one shape, [minibatch, channels x inputPositions]
     */
    Selection selectLargest(MaxOfWindow.@Nullable Order order, INDArray... inputs) {
        int batch = Math.toIntExact(inputs[0].size(0));
        INDArray[] outputs = outputs(inputs, geometry.outputPositions());
        int[][] winners = new int[geometry.channels()][];
        if (!ChannelLoop.accepts(inputs)) {
            return plainSelection(order, inputs, batch, winners, outputs);
        }
        ChannelLoop.run(geometry.channels(), inputs, outputs, (channel, in, out) -> {
            int[] winner = largest(order, in, batch);
            winners[channel] = winner;
            for (int k = 0; k < in.length; k++) {
                select(in[k], winner, out[k]);
            }
        });
        return new Selection(winners, outputs);
    }

    private static float[] decisive(MaxOfWindow.@Nullable Order order, float[][] in) {
        if (order == null) {
            return in[0];
        }
        float[] key = new float[in[0].length];
        order.keys(in[0], in[1], key);
        return key;
    }

    /** Where the largest element of each window is, -1 in windows of padding: all examples of a candidate at once. */
    private int[] largest(MaxOfWindow.@Nullable Order order, float[][] in, int batch) {
        int[] winners = new int[geometry.outputPositions() * batch];
        MaxOfWindow contest = new MaxOfWindow(order, in, batch);
        boolean hasNaN = false;
        for (int w = 0; w < geometry.outputPositions(); w++) {
            contest.begin();
            for (int[] source : sources) {
                if (source[w] >= 0) {
                    contest.enter(source[w] * batch);
                }
            }
            System.arraycopy(contest.winners(), 0, winners, w * batch, batch);
            hasNaN |= contest.hasNaN();
        }
        return hasNaN ? plainLargest(decisive(order, in), batch) : winners;
    }

    private Selection plainSelection(
            MaxOfWindow.@Nullable Order order, INDArray[] inputs, int batch, int[][] winners, INDArray[] outputs) {
        for (int k = 0; k < inputs.length; k++) {
            double[] from = doubles(inputs[k]);
            int plane = from.length / winners.length;
            if (k == 0) {
                float[] decisive = decisive(order, floats(inputs));
                for (int channel = 0; channel < winners.length; channel++) {
                    winners[channel] =
                            plainLargest(Arrays.copyOfRange(decisive, channel * plane, (channel + 1) * plane), batch);
                }
            }
            double[] to = new double[Math.toIntExact(outputs[k].length())];
            forEachWinner(
                    winners,
                    (channel, window, winner) ->
                            to[channel * winners[0].length + window] = from[channel * plane + winner]);
            ofDoubles(to, outputs[k]);
        }
        return new Selection(winners, outputs);
    }

    /** The plain version of {@link MaxOfWindow}: a NaN wins and stays, so that it is not hidden. */
    private int[] plainLargest(float[] plane, int batch) {
        int[] winners = new int[geometry.outputPositions() * batch];
        int[] starts = new int[sources.length];
        for (int w = 0; w < geometry.outputPositions(); w++) {
            int inside = 0;
            for (int[] source : sources) {
                if (source[w] >= 0) {
                    starts[inside++] = source[w] * batch;
                }
            }
            for (int b = 0; b < batch; b++) {
                winners[w * batch + b] = largest(plane, starts, inside, b);
            }
        }
        return winners;
    }

    private static int largest(float[] plane, int[] starts, int inside, int example) {
        if (inside == 0) {
            return -1;
        }
        int winner = starts[0] + example;
        float largest = plane[winner];
        for (int k = 1; k < inside; k++) {
            int challenger = starts[k] + example;
            float value = plane[challenger];
            if (!(value <= largest) && !Float.isNaN(largest)) {
                winner = challenger;
                largest = value;
            }
        }
        return winner;
    }

    private static void select(float[] in, int[] winner, float[] out) {
        for (int i = 0; i < winner.length; i++) {
            if (winner[i] >= 0) {
                out[i] = in[winner[i]];
            }
        }
    }

    /** The adjoint of the selection: the selected elements get the values of their windows, all others 0. */
    INDArray[] putBack(Selection selection, INDArray... messages) {
        int[][] winners = selection.winners;
        INDArray[] sums = outputs(messages, geometry.inputPositions());
        if (!ChannelLoop.accepts(messages)) {
            for (int k = 0; k < messages.length; k++) {
                plainPutBack(winners, messages[k], sums[k]);
            }
            return sums;
        }
        ChannelLoop.run(geometry.channels(), messages, sums, (channel, in, out) -> {
            for (int k = 0; k < in.length; k++) {
                putBack(in[k], winners[channel], out[k]);
            }
        });
        return sums;
    }

    private static void putBack(float[] in, int[] winner, float[] out) {
        for (int i = 0; i < winner.length; i++) {
            if (winner[i] >= 0) {
                out[winner[i]] += in[i];
            }
        }
    }

    private void plainPutBack(int[][] winners, INDArray output, INDArray input) {
        double[] from = doubles(output);
        double[] to = new double[Math.toIntExact(input.length())];
        int plane = to.length / geometry.channels();
        forEachWinner(
                winners,
                (channel, window, winner) ->
                        to[channel * plane + winner] += from[channel * winners[0].length + window]);
        ofDoubles(to, input);
    }

    private interface Element {
        void at(int input, int output, int window, int example);
    }

    private void forEachElement(int batch, Element element) {
        for (int channel = 0; channel < geometry.channels(); channel++) {
            int inPlane = channel * geometry.inputPositions() * batch;
            int outPlane = channel * geometry.outputPositions() * batch;
            for (int[] source : sources) {
                for (int w = 0; w < source.length; w++) {
                    for (int b = 0; b < batch && source[w] >= 0; b++) {
                        element.at(inPlane + source[w] * batch + b, outPlane + w * batch + b, w, b);
                    }
                }
            }
        }
    }

    private interface Winner {
        void at(int channel, int window, int winner);
    }

    private static void forEachWinner(int[][] winners, Winner action) {
        for (int channel = 0; channel < winners.length; channel++) {
            for (int i = 0; i < winners[channel].length; i++) {
                if (winners[channel][i] >= 0) {
                    action.at(channel, i, winners[channel][i]);
                }
            }
        }
    }

    private INDArray[] outputs(INDArray[] like, int positions) {
        return Arrays.stream(like).map(array -> output(array, positions)).toArray(INDArray[]::new);
    }

    private INDArray output(INDArray like, int positions) {
        return HostMemory.uninitialized(
                like.dataType(), new long[] {like.size(0), (long) geometry.channels() * positions}, 'f');
    }

    private static float[][] floats(INDArray[] arrays) {
        return Arrays.stream(arrays)
                .map(array -> array.dup('f').data().asFloat())
                .toArray(float[][]::new);
    }

    private static double[] doubles(INDArray array) {
        return array.dup('f').data().asDouble();
    }

    private static INDArray ofDoubles(double[] values, INDArray target) {
        return target.assign(Nd4j.createFromArray(values).reshape('f', target.shape()));
    }
}

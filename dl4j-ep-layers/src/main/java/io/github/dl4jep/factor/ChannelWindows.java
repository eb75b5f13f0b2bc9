package io.github.dl4jep.factor;

import io.github.dl4jep.kernel.ChannelLoop;
import org.nd4j.linalg.api.buffer.DataType;
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

    /**
     * The element of each window with the largest value; the first of equal ones.
     *
     * @return for each channel, [outputPositions x minibatch], the index in [inputPositions x minibatch]; -1 if all of the window
     *     is outside
     */
    int[][] largest(INDArray input) {
        int batch = Math.toIntExact(input.size(0));
        int[][] winners = new int[geometry.channels()][];
        INDArray floats = input.castTo(DataType.FLOAT);
        ChannelLoop.run(
                geometry.channels(),
                new INDArray[] {floats},
                new INDArray[0],
                (channel, in, out) -> winners[channel] = largest(in[0], batch));
        return winners;
    }

    private int[] largest(float[] plane, int batch) {
        int[] winners = new int[geometry.outputPositions() * batch];
        java.util.Arrays.fill(winners, -1);
        for (int[] source : sources) {
            for (int w = 0; w < source.length; w++) {
                if (source[w] >= 0) {
                    challenge(plane, source[w] * batch, winners, w * batch, batch);
                }
            }
        }
        return winners;
    }

    private static void challenge(float[] plane, int from, int[] winners, int at, int batch) {
        for (int b = 0; b < batch; b++) {
            int winner = winners[at + b];
            // A NaN wins and stays, so that it is not hidden.
            if (winner < 0 || (!(plane[from + b] <= plane[winner]) && !Float.isNaN(plane[winner]))) {
                winners[at + b] = from + b;
            }
        }
    }

    /** The selected element of each window. */
    INDArray select(INDArray input, int[][] winners) {
        INDArray output = output(input, geometry.outputPositions());
        if (!ChannelLoop.accepts(input)) {
            double[] from = doubles(input);
            double[] to = new double[Math.toIntExact(output.length())];
            int plane = Math.toIntExact(input.length() / geometry.channels());
            forEachWinner(
                    winners,
                    (channel, window, winner) ->
                            to[channel * winners[0].length + window] = from[channel * plane + winner]);
            return ofDoubles(to, output);
        }
        ChannelLoop.run(geometry.channels(), new INDArray[] {input}, new INDArray[] {output}, (channel, in, out) -> {
            int[] winner = winners[channel];
            for (int i = 0; i < winner.length; i++) {
                if (winner[i] >= 0) {
                    out[0][i] = in[0][winner[i]];
                }
            }
        });
        return output;
    }

    /** The adjoint of {@link #select}: the selected elements get the values of their windows, all others 0. */
    INDArray putBack(INDArray output, int[][] winners) {
        INDArray input = output(output, geometry.inputPositions());
        if (!ChannelLoop.accepts(output)) {
            double[] from = doubles(output);
            double[] to = new double[Math.toIntExact(input.length())];
            int plane = Math.toIntExact(input.length() / geometry.channels());
            forEachWinner(
                    winners,
                    (channel, window, winner) ->
                            to[channel * plane + winner] += from[channel * winners[0].length + window]);
            return ofDoubles(to, input);
        }
        ChannelLoop.run(geometry.channels(), new INDArray[] {output}, new INDArray[] {input}, (channel, in, out) -> {
            int[] winner = winners[channel];
            for (int i = 0; i < winner.length; i++) {
                if (winner[i] >= 0) {
                    out[0][winner[i]] += in[0][i];
                }
            }
        });
        return input;
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

    private INDArray output(INDArray like, int positions) {
        return Nd4j.createUninitialized(
                like.dataType(), new long[] {like.size(0), (long) geometry.channels() * positions}, 'f');
    }

    private static double[] doubles(INDArray array) {
        return array.dup('f').data().asDouble();
    }

    private static INDArray ofDoubles(double[] values, INDArray target) {
        return target.assign(Nd4j.createFromArray(values).reshape('f', target.shape()));
    }
}

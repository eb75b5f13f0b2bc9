package io.github.dl4jep.window;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.StepMask;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the windows of a convolution or pooling lie: input, kernel and output sizes with stride, padding and dilation, always in
 * three dimensions (depth, height, width); an image has depth 1, a sequence depth and height 1. Immutable.
 *
 * <p>Element k of the window at output position o reads, per dimension, the input position \( (o\,s - p + k\,d) / i \) for
 * stride s, padding before p, dilation d and input dilation i; a position outside the input, or one that i does not divide, is 0.
 * Input dilation above 1 is a transposed convolution: the input with \( i - 1 \) zeros between its positions.
 */
public final class WindowGeometry {

    private static final int DIMENSIONS = 3;

    private final long channels;
    private final int spatialRank;
    private final int[] input;
    private final int[] kernel;
    private final int[] stride;
    private final int[] before;
    private final int[] dilation;
    private final int[] inputDilation;
    private final int[] output;

    private WindowGeometry(Builder builder) {
        this.channels = builder.shape.channels();
        this.spatialRank = builder.shape.spatialRank();
        this.input = padded(positions(builder.shape), 1);
        this.kernel = padded(builder.kernel, 1);
        this.stride = padded(builder.stride, 1);
        this.before = padded(builder.before, 0);
        this.dilation = padded(builder.dilation, 1);
        this.inputDilation = padded(builder.inputDilation, 1);
        this.output = padded(builder.output, 1);
        requirePositive("kernel", kernel);
        requirePositive("stride", stride);
        requirePositive("dilation", dilation);
        requirePositive("output size", output);
    }

    private static int[] positions(ExampleShape shape) {
        long[] dims = shape.dims();
        int[] positions = new int[dims.length - 1];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = Math.toIntExact(dims[i + 1]);
        }
        return positions;
    }

    private static int[] padded(int[] sizes, int missing) {
        int[] three = new int[DIMENSIONS];
        Arrays.fill(three, missing);
        System.arraycopy(sizes, 0, three, DIMENSIONS - sizes.length, sizes.length);
        return three;
    }

    private static void requirePositive(String what, int[] sizes) {
        for (int size : sizes) {
            if (size < 1) {
                throw new IllegalArgumentException(
                        what + " is " + Arrays.toString(sizes) + ", allowed are positive sizes");
            }
        }
    }

    /**
     * A geometry on this input.
     *
     * @param shape channels and one to three dimensions
     * @return a builder; kernel and output size must be set
     */
    public static Builder on(ExampleShape shape) {
        return new Builder(shape);
    }

    /**
     * The shape of the input.
     *
     * @return channels and positions
     */
    public ExampleShape inputShape() {
        return shape(channels, input);
    }

    /**
     * The shape of an output.
     *
     * @param outputChannels number of channels of the output
     * @return channels and positions
     */
    public ExampleShape outputShape(long outputChannels) {
        return shape(outputChannels, output);
    }

    private ExampleShape shape(long ofChannels, int[] sizes) {
        long[] dims = new long[spatialRank + 1];
        dims[0] = ofChannels;
        for (int i = 0; i < spatialRank; i++) {
            dims[i + 1] = sizes[DIMENSIONS - spatialRank + i];
        }
        return ExampleShape.of(dims);
    }

    /**
     * Number of input channels.
     *
     * @return channels
     */
    public int channels() {
        return Math.toIntExact(channels);
    }

    /**
     * Number of input positions.
     *
     * @return product of the input sizes
     */
    public int inputPositions() {
        return input[0] * input[1] * input[2];
    }

    /**
     * Number of windows.
     *
     * @return product of the output sizes
     */
    public int outputPositions() {
        return output[0] * output[1] * output[2];
    }

    /**
     * Elements of a window in one channel.
     *
     * @return product of the kernel sizes
     */
    public int kernelPositions() {
        return kernel[0] * kernel[1] * kernel[2];
    }

    /**
     * Elements of a window in all channels.
     *
     * @return fan-in of a convolution's unit
     */
    public int fanIn() {
        return channels() * kernelPositions();
    }

    /**
     * Elements of the patches of one example.
     *
     * @return fan-in times output positions
     */
    public long patchElements() {
        return (long) fanIn() * outputPositions();
    }

    /**
     * The input positions that one kernel element reads, window by window.
     *
     * @param element index into the kernel, depth slowest
     * @return for every window the index of the input position, or -1 outside the input
     */
    public int[] sources(int element) {
        int kd = element / (kernel[1] * kernel[2]);
        int kh = element / kernel[2] % kernel[1];
        int kw = element % kernel[2];
        int[] sources = new int[outputPositions()];
        int window = 0;
        for (int d = 0; d < output[0]; d++) {
            int id = source(0, d, kd);
            for (int h = 0; h < output[1]; h++) {
                int ih = source(1, h, kh);
                for (int w = 0; w < output[2]; w++) {
                    int iw = source(2, w, kw);
                    sources[window++] = id < 0 || ih < 0 || iw < 0 ? -1 : (id * input[1] + ih) * input[2] + iw;
                }
            }
        }
        return sources;
    }

    /** {@return for each kernel element {@link #sources(int)}} */
    public int[][] sources() {
        return IntStream.range(0, kernelPositions()).mapToObj(this::sources).toArray(int[][]::new);
    }

    /**
     * The input position in the middle of every window, of those that it reads.
     *
     * @return one for each window; 0 for one that reads none
     */
    public int[] middles() {
        int[] middles = sources(kernelPositions() / 2);
        for (int element = 0; element < kernelPositions(); element++) {
            int[] others = sources(element);
            Arrays.setAll(middles, window -> middles[window] < 0 ? others[window] : middles[window]);
        }
        Arrays.setAll(middles, window -> Math.max(0, middles[window]));
        return middles;
    }

    /**
     * The mask after windows on sequences.
     *
     * @param mask which steps of the input are there
     * @return which windows see one of them
     */
    public StepMask after(StepMask mask) {
        return mask.seenBy(
                outputPositions(),
                IntStream.range(0, kernelPositions()).mapToObj(this::sources).toList());
    }

    private int source(int dimension, int window, int element) {
        int position = window * stride[dimension] - before[dimension] + element * dilation[dimension];
        if (position < 0 || position % inputDilation[dimension] != 0) {
            return -1;
        }
        int source = position / inputDilation[dimension];
        return source < input[dimension] ? source : -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WindowGeometry that
                && channels == that.channels
                && spatialRank == that.spatialRank
                && Arrays.deepEquals(sizes(), that.sizes());
    }

    private int[][] sizes() {
        return new int[][] {input, kernel, stride, before, dilation, inputDilation, output};
    }

    @Override
    public int hashCode() {
        return Objects.hash(channels, spatialRank, Arrays.deepHashCode(sizes()));
    }

    /** Builds a {@link WindowGeometry}; every array has one entry per dimension of the input. */
    public static final class Builder {

        private final ExampleShape shape;
        private int[] kernel = {};
        private int[] stride = {};
        private int[] before = {};
        private int[] dilation = {};
        private int[] inputDilation = {};
        private int[] output = {};

        private Builder(ExampleShape shape) {
            if (shape.spatialRank() < 1 || shape.spatialRank() > DIMENSIONS) {
                throw new IllegalArgumentException(
                        "windows need channels and one to three dimensions, but an example has shape " + shape);
            }
            this.shape = shape;
        }

        private int[] checked(String what, int[] sizes) {
            if (sizes.length != shape.spatialRank()) {
                throw new IllegalArgumentException(
                        what + " is " + Arrays.toString(sizes) + ", but an example has shape " + shape);
            }
            return sizes.clone();
        }

        /**
         * Sets the size of a window.
         *
         * @param sizes positive sizes
         * @return this builder
         */
        public Builder kernel(int... sizes) {
            this.kernel = checked("kernel", sizes);
            return this;
        }

        /**
         * Sets the steps from window to window; default 1.
         *
         * @param steps positive steps
         * @return this builder
         */
        public Builder stride(int... steps) {
            this.stride = checked("stride", steps);
            return this;
        }

        /**
         * Sets how far the first window begins before the input; default 0. What follows after the input comes from the
         * output size.
         *
         * @param zeros number of zeros
         * @return this builder
         */
        public Builder paddingBefore(int... zeros) {
            this.before = checked("padding", zeros);
            return this;
        }

        /**
         * Sets the steps between the elements of a window; default 1.
         *
         * @param steps positive steps
         * @return this builder
         */
        public Builder dilation(int... steps) {
            this.dilation = checked("dilation", steps);
            return this;
        }

        /**
         * Sets the steps between the positions of the input, with zeros between; default 1.
         *
         * @param steps positive steps
         * @return this builder
         */
        public Builder inputDilation(int... steps) {
            this.inputDilation = checked("input dilation", steps);
            return this;
        }

        /**
         * Sets the number of windows per dimension.
         *
         * @param sizes positive sizes
         * @return this builder
         */
        public Builder output(int... sizes) {
            this.output = checked("output size", sizes);
            return this;
        }

        /**
         * Builds the geometry.
         *
         * @return the geometry
         * @throws IllegalArgumentException if a size is not positive
         */
        public WindowGeometry build() {
            return new WindowGeometry(this);
        }
    }
}

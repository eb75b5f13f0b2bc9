package io.github.dl4jep.message;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The shape of one example's activation: channels first, then positions in space or time, as {@code [20, 28, 28]}; {@code [500]}
 * for a dense layer.
 *
 * <p>Between EP layers every activation is a matrix [minibatch, channels x positions], f-ordered, and this shape says what its
 * columns are, in the order in which DL4J's {@code CnnToFeedForwardPreProcessor} puts them. The examples of a batch are then
 * neighbours in memory, so that whatever moves pixels moves runs of at least a batch, and a flattened image is the input of a
 * dense layer without a copy. Immutable.
 */
public final class ExampleShape {

    private final long[] dims;

    private ExampleShape(long[] dims) {
        for (long dim : dims) {
            if (dim < 1) {
                throw new IllegalArgumentException(
                        "shape of an example is " + Arrays.toString(dims) + ", allowed are positive sizes");
            }
        }
        this.dims = dims;
    }

    /**
     * A shape.
     *
     * @param dims channels, then positions: none, [T], [H, W] or [D, H, W]
     * @return the shape
     * @throws IllegalArgumentException if a size is not positive
     */
    public static ExampleShape of(long... dims) {
        return new ExampleShape(dims.clone());
    }

    /**
     * The shape of each example in an array as DL4J has it.
     *
     * @param features [minibatch, channels, ...]
     * @return the shape without the minibatch
     */
    public static ExampleShape ofExamples(INDArray features) {
        return new ExampleShape(Arrays.copyOfRange(features.shape(), 1, features.rank()));
    }

    /**
     * An array of DL4J's as the matrix that travels between EP layers.
     *
     * @param features [minibatch, channels, ...] of this shape
     * @return [minibatch, length], f-ordered; the array itself if it is a matrix
     */
    public INDArray flatten(INDArray features) {
        return features.rank() == 2
                ? features
                : features.reshape('c', features.size(0), length()).dup('f');
    }

    /**
     * A matrix that travels between EP layers as the array that DL4J has.
     *
     * @param matrix [minibatch, length]
     * @return [minibatch, channels, ...] of this shape, a copy in c-order; the matrix itself if the shape has no positions
     */
    public INDArray unflatten(INDArray matrix) {
        return dims.length == 1 ? matrix : matrix.dup('c').reshape('c', withRows(matrix.size(0)));
    }

    private long[] withRows(long rows) {
        long[] shape = new long[dims.length + 1];
        shape[0] = rows;
        System.arraycopy(dims, 0, shape, 1, dims.length);
        return shape;
    }

    /**
     * Number of elements.
     *
     * @return channels times positions
     */
    public long length() {
        return channels() * positions();
    }

    /**
     * Number of channels, or of columns where there are no positions.
     *
     * @return the first size
     */
    public long channels() {
        return dims[0];
    }

    /**
     * Number of positions.
     *
     * @return the product of all sizes but the first, 1 if there are no others
     */
    public long positions() {
        long positions = 1;
        for (int i = 1; i < dims.length; i++) {
            positions *= dims[i];
        }
        return positions;
    }

    /**
     * Number of dimensions in space or time.
     *
     * @return 0 for a dense layer's activation, 1 for a sequence, 2 for an image, 3 for a volume
     */
    public int spatialRank() {
        return dims.length - 1;
    }

    /**
     * The sizes.
     *
     * @return channels, then positions; a copy
     */
    public long[] dims() {
        return dims.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExampleShape that && Arrays.equals(dims, that.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code [20, 28, 28]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}

package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.vertex.Rearrangement;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An image at every step of a sequence: [channels x height x width, steps] is [channels, steps, height, width], or the other way round.
 *
 * @param channels channels of an image
 * @param height its height
 * @param width its width
 * @param toImages whether steps become images
 */
public record FrameColumns(long channels, long height, long width, boolean toImages) implements Rearrangement.Columns {

    /**
     * Steps as images.
     *
     * @param channels channels of an image
     * @param height its height
     * @param width its width
     * @return what makes images of the columns of each step
     */
    public static FrameColumns ofSteps(long channels, long height, long width) {
        return new FrameColumns(channels, height, width, true);
    }

    /**
     * Images as steps.
     *
     * @param channels channels of an image
     * @param height its height
     * @param width its width
     * @return what makes columns of the image of each step
     */
    public static FrameColumns toSteps(long channels, long height, long width) {
        return new FrameColumns(channels, height, width, false);
    }

    private long pixels() {
        return height * width;
    }

    @Override
    public ExampleShape outputShape(ExampleShape shape) {
        long steps = shape.spatialRank() == 0 ? 1 : shape.dims()[1];
        ExampleShape series = ExampleShape.of(channels * pixels(), steps);
        ExampleShape images = ExampleShape.of(channels, steps, height, width);
        ExampleShape allowed = toImages ? series : images;
        if (!shape.equals(allowed)) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are "
                    + (toImages
                            ? "sequences of " + channels * pixels() + " channel(s)"
                            : "sequences of images, [" + channels + ", steps, " + height + ", " + width + "]")
                    + ", at a preprocessor between recurrent and convolutional layers; check the data or the layers"
                    + " before");
        }
        return toImages ? images : series;
    }

    @Override
    public INDArray forward(INDArray matrix, ExampleShape shape) {
        return moved(matrix, shape, toImages);
    }

    @Override
    public INDArray back(INDArray matrix, ExampleShape shape) {
        return moved(matrix, shape, !toImages);
    }

    /** Columns are [channels, pixels, steps] or [channels, steps, pixels], the last the fastest. */
    private INDArray moved(INDArray matrix, ExampleShape shape, boolean stepsGoOut) {
        long steps = shape.dims()[1];
        long fast = stepsGoOut ? steps : pixels();
        long slow = stepsGoOut ? pixels() : steps;
        return matrix.dup('f')
                .reshape('f', matrix.size(0), fast, slow, channels)
                .permute(0, 2, 1, 3)
                .dup('f')
                .reshape('f', matrix.size(0), matrix.size(1));
    }
}

package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.RowFormat;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Rows for a network that is kept, scaled as the network sees them, as in {@link Split}.
 *
 * @param train the training rows
 * @param test the test rows, or null if none were held out
 * @param format what rows look like outside of the network
 */
public record TrainingData(Rows train, @Nullable Rows test, RowFormat format) {
    /**
     * Rows that are in memory as numbers.
     *
     * @param train the training rows
     * @param test the test rows, or null if none were held out
     * @param format what rows look like outside of the network
     */
    public TrainingData(DataSet train, @Nullable DataSet test, RowFormat format) {
        this(new FloatRows(train), test == null ? null : new FloatRows(test), format);
    }

    /**
     * Returns the shape a network must have to fit these rows.
     *
     * @return inputs, outputs and task
     */
    public DataShape shape() {
        return new DataShape(format.inputs(), train.outputs(), format.task(), format.image(), train.sequence());
    }

    /**
     * The rows as a split, to measure a network on the test rows.
     *
     * @param index which of the source's splits this is
     * @return training and test rows
     * @throws IllegalStateException if no rows were held out
     */
    public Split split(int index) {
        if (test == null) {
            throw new IllegalStateException("No rows were held out for a test.");
        }
        return new Split(
                index, format.task(), train, test, format.targetMean(), format.targetDeviation(), format.image());
    }

    /**
     * The same rows for networks whose first layer takes images.
     *
     * @return features of {@code [rows, channels, height, width]}
     * @throws IllegalStateException if the rows are no images
     */
    public TrainingData asImages() {
        ImageShape image = format.image();
        if (image == null) {
            throw new IllegalStateException("The rows are no images.");
        }
        return new TrainingData(train.asImages(image), test == null ? null : test.asImages(image), format);
    }
}

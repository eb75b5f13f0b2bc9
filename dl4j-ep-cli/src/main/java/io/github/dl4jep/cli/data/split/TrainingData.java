package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.DataShape;
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
public record TrainingData(DataSet train, @Nullable DataSet test, RowFormat format) {
    /**
     * Returns the shape a network must have to fit these rows.
     *
     * @return inputs, outputs and task
     */
    public DataShape shape() {
        return new DataShape(
                (int) train.getFeatures().size(1), (int) train.getLabels().size(1), format.task(), format.image());
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
     * @return features of {@code [rows, channels, height, width]}, views of these
     * @throws IllegalStateException if the rows are no images
     */
    public TrainingData asImages() {
        return new TrainingData(images(train), test == null ? null : images(test), format);
    }

    private DataSet images(DataSet rows) {
        return new DataSet(format.asImages(rows.getFeatures()), rows.getLabels());
    }
}

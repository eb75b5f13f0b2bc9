package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Training and test rows, scaled as the network sees them.
 *
 * <ul>
 *   <li>features: {@code [rows, inputs]}
 *   <li>labels: {@code [rows, classes]} one-hot, or {@code [rows, 1]} standardised for regression
 * </ul>
 *
 * @param index which of the source's splits this is
 * @param task what the labels are
 * @param trainRows the training rows
 * @param testRows the test rows
 * @param targetMean the mean of the training targets in their original units, which was subtracted from the labels; 0 for
 *     classification
 * @param targetDeviation the standard deviation of the training targets in their original units, by which the labels were
 *     divided; 1 for classification
 * @param image the images that the rows hold, or null
 */
public record Split(
        int index,
        Task task,
        Rows trainRows,
        Rows testRows,
        double targetMean,
        double targetDeviation,
        @Nullable ImageShape image) {
    /**
     * Rows of classes.
     *
     * @param index which of the source's splits this is
     * @param train the training rows
     * @param test the test rows
     * @param image the images that the rows hold, or null
     */
    public Split(int index, DataSet train, DataSet test, @Nullable ImageShape image) {
        this(index, Task.CLASSIFICATION, new FloatRows(train), new FloatRows(test), 0, 1, image);
    }

    /**
     * Rows that are no images.
     *
     * @param index which of the source's splits this is
     * @param task what the labels are
     * @param train the training rows
     * @param test the test rows
     * @param targetMean the mean of the training targets in their original units
     * @param targetDeviation the standard deviation of the training targets in their original units
     */
    public Split(int index, Task task, DataSet train, DataSet test, double targetMean, double targetDeviation) {
        this(index, task, new FloatRows(train), new FloatRows(test), targetMean, targetDeviation, null);
    }

    /**
     * Returns the shape a network must have to fit these rows.
     *
     * @return inputs, outputs and task
     */
    public DataShape shape() {
        SequenceShape sequence = trainRows.sequence();
        long[] row = trainRows.shape();
        long inputs = sequence == null ? Arrays.stream(row).reduce(1, (a, b) -> a * b) : row[0];
        return new DataShape((int) inputs, trainRows.outputs(), task, image, sequence);
    }

    /**
     * Returns the training rows as numbers.
     *
     * @return all of them at once
     */
    public DataSet train() {
        return trainRows.all();
    }

    /**
     * Returns the test rows as numbers.
     *
     * @return all of them at once
     */
    public DataSet test() {
        return testRows.all();
    }

    /**
     * Chooses training rows: from each class in proportion to its size, where a row has one class, else at random.
     *
     * @param rows how many; they are the test rows of the choice
     * @param seed the seed of the choice
     * @return the choice
     */
    public Holdout choose(int rows, long seed) {
        SequenceShape sequence = trainRows.sequence();
        return task == Task.CLASSIFICATION && (sequence == null || !sequence.everyStep())
                ? Holdout.stratified(trainRows.classes(), trainRows.outputs(), rows, seed)
                : Holdout.random(trainRows.count(), rows, seed);
    }

    /**
     * The same split with other training rows.
     *
     * @param rows the training rows
     * @return a split with these test rows and scales
     */
    public Split withTrainRows(Rows rows) {
        return new Split(index, task, rows, testRows, targetMean, targetDeviation, image);
    }

    /**
     * The same rows for networks whose first layer takes images.
     *
     * @return features of {@code [rows, channels, height, width]}
     * @throws IllegalStateException if the rows are no images
     */
    public Split asImages() {
        if (image == null) {
            throw new IllegalStateException("The rows of split " + index + " are no images.");
        }
        return new Split(
                index, task, trainRows.asImages(image), testRows.asImages(image), targetMean, targetDeviation, image);
    }
}

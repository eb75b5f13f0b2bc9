package io.github.dl4jep.cli.data.format;

import org.jspecify.annotations.Nullable;

/**
 * What a network must fit.
 *
 * @param inputs the number of input columns
 * @param outputs the number of classes, or 1 for regression
 * @param task what the outputs mean
 * @param image the images that the rows hold, or null
 * @param sequence what the sequences are like that the rows are, or null
 */
public record DataShape(
        int inputs,
        int outputs,
        Task task,
        @Nullable ImageShape image,
        @Nullable SequenceShape sequence) {
    /**
     * Rows that are no sequences.
     *
     * @param inputs the number of input columns
     * @param outputs the number of classes, or 1 for regression
     * @param task what the outputs mean
     * @param image the images that the rows hold, or null
     */
    public DataShape(int inputs, int outputs, Task task, @Nullable ImageShape image) {
        this(inputs, outputs, task, image, null);
    }

    /**
     * Rows that are no images and no sequences.
     *
     * @param inputs the number of input columns
     * @param outputs the number of classes, or 1 for regression
     * @param task what the outputs mean
     */
    public DataShape(int inputs, int outputs, Task task) {
        this(inputs, outputs, task, null, null);
    }
}

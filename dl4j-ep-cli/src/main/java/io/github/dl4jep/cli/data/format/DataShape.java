package io.github.dl4jep.cli.data.format;

import org.jspecify.annotations.Nullable;

/**
 * What a network must fit.
 *
 * @param inputs the number of input columns
 * @param outputs the number of classes, or 1 for regression
 * @param task what the outputs mean
 * @param image the images that the rows hold, or null
 */
public record DataShape(
        int inputs, int outputs, Task task, @Nullable ImageShape image) {
    /**
     * Rows that are no images.
     *
     * @param inputs the number of input columns
     * @param outputs the number of classes, or 1 for regression
     * @param task what the outputs mean
     */
    public DataShape(int inputs, int outputs, Task task) {
        this(inputs, outputs, task, null);
    }
}

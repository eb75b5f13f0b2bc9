package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.ImageShape;
import org.nd4j.linalg.dataset.DataSet;

/** Rows of features and labels, scaled as a network sees them. */
public sealed interface Rows permits FloatRows, ByteRows {
    /**
     * Counts the rows.
     *
     * @return how many there are
     */
    int count();

    /**
     * Returns the shape of the features of one row.
     *
     * @return {@code [inputs]}, or {@code [channels, height, width]}
     */
    long[] shape();

    /**
     * Returns the number of labels of a row.
     *
     * @return classes, or 1 for a regression
     */
    int outputs();

    /**
     * Returns rows that follow each other.
     *
     * @param from the first, from 0
     * @param to the one after the last
     * @return features {@code [rows, ...]} and labels {@code [rows, outputs]}
     */
    DataSet range(int from, int to);

    /**
     * Returns the same rows in another order.
     *
     * @param order the index of each row
     * @return the rows
     */
    Rows ordered(int[] order);

    /**
     * Arranges rows as images.
     *
     * @param image the shape of one
     * @return features of {@code [rows, channels, height, width]}
     */
    Rows asImages(ImageShape image);

    /**
     * Returns all rows.
     *
     * @return features {@code [rows, ...]} and labels {@code [rows, outputs]}
     */
    default DataSet all() {
        return range(0, count());
    }
}

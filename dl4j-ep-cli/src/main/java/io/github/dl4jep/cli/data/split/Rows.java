package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.SequenceShape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;

/** Rows of features and labels, scaled as a network sees them. */
public sealed interface Rows permits FloatRows, ByteRows, SequenceRows {
    /**
     * Counts the rows.
     *
     * @return how many there are
     */
    int count();

    /**
     * Returns the shape of the features of one row.
     *
     * @return {@code [inputs]}, {@code [channels, height, width]}, or {@code [inputs, steps]} of the longest sequence
     */
    long[] shape();

    /**
     * Says whether the rows are sequences.
     *
     * @return their shape, or null if they are none
     */
    default @Nullable SequenceShape sequence() {
        return null;
    }

    /**
     * Says what rows are, for messages.
     *
     * @return {@code rows} or {@code sequences}
     */
    default String name() {
        return sequence() == null ? "rows" : "sequences";
    }

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
     * @return features {@code [rows, ...]} and labels {@code [rows, outputs]}; of sequences with masks where they are of different
     *     lengths, and with labels {@code [rows, outputs, steps]} where those stand at every step
     */
    DataSet range(int from, int to);

    /**
     * Returns some or all rows in an order.
     *
     * @param order the index of each row that is returned
     * @return the rows
     */
    Rows ordered(int[] order);

    /**
     * Returns the class of each row; not for a regression.
     *
     * @return indices from 0 to {@code outputs() - 1}, a new array
     */
    int[] classes();

    /**
     * Returns the same rows with other labels; not for a regression.
     *
     * @param classOf the class of each row
     * @return the rows
     */
    Rows withClasses(int[] classOf);

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

package io.github.dl4jep.cli.compare;

import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import org.jspecify.annotations.Nullable;

/**
 * The size of the data, of the first split.
 *
 * @param task what the labels are
 * @param trainRows the number of training rows
 * @param testRows the number of test rows
 * @param inputs the number of inputs of a row
 * @param outputs the number of classes, or 1 for a regression
 * @param image height, width and channels if the rows are images
 * @param sequence what the sequences are like that the rows are, or null
 */
public record DataFacts(
        Task task,
        int trainRows,
        int testRows,
        int inputs,
        int outputs,
        @Nullable String image,
        @Nullable SequenceShape sequence) {
    static DataFacts of(Split split) {
        return new DataFacts(
                split.task(),
                split.trainRows().count(),
                split.testRows().count(),
                split.shape().inputs(),
                split.shape().outputs(),
                split.image() == null ? null : split.image().toString(),
                split.shape().sequence());
    }
}

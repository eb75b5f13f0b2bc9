package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which data the user asked for.
 *
 * @param name the value of {@code --data}: {@code iris}, {@code mnist}, {@code fashion}, {@code uci:NAME}, {@code csv:FILE},
 *     {@code images:DIR} or {@code sequences:DIR}
 * @param folder the data folder, for {@code mnist}, {@code fashion} and {@code uci}
 * @param task what the label of a CSV file or of sequences is, or null to see it from the label
 * @param label the name of the label column of a CSV file or of sequences, or null for the last one
 * @param testFraction the part of a CSV file's rows, or of sequences, that is held out, between 0 and 1
 * @param seed the seed of random splits
 * @param imageSize the size that images of a folder are scaled to, or null for that of the first
 * @param reading how a CSV file is to be read
 */
public record DataRequest(
        String name,
        Path folder,
        @Nullable Task task,
        @Nullable String label,
        double testFraction,
        long seed,
        @Nullable ImageShape imageSize,
        ReadOptions reading) {
    /** As a test fraction: no rows are held out, which is for {@link DataSource#trainingData} only. */
    public static final double NO_TEST_ROWS = -1;

    /**
     * Data without images of a folder.
     *
     * @param name the value of {@code --data}
     * @param folder the data folder, for {@code mnist}, {@code fashion} and {@code uci}
     * @param task what the label of a CSV file is, or null to see it from the label
     * @param label the name of a CSV file's label column, or null for the last one
     * @param testFraction the part of a CSV file's rows that is held out, between 0 and 1
     * @param seed the seed of random splits
     */
    public DataRequest(
            String name, Path folder, @Nullable Task task, @Nullable String label, double testFraction, long seed) {
        this(name, folder, task, label, testFraction, seed, null, ReadOptions.DEFAULTS);
    }

    /**
     * Returns how many rows are held out.
     *
     * @param data what to call the data in a message
     * @param rows how many there are
     * @param what what to call the rows
     * @return at least 1, or 0 if none were asked for
     * @throws UserException if the fraction is out of its range, or leaves no rows on one side
     */
    int testRows(String data, int rows, String what) {
        if (testFraction == NO_TEST_ROWS) {
            return 0;
        }
        if (!(testFraction > 0 && testFraction < 1)) {
            throw new UserException("--test-fraction is " + testFraction + ", but must lie between 0 and 1.");
        }
        int testRows = (int) Math.round(testFraction * rows);
        if (testRows < 1 || testRows >= rows) {
            throw new UserException(data + ": a test fraction of " + testFraction + " of " + rows + " " + what
                    + " leaves no training " + what + " or no test " + what + ".");
        }
        return testRows;
    }
}

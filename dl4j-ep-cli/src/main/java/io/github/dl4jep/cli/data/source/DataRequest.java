package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.table.ReadOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which data the user asked for.
 *
 * @param name the value of {@code --data}: {@code iris}, {@code mnist}, {@code fashion}, {@code uci:NAME}, {@code csv:FILE} or {@code images:DIR}
 * @param folder the data folder, for {@code mnist}, {@code fashion} and {@code uci}
 * @param task what the label of a CSV file is, or null to see it from the label
 * @param label the name of a CSV file's label column, or null for the last one
 * @param testFraction the part of a CSV file's rows that is held out, between 0 and 1
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
}

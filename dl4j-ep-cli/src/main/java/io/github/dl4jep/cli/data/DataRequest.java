package io.github.dl4jep.cli.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which data the user asked for.
 *
 * @param name the value of {@code --data}: {@code iris}, {@code mnist}, {@code uci:NAME} or {@code csv:FILE}
 * @param folder the data folder, for {@code mnist} and {@code uci}
 * @param task what the label of a CSV file is, or null to see it from the label
 * @param label the name of a CSV file's label column, or null for the last one
 * @param testFraction the part of a CSV file's rows that is held out, between 0 and 1
 * @param seed the seed of random splits
 */
public record DataRequest(
        String name,
        Path folder,
        @Nullable Task task,
        @Nullable String label,
        double testFraction,
        long seed) {}

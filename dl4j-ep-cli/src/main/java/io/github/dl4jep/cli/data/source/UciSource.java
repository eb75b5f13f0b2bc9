package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Holdout;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.data.table.Table;
import io.github.dl4jep.cli.data.table.TextFiles;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A UCI regression set with fixed splits, in the folder layout of the usual Bayesian regression benchmark:
 * {@code data.txt} (numbers separated by white space), {@code index_features.txt} and {@code index_target.txt} (columns),
 * {@code n_splits.txt}, {@code index_train_K.txt} and {@code index_test_K.txt} (rows). All indices count from 0.
 *
 * <p>Source of the layout: J. M. Hernandez-Lobato and R. P. Adams 2015, "Probabilistic Backpropagation for Scalable
 * Learning of Bayesian Neural Networks", and the data folder published with Y. Gal's dropout experiments.
 */
final class UciSource implements DataSource {
    private static final RunDefaults DEFAULTS = new RunDefaults("mlp:50", 40, 32);

    private final Path folder;
    private final Table table;
    private final int splitCount;

    private UciSource(Path folder, Table table, int splitCount) {
        this.folder = folder;
        this.table = table;
        this.splitCount = splitCount;
    }

    /**
     * Reads and checks the rows; the splits are read when they are asked for.
     *
     * @param dataFolder the data folder
     * @param name the name of the set
     * @return the data
     * @throws UserException if the folder is missing or what is in it cannot be used
     */
    static DataSource open(Path dataFolder, String name) {
        Path folder = dataFolder.resolve("uci").resolve(name);
        if (name.isBlank() || !Files.isDirectory(folder)) {
            throw new UserException("There is no UCI set \"" + name + "\": looked for the folder "
                    + folder.toAbsolutePath().normalize() + " (" + available(dataFolder.resolve("uci")) + ").");
        }
        double[][] rows = rectangular(folder.resolve("data.txt"));
        int[] features = indices(folder.resolve("index_features.txt"), rows[0].length, "columns");
        int target = single(folder.resolve("index_target.txt"), rows[0].length, "columns");
        double[][] inputs = Arrays.stream(rows)
                .map(row -> Arrays.stream(features).mapToDouble(c -> row[c]).toArray())
                .toArray(double[][]::new);
        double[] targets = Arrays.stream(rows).mapToDouble(row -> row[target]).toArray();
        int splits = single(folder.resolve("n_splits.txt"), Integer.MAX_VALUE, "splits");
        return new UciSource(folder, Table.ofNumbers("uci:" + name, inputs, targets), splits);
    }

    private static String available(Path folder) {
        if (!Files.isDirectory(folder)) {
            return "there is no folder " + folder.toAbsolutePath().normalize() + " at all, see --data-dir";
        }
        try (Stream<Path> names = Files.list(folder)) {
            return names.filter(Files::isDirectory)
                    .map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .collect(Collectors.joining(", ", "there are: ", ""));
        } catch (IOException e) {
            return TextFiles.describe(e);
        }
    }

    private static double[][] rectangular(Path file) {
        double[][] rows = TextFiles.numbers(file);
        if (rows.length < 2) {
            throw new UserException(
                    file.toAbsolutePath() + " has " + rows.length + " rows, but at least 2 are needed.");
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != rows[0].length) {
                throw new UserException(file.toAbsolutePath() + ": row " + (i + 1) + " has " + rows[i].length
                        + " columns, but row 1 has " + rows[0].length + ".");
            }
        }
        return rows;
    }

    private static int[] indices(Path file, int limit, String what) {
        int[] indices = Arrays.stream(TextFiles.numbers(file))
                .flatMapToDouble(Arrays::stream)
                .mapToInt(value -> index(file, value, limit, what))
                .toArray();
        if (indices.length == 0) {
            throw new UserException(file.toAbsolutePath() + " is empty, but must list " + what + ".");
        }
        return indices;
    }

    private static int index(Path file, double value, int limit, String what) {
        if (!(value >= 0 && value < limit && value == Math.rint(value))) {
            throw new UserException(file.toAbsolutePath() + ": " + value + " is not a whole number from 0 to below "
                    + limit + " (" + what + ").");
        }
        return (int) value;
    }

    private static int single(Path file, int limit, String what) {
        int[] values = indices(file, limit, what);
        if (values.length != 1) {
            throw new UserException(file.toAbsolutePath() + " has " + values.length + " numbers, but must have 1.");
        }
        return values[0];
    }

    @Override
    public Task task() {
        return Task.REGRESSION;
    }

    @Override
    public int splitCount() {
        return splitCount;
    }

    @Override
    public Split split(int index) {
        return table.split(index, holdout(index));
    }

    @Override
    public TrainingData trainingData(int index) {
        return table.trainingData(holdout(index));
    }

    private Holdout holdout(int index) {
        int[] train = indices(folder.resolve("index_train_" + index + ".txt"), table.rows(), "rows");
        int[] test = indices(folder.resolve("index_test_" + index + ".txt"), table.rows(), "rows");
        BitSet trained = new BitSet();
        Arrays.stream(train).forEach(trained::set);
        if (Arrays.stream(test).anyMatch(trained::get)) {
            throw new UserException("Split " + index + " in " + folder.toAbsolutePath()
                    + " tests on rows it trains on, so its figures would mean nothing.");
        }
        return new Holdout(train, test);
    }

    @Override
    public RunDefaults defaults() {
        return DEFAULTS;
    }
}

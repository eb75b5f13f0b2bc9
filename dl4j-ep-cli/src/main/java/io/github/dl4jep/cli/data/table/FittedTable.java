package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.InputColumn;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Standardization;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;

/**
 * A table, and what was fitted on its training rows: how columns become inputs, and how inputs and the target of a regression are scaled.
 *
 * @param table the table
 * @param format how its rows are read and scaled
 * @param inputScale the scale of the inputs
 * @param targetScale the scale of the labels
 */
record FittedTable(Table table, RowFormat format, Standardization inputScale, Standardization targetScale) {
    /**
     * Fits a table.
     *
     * @param table the table
     * @param train the training rows
     * @param labelled those of them that have a label
     * @return the table and its scales
     * @throws UserException if the target of a regression is the same on all training rows, or numbers cannot be scaled
     */
    static FittedTable of(Table table, int[] train, int[] labelled) {
        List<InputColumn> columns = table.inputs().stream()
                .map(column -> InputColumn.fit(column, train))
                .toList();
        Standardization inputScale = Standardization.fit(InputColumn.inputs(columns, table.inputs(), train), columns);
        Standardization targetScale = targetScale(table, labelled);
        boolean regression = table.task() == Task.REGRESSION;
        RowFormat format = new RowFormat(
                table.task(),
                columns,
                table.label(),
                table.labelIndex(),
                table.classes(),
                RowFormat.list(inputScale.means()),
                RowFormat.list(inputScale.deviations()),
                regression ? targetScale.means()[0] : 0,
                regression ? targetScale.deviation(0) : 1,
                null,
                1,
                null);
        String column = format.unscalable();
        if (column != null) {
            throw new UserException(
                    table.name() + ", column \"" + column
                            + "\": its numbers are too large or too small to be scaled to deviation 1; write them in another unit.");
        }
        return new FittedTable(table, format, inputScale, targetScale);
    }

    private static Standardization targetScale(Table table, int[] labelled) {
        if (table.task() == Task.CLASSIFICATION) {
            return Standardization.none(table.classes().size());
        }
        double[][] targets = targets(table, labelled);
        if (Arrays.stream(targets).allMatch(row -> row[0] == targets[0][0])) {
            throw new UserException(table.name() + ": the label is " + targets[0][0]
                    + " on all training rows, so there is nothing to learn.");
        }
        return Standardization.fit(targets);
    }

    private static double[][] targets(Table table, int[] rows) {
        double[][] targets = new double[rows.length][Math.max(1, table.classes().size())];
        for (int i = 0; i < rows.length; i++) {
            double label = table.labels()[rows[i]];
            if (table.task() == Task.REGRESSION) {
                targets[i][0] = label;
            } else {
                targets[i][(int) label] = 1;
            }
        }
        return targets;
    }

    /**
     * Returns the inputs of rows.
     *
     * @param rows which rows
     * @return {@code [rows][inputs]}, scaled
     * @throws UserException if a number is too large
     */
    float[][] features(int[] rows) {
        return floats(
                inputScale.apply(InputColumn.inputs(format.columns(), table.inputs(), rows)), format.inputNames());
    }

    /**
     * Returns the labels of rows.
     *
     * @param rows which rows, all of them with a label
     * @return {@code [rows][outputs]}, scaled numbers, or one-hot
     * @throws UserException if a number is too large
     */
    float[][] labels(int[] rows) {
        return floats(targetScale.apply(targets(table, rows)), List.of(table.label()));
    }

    private float[][] floats(double[][] rows, List<String> names) {
        float[][] numbers = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            numbers[i] = new float[rows[i].length];
            for (int c = 0; c < rows[i].length; c++) {
                numbers[i][c] = (float) rows[i][c];
                if (!Float.isFinite(numbers[i][c])) {
                    throw new UserException(table.name() + ", column \"" + names.get(Math.min(c, names.size() - 1))
                            + "\": the numbers are too far apart to be scaled to deviation 1 in single precision.");
                }
            }
        }
        return numbers;
    }
}

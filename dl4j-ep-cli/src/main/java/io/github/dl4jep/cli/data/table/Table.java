package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Column;
import io.github.dl4jep.cli.data.format.InputColumn;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Standardization;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Holdout;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Columns of a table with one label for each row.
 *
 * @param name what to call the table in a message
 * @param inputs the columns to learn from
 * @param labels one label a row: a number, or the index of a class
 * @param classes the names of the classes, in the order of their indices; empty for regression
 * @param label the name of the label's column
 * @param labelIndex where it stands among all columns, from 0
 * @param notes what was done to the file, line by line
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of columns that is never compared
public record Table(
        String name,
        List<Column> inputs,
        double[] labels,
        List<String> classes,
        String label,
        int labelIndex,
        List<String> notes) {
    /**
     * Numbers without names to predict a number: the columns are {@code x1}, {@code x2}, ..., and {@code y} as the last.
     *
     * @param name what to call the table in a message
     * @param features {@code [rows][columns]}
     * @param labels one number a row
     * @return the table
     */
    public static Table ofNumbers(String name, double[][] features, double[] labels) {
        List<String> names = IntStream.rangeClosed(1, features[0].length)
                .mapToObj(i -> "x" + i)
                .toList();
        return new Table(name, Column.ofNumbers(names, features), labels, List.of(), "y", names.size(), List.of());
    }

    /** Returns what the labels are. */
    public Task task() {
        return classes.isEmpty() ? Task.REGRESSION : Task.CLASSIFICATION;
    }

    /** Returns the number of rows. */
    public int rows() {
        return labels.length;
    }

    /**
     * Holds test rows out, stratified when the labels are classes.
     *
     * @param testRows how many rows to hold out
     * @param seed the seed of the choice
     * @return the choice
     */
    public Holdout holdout(int testRows, long seed) {
        if (task() == Task.REGRESSION) {
            return Holdout.random(rows(), testRows, seed);
        }
        int[] classOfRow = Arrays.stream(labels).mapToInt(label -> (int) label).toArray();
        return Holdout.stratified(classOfRow, classes.size(), testRows, seed);
    }

    /**
     * Builds a split: features, and the target of a regression, are standardised on the training rows.
     *
     * @param index the index of the split
     * @param holdout its rows
     * @return the scaled rows
     * @throws UserException if the target of a regression is the same on all training rows
     */
    public Split split(int index, Holdout holdout) {
        return trainingData(holdout).split(index);
    }

    /**
     * Builds a split with the format of its rows.
     *
     * @param holdout its rows; none need be held out
     * @return the scaled rows and their format
     * @throws UserException if the target of a regression is the same on all training rows, or numbers cannot be scaled
     */
    public TrainingData trainingData(Holdout holdout) {
        double[][] targets = targets();
        List<InputColumn> columns = inputs.stream()
                .map(column -> InputColumn.fit(column, holdout.train()))
                .toList();
        double[][] train = InputColumn.inputs(columns, inputs, holdout.train());
        Standardization inputScale = Standardization.fit(train, columns);
        Standardization targetScale = targetScale(rows(targets, holdout.train()));
        boolean regression = task() == Task.REGRESSION;
        RowFormat format = new RowFormat(
                task(),
                columns,
                label,
                labelIndex,
                classes,
                RowFormat.list(inputScale.means()),
                RowFormat.list(inputScale.deviations()),
                regression ? targetScale.means()[0] : 0,
                regression ? targetScale.deviation(0) : 1,
                null,
                1);
        String column = format.unscalable();
        if (column != null) {
            throw new UserException(
                    name + ", column \"" + column
                            + "\": its numbers are too large or too small to be scaled to deviation 1; write them in another unit.");
        }
        List<String> names = format.inputNames();
        return new TrainingData(
                dataSet(inputScale.apply(train), names, targetScale.apply(rows(targets, holdout.train()))),
                holdout.test().length == 0
                        ? null
                        : dataSet(
                                inputScale.apply(InputColumn.inputs(columns, inputs, holdout.test())),
                                names,
                                targetScale.apply(rows(targets, holdout.test()))),
                format);
    }

    private double[][] targets() {
        if (task() == Task.REGRESSION) {
            return Arrays.stream(labels).mapToObj(label -> new double[] {label}).toArray(double[][]::new);
        }
        double[][] oneHot = new double[rows()][classes.size()];
        IntStream.range(0, rows()).forEach(row -> oneHot[row][(int) labels[row]] = 1);
        return oneHot;
    }

    private Standardization targetScale(double[][] targets) {
        if (task() == Task.CLASSIFICATION) {
            return Standardization.none(classes.size());
        }
        if (Arrays.stream(targets).allMatch(row -> row[0] == targets[0][0])) {
            throw new UserException(
                    name + ": the label is " + targets[0][0] + " on all training rows, so there is nothing to learn.");
        }
        return Standardization.fit(targets);
    }

    private static double[][] rows(double[][] all, int[] chosen) {
        return Arrays.stream(chosen).mapToObj(row -> all[row]).toArray(double[][]::new);
    }

    private DataSet dataSet(double[][] features, List<String> names, double[][] targets) {
        return new DataSet(floats(features, names), floats(targets, List.of(label)));
    }

    private INDArray floats(double[][] rows, List<String> names) {
        for (double[] row : rows) {
            for (int c = 0; c < row.length; c++) {
                if (!Float.isFinite((float) row[c])) {
                    throw new UserException(name + ", column \"" + names.get(Math.min(c, names.size() - 1))
                            + "\": the numbers are too far apart to be scaled to deviation 1 in single precision.");
                }
            }
        }
        return Nd4j.create(rows).castTo(DataType.FLOAT);
    }
}

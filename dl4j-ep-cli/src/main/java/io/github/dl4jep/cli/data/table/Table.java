package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Column;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Holdout;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Columns of a table with one label for each row.
 *
 * @param name what to call the table in a message
 * @param inputs the columns to learn from
 * @param labels one label a row: a number, or the index of a class; NaN in a step of a sequence that has none
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
        FittedTable fitted = FittedTable.of(this, holdout.train(), holdout.train());
        return new TrainingData(
                dataSet(fitted, holdout.train()),
                holdout.test().length == 0 ? null : dataSet(fitted, holdout.test()),
                fitted.format());
    }

    private static DataSet dataSet(FittedTable fitted, int[] rows) {
        return new DataSet(Nd4j.create(fitted.features(rows)), Nd4j.create(fitted.labels(rows)));
    }
}

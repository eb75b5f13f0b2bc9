package io.github.dl4jep.cli.data;

import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows of finite numbers with one label each.
 *
 * @param name what to call the table in a message
 * @param features {@code [rows][columns]}
 * @param labels one label a row: a number, or the index of a class
 * @param classes the names of the classes, in the order of their indices; empty for regression
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of columns that is never compared
record Table(String name, double[][] features, double[] labels, List<String> classes) {
    /** Returns what the labels are. */
    Task task() {
        return classes.isEmpty() ? Task.REGRESSION : Task.CLASSIFICATION;
    }

    /** Returns the number of rows. */
    int rows() {
        return labels.length;
    }

    /**
     * Holds test rows out, stratified when the labels are classes.
     *
     * @param testRows how many rows to hold out
     * @param seed the seed of the choice
     * @return the choice
     */
    Holdout holdout(int testRows, long seed) {
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
    Split split(int index, Holdout holdout) {
        double[][] targets = targets();
        Standardization inputScale = Standardization.fit(rows(features, holdout.train()));
        Standardization targetScale = targetScale(rows(targets, holdout.train()));
        return new Split(
                index,
                task(),
                dataSet(inputScale, targetScale, targets, holdout.train()),
                dataSet(inputScale, targetScale, targets, holdout.test()),
                targetScale.mean(0),
                targetScale.deviation(0));
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

    private DataSet dataSet(Standardization inputScale, Standardization targetScale, double[][] targets, int[] chosen) {
        return new DataSet(
                Nd4j.create(inputScale.apply(rows(features, chosen))).castTo(DataType.FLOAT),
                Nd4j.create(targetScale.apply(rows(targets, chosen))).castTo(DataType.FLOAT));
    }
}

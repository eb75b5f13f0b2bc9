package io.github.dl4jep.cli.data.format;

import java.util.Arrays;
import java.util.List;

/**
 * Shift and scale of columns, fitted on training rows: every column gets mean 0 and (population) standard deviation 1.
 *
 * <p>Like DL4J's {@code NormalizerStandardize}, but in double precision, and a column that is constant on the training
 * rows is only shifted: DL4J divides it by 1e-5, so that rounding in the mean becomes a large input.
 */
public final class Standardization {
    private final double[] mean;
    private final double[] deviation;

    private Standardization(double[] mean, double[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * Fits mean and standard deviation of each column.
     *
     * @param rows the training rows, at least one, all of the same length
     * @return the shift and scale
     */
    public static Standardization fit(double[][] rows) {
        boolean[] all = new boolean[rows[0].length];
        Arrays.fill(all, true);
        return fit(rows, all);
    }

    /**
     * Fits mean and standard deviation of the inputs of a table's columns.
     *
     * @param rows the inputs of the training rows, at least one
     * @param columns how the columns became inputs
     * @return the shift and scale; inputs that are 0 or 1 stay as they are
     */
    public static Standardization fit(double[][] rows, List<InputColumn> columns) {
        return fit(rows, InputColumn.areNumbers(columns));
    }

    private static Standardization fit(double[][] rows, boolean[] fitted) {
        int columns = rows[0].length;
        double[] mean = new double[columns];
        double[] deviation = new double[columns];
        for (int c = 0; c < columns; c++) {
            if (!fitted[c]) {
                deviation[c] = 1;
                continue;
            }
            int column = c;
            double[] values =
                    Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
            mean[c] = mean(values);
            deviation[c] = isConstant(values) ? 1 : deviation(values, mean[c]);
        }
        return new Standardization(mean, deviation);
    }

    /**
     * Leaves columns as they are.
     *
     * @param columns the number of columns
     * @return shift 0 and scale 1
     */
    public static Standardization none(int columns) {
        double[] ones = new double[columns];
        Arrays.fill(ones, 1);
        return new Standardization(new double[columns], ones);
    }

    /**
     * Takes shift and scale over from where they were fitted.
     *
     * @param mean the shift of each column
     * @param deviation what each column is divided by, positive
     * @return the shift and scale
     */
    static Standardization of(double[] mean, double[] deviation) {
        return new Standardization(mean.clone(), deviation.clone());
    }

    /** The mean of numbers, exact if they are all the same; 0 if there are none. */
    static double mean(double[] values) {
        if (values.length == 0) {
            return 0;
        }
        return isConstant(values) ? values[0] : Arrays.stream(values).average().orElseThrow();
    }

    // Compared exactly: a sum of squared rounding errors would pass for a small deviation.
    private static boolean isConstant(double[] values) {
        return Arrays.stream(values).allMatch(v -> v == values[0]);
    }

    private static double deviation(double[] values, double mean) {
        double sum = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(sum / values.length);
    }

    /**
     * Shifts and scales rows.
     *
     * @param rows any rows of the same columns
     * @return new rows
     */
    public double[][] apply(double[][] rows) {
        return Arrays.stream(rows).map(this::apply).toArray(double[][]::new);
    }

    private double[] apply(double[] row) {
        double[] scaled = new double[row.length];
        for (int c = 0; c < row.length; c++) {
            scaled[c] = (row[c] - mean[c]) / deviation[c];
        }
        return scaled;
    }

    /**
     * Returns the shift of all columns.
     *
     * @return their means in original units
     */
    public double[] means() {
        return mean.clone();
    }

    /**
     * Returns the numbers that the columns are divided by.
     *
     * @return their standard deviations in original units, or 1 where a column is constant
     */
    public double[] deviations() {
        return deviation.clone();
    }

    /**
     * Returns the number a column is divided by.
     *
     * @param column the column
     * @return its standard deviation in original units, or 1 when it is constant
     */
    public double deviation(int column) {
        return deviation[column];
    }
}

package io.github.dl4jep.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * A mean over splits.
 *
 * @param mean the mean
 * @param standardError the standard deviation (n - 1) divided by the square root of n; NaN for a single value
 * @param count how many values
 */
record Estimate(double mean, double standardError, int count) {
    /**
     * Averages values.
     *
     * @param values at least one
     * @return mean and standard error
     */
    static Estimate of(List<Double> values) {
        int n = values.size();
        double mean = values.stream().mapToDouble(v -> v).sum() / n;
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return new Estimate(mean, Math.sqrt(squares / (n - 1) / n), n);
    }

    /**
     * Writes the mean, and the standard error where there is one.
     *
     * @param format how to write a number
     * @return for example {@code 0.52} or {@code 0.52 +- 0.03}
     */
    String text(DoubleFunction<String> format) {
        String text = format.apply(mean);
        return count == 1 ? text : text + " +- " + format.apply(standardError);
    }

    /**
     * Writes a number in the same way everywhere.
     *
     * @param digits the digits after the point
     * @return the format
     */
    static DoubleFunction<String> decimals(int digits) {
        return value -> String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}

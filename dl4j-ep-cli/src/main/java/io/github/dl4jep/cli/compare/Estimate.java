package io.github.dl4jep.cli.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A mean over the runs of a trainer.
 *
 * @param mean the mean
 * @param standardError the standard deviation (n - 1) divided by the square root of n; null for a single value
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Estimate(double mean, @Nullable Double standardError) {
    /**
     * Averages values.
     *
     * @param values at least one
     * @return mean and standard error
     */
    public static Estimate of(List<Double> values) {
        int n = values.size();
        double mean = values.stream().mapToDouble(v -> v).sum() / n;
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return new Estimate(mean, n == 1 ? null : Math.sqrt(squares / (n - 1) / n));
    }

    /**
     * Writes the mean, and the standard error where there is one.
     *
     * @param format how to write a number
     * @return for example {@code 0.52} or {@code 0.52 +- 0.03}
     */
    public String text(DoubleFunction<String> format) {
        String text = format.apply(mean);
        return standardError == null ? text : text + " +- " + format.apply(standardError);
    }

    /**
     * Writes a number in the same way everywhere.
     *
     * @param digits the digits after the point
     * @return the format
     */
    public static DoubleFunction<String> decimals(int digits) {
        return value -> String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}

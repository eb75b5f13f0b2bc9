package io.github.dl4jep.cli.metric;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.InverseErf;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How many true targets lie in the central intervals of Gaussian predictions: \( |y - m| \le z \sqrt v \), where an interval that
 * should hold the part q of all targets has \( z = \sqrt 2 \, \mathrm{erf}^{-1}(q) \).
 *
 * @param rows the number of rows
 * @param inside the number of rows inside, for each of {@link #LEVELS}
 */
public record IntervalCoverage(long rows, List<Long> inside) {
    /** The parts of all targets that the intervals should hold. */
    public static final List<Double> LEVELS = List.of(0.5, 0.9, 0.95);

    /**
     * Copies the list.
     *
     * @param rows the number of rows
     * @param inside the number of rows inside, for each of {@link #LEVELS}
     */
    public IntervalCoverage {
        inside = List.copyOf(inside);
    }

    /**
     * Counts rows.
     *
     * @param mean {@code [rows, 1]}
     * @param variance {@code [rows, 1]}, positive
     * @param targets {@code [rows, 1]}, in the same units
     * @return the counts
     */
    public static IntervalCoverage of(INDArray mean, INDArray variance, INDArray targets) {
        long rows = targets.size(0);
        List<Long> inside = LEVELS.stream()
                .map(level -> inside(mean, variance, targets, deviations(level)))
                .toList();
        return new IntervalCoverage(rows, inside);
    }

    /**
     * Half the width of a central interval.
     *
     * @param level the part of all targets that it should hold, in (0, 1)
     * @return z, in standard deviations
     */
    public static double deviations(double level) {
        return Math.sqrt(2) * InverseErf.value(level);
    }

    private static long inside(INDArray mean, INDArray variance, INDArray targets, double deviations) {
        return IntStream.range(0, Math.toIntExact(targets.size(0)))
                .filter(row -> Math.abs(targets.getDouble(row, 0) - mean.getDouble(row, 0))
                        <= deviations * Math.sqrt(variance.getDouble(row, 0)))
                .count();
    }

    /**
     * The part of the rows inside.
     *
     * @param level the index of the level in {@link #LEVELS}
     * @return from 0 to 1
     */
    public double observed(int level) {
        return (double) inside.get(level) / rows;
    }

    /**
     * The counts of both sets of rows together.
     *
     * @param other other rows
     * @return the sums
     */
    public IntervalCoverage plus(IntervalCoverage other) {
        List<Long> sums = IntStream.range(0, LEVELS.size())
                .mapToObj(i -> inside.get(i) + other.inside.get(i))
                .toList();
        return new IntervalCoverage(rows + other.rows, sums);
    }
}

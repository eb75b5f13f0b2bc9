package io.github.dl4jep.learned;

import io.github.dl4jep.array.Rows;
import java.io.Serializable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a batch says about a learned number that is no weight, such as a noise variance: sums, and what they are divided by. The
 * statistics of parts of a batch, of time steps and of workers add up.
 *
 * @param sum a row [1, length]
 * @param count a row [1, length], or [1, 1] for one count in common: a number of parts or of entries, or a curvature
 * @serial exclude
 */
public record Statistic(INDArray sum, INDArray count) implements Serializable {

    /**
     * A value that one batch has, to be averaged over batches.
     *
     * @param value [1, length]
     * @return the statistic of count 1
     */
    public static Statistic of(INDArray value) {
        return new Statistic(value, Nd4j.ones(value.dataType(), 1, 1));
    }

    /**
     * A mean over some rows of a batch, which counts as much as they are.
     *
     * @param mean [1, length]
     * @param rows number of rows
     * @return the statistic
     */
    public static Statistic ofMean(INDArray mean, long rows) {
        return new Statistic(mean.mul(rows), Nd4j.valueArrayOf(new long[] {1, 1}, rows, mean.dataType()));
    }

    /**
     * Sums of double precision.
     *
     * @param sum sums
     * @param count as many counts
     * @return the statistic
     */
    public static Statistic of(double[] sum, double[] count) {
        return new Statistic(row(sum), row(count));
    }

    private static INDArray row(double[] values) {
        return Rows.matrix(values, 1, values.length);
    }

    /**
     * What two parts of a batch say together.
     *
     * @param other of the other part
     * @return the sums of both; new arrays
     */
    public Statistic plus(Statistic other) {
        return new Statistic(sum.add(other.sum), count.add(other.count));
    }

    /**
     * Sum divided by count.
     *
     * @return [1, length], a new array; NaN where both are 0
     */
    public INDArray mean() {
        return count.length() == 1 ? sum.div(count.getDouble(0)) : sum.div(count);
    }

    /**
     * Whether every number is finite.
     *
     * @return false if a NaN or an infinity is in either array
     */
    public boolean isFinite() {
        return Double.isFinite(Rows.sum(sum)) && Double.isFinite(Rows.sum(count));
    }
}

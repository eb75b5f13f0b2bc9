package io.github.dl4jep.learned;

import io.github.dl4jep.array.Rows;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a batch says about a learned number that is no weight, such as a noise variance: sums, and what they are divided by. The
 * statistics of parts of a batch, of time steps and of workers add up. Immutable.
 */
public final class Statistic implements Serializable {

    private static final long serialVersionUID = 1L;

    /** What is added up, [length]. */
    private final double[] sum;
    /** What it is divided by, [length] or one number for all. */
    private final double[] count;

    private Statistic(double[] sum, double[] count) {
        this.sum = sum;
        this.count = count;
    }

    /**
     * A value that one batch has, to be averaged over batches.
     *
     * @param value [1, length]
     * @return the statistic of count 1
     */
    public static Statistic of(INDArray value) {
        return new Statistic(Rows.flat(value), new double[] {1});
    }

    /**
     * A mean over some rows of a batch, which counts as much as they are.
     *
     * @param mean [1, length]
     * @param rows number of rows
     * @return the statistic; its sum has the precision of the mean
     */
    public static Statistic ofMean(INDArray mean, long rows) {
        double[] sum = Rows.flat(mean);
        boolean single = mean.dataType() == DataType.FLOAT;
        for (int i = 0; i < sum.length; i++) {
            double times = sum[i] * rows;
            sum[i] = single ? (float) times : times;
        }
        return new Statistic(sum, new double[] {(double) rows});
    }

    /**
     * Sums of double precision.
     *
     * @param sum sums
     * @param count as many counts, or one in common: a number of parts or of entries, or a curvature
     * @return the statistic
     */
    public static Statistic of(double[] sum, double[] count) {
        return new Statistic(sum.clone(), count.clone());
    }

    /**
     * The sums.
     *
     * @return a copy
     */
    public double[] sum() {
        return sum.clone();
    }

    /**
     * What the sums are divided by.
     *
     * @return as many numbers as there are sums, or one for all; a copy
     */
    public double[] count() {
        return count.clone();
    }

    /**
     * What two parts of a batch say together.
     *
     * @param other of the other part
     * @return the sums of both
     */
    public Statistic plus(Statistic other) {
        return new Statistic(added(sum, other.sum), added(count, other.count));
    }

    private static double[] added(double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("a statistic of " + a.length + " number(s) and one of " + b.length
                    + " do not add up; both must be of one parameter");
        }
        double[] both = a.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] += b[i];
        }
        return both;
    }

    /**
     * Sum divided by count.
     *
     * @return as many numbers as there are sums; NaN where sum and count are 0
     */
    public double[] mean() {
        double[] mean = sum.clone();
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= count[count.length == 1 ? 0 : i];
        }
        return mean;
    }

    /**
     * Sum divided by count, as an array.
     *
     * @param type of the array
     * @return [1, length], a new array
     */
    public INDArray mean(DataType type) {
        return Rows.matrix(mean(), 1, sum.length, type);
    }

    /**
     * Whether every number is finite.
     *
     * @return false if a NaN or an infinity is among sums or counts
     */
    public boolean isFinite() {
        return Double.isFinite(Arrays.stream(sum).sum())
                && Double.isFinite(Arrays.stream(count).sum());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Statistic that && Arrays.equals(sum, that.sum) && Arrays.equals(count, that.count);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sum) + Arrays.hashCode(count);
    }

    @Override
    public String toString() {
        return "Statistic(sum=" + Arrays.toString(sum) + ", count=" + Arrays.toString(count) + ")";
    }
}

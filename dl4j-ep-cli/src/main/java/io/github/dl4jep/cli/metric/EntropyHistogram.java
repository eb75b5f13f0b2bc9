package io.github.dl4jep.cli.metric;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The entropy of the predicted class probabilities, \( -\sum_c p_c \ln p_c \), of rows that are predicted right and of the others,
 * counted in {@value #COUNT} bins of equal width from 0 to the largest, \( \ln C \) for C classes.
 *
 * @param largest the largest entropy possible, in nats
 * @param right the rows predicted right, in each bin
 * @param wrong the rows predicted wrong, in each bin
 */
public record EntropyHistogram(double largest, List<Long> right, List<Long> wrong) {
    /** The number of bins. */
    public static final int COUNT = 20;

    /**
     * Copies the lists.
     *
     * @param largest the largest entropy possible, in nats
     * @param right the rows predicted right, in each bin
     * @param wrong the rows predicted wrong, in each bin
     */
    public EntropyHistogram {
        right = List.copyOf(right);
        wrong = List.copyOf(wrong);
    }

    /**
     * Counts rows.
     *
     * @param probabilities {@code [rows, classes]}
     * @param labels {@code [rows, classes]}, one-hot
     * @return the counts
     */
    public static EntropyHistogram of(INDArray probabilities, INDArray labels) {
        int[] truth = labels.argMax(1).toIntVector();
        int[] predicted = probabilities.argMax(1).toIntVector();
        double largest = Math.log((double) labels.size(1));
        long[] right = new long[COUNT];
        long[] wrong = new long[COUNT];
        for (int row = 0; row < truth.length; row++) {
            double share = entropy(probabilities.getRow(row).toDoubleVector()) / largest;
            int bin = Math.min(Math.max((int) (share * COUNT), 0), COUNT - 1);
            (predicted[row] == truth[row] ? right : wrong)[bin]++;
        }
        return new EntropyHistogram(
                largest,
                LongStream.of(right).boxed().toList(),
                LongStream.of(wrong).boxed().toList());
    }

    private static double entropy(double[] probabilities) {
        double sum = 0;
        for (double p : probabilities) {
            sum -= p > 0 ? p * Math.log(p) : 0; // The limit of p ln p at 0.
        }
        return sum;
    }

    /**
     * The counts of both sets of rows together.
     *
     * @param other other rows of as many classes
     * @return the sums
     */
    public EntropyHistogram plus(EntropyHistogram other) {
        return new EntropyHistogram(largest, sums(right, other.right), sums(wrong, other.wrong));
    }

    private static List<Long> sums(List<Long> a, List<Long> b) {
        return IntStream.range(0, COUNT).mapToObj(i -> a.get(i) + b.get(i)).toList();
    }
}

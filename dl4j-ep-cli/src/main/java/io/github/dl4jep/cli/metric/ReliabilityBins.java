package io.github.dl4jep.cli.metric;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How often predictions are right, by how confident they are. The confidence of a row is its largest probability; bin b of {@value
 * #COUNT} holds the confidences in \( (b/15, (b+1)/15] \).
 *
 * @param bins the bins, from the lowest confidence
 */
public record ReliabilityBins(List<Bin> bins) {
    /** The number of bins, all of equal width. */
    public static final int COUNT = 15;

    /**
     * The rows of one range of confidences.
     *
     * @param rows how many
     * @param right how many of them are predicted right
     * @param confidenceSum the sum of their confidences
     */
    public record Bin(long rows, long right, double confidenceSum) {
        private static final Bin EMPTY = new Bin(0, 0, 0);

        private Bin with(boolean isRight, double confidence) {
            return new Bin(rows + 1, right + (isRight ? 1 : 0), confidenceSum + confidence);
        }

        private Bin plus(Bin other) {
            return new Bin(rows + other.rows, right + other.right, confidenceSum + other.confidenceSum);
        }

        /**
         * The part of the rows that is right.
         *
         * @return from 0 to 1; NaN for no rows
         */
        public double accuracy() {
            return (double) right / rows;
        }

        /**
         * The mean confidence.
         *
         * @return from 0 to 1; NaN for no rows
         */
        public double confidence() {
            return confidenceSum / rows;
        }
    }

    /**
     * Copies the list.
     *
     * @param bins the bins, from the lowest confidence
     */
    public ReliabilityBins {
        bins = List.copyOf(bins);
    }

    /**
     * Puts rows into bins.
     *
     * @param probabilities {@code [rows, classes]}
     * @param labels {@code [rows, classes]}, one-hot
     * @return the bins
     */
    public static ReliabilityBins of(INDArray probabilities, INDArray labels) {
        int[] truth = labels.argMax(1).toIntVector();
        int[] predicted = probabilities.argMax(1).toIntVector();
        List<Bin> bins = new ArrayList<>(Collections.nCopies(COUNT, Bin.EMPTY));
        for (int row = 0; row < truth.length; row++) {
            double confidence = probabilities.getDouble(row, predicted[row]);
            int bin = Math.min(Math.max((int) Math.ceil(confidence * COUNT) - 1, 0), COUNT - 1);
            bins.set(bin, bins.get(bin).with(predicted[row] == truth[row], confidence));
        }
        return new ReliabilityBins(bins);
    }

    /**
     * The bins of both sets of rows together.
     *
     * @param other other rows
     * @return the sums
     */
    public ReliabilityBins plus(ReliabilityBins other) {
        List<Bin> sums = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            sums.add(bins.get(i).plus(other.bins.get(i)));
        }
        return new ReliabilityBins(sums);
    }
}

package io.github.dl4jep.network;

import java.util.Locale;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The examples of a batch are learned from together, by matrices with a row and a column for each: that limits their number. */
final class BatchSize {

    private static final Logger LOG = LoggerFactory.getLogger(BatchSize.class);

    /** Matrices of the joint solve that exist at the same time. */
    private static final int MATRICES = 4;
    /** The longest array of Java holds a matrix of so many rows. */
    private static final long MOST_ROWS = 46_340;
    /** Cubed, what a core computes in about a minute. */
    private static final long ROWS_OF_A_MINUTE = 4_000;

    private BatchSize() {}

    /**
     * Throws if the matrices of a batch do not fit into Java's memory; warns if it takes minutes.
     *
     * @param rows number of examples
     * @param batch number of the batch, from 0
     * @param memory bytes that Java may use
     * @throws DL4JInvalidInputException with the largest batch that fits
     */
    static void require(long rows, long batch, long memory) {
        long largest = Math.min(MOST_ROWS, (long) Math.sqrt((double) memory / (MATRICES * Double.BYTES)));
        if (rows > largest) {
            throw new DL4JInvalidInputException(String.format(
                    Locale.ROOT,
                    "Batch %d has %d rows, which are learned from together: matrices of %d x %d numbers take about %.1f GB"
                            + " of Java's memory, allowed are %.1f GB. The posterior is unchanged; use batches of at most %d"
                            + " rows, a few hundred are best, or start Java with a larger -Xmx",
                    batch,
                    rows,
                    rows,
                    rows,
                    gigabytes(MATRICES * Double.BYTES * (double) rows * rows),
                    gigabytes((double) memory),
                    largest));
        }
        if (rows > ROWS_OF_A_MINUTE) {
            LOG.warn(
                    "Batch {} has {} rows, which are learned from together: that takes minutes, and grows with their cube."
                            + " Batches of a few hundred rows are fastest.",
                    batch,
                    rows);
        }
    }

    /**
     * Throws if the covariances of a batch alone do not fit into the memory outside of Java's heap.
     *
     * @param rows number of examples
     * @param batch number of the batch, from 0
     * @param bytesOfOne bytes that they take for one example: their number grows with the square
     * @param memory bytes that ND4J may use
     * @throws DL4JInvalidInputException with the largest batch that may fit
     */
    static void requireNative(long rows, long batch, double bytesOfOne, long memory) {
        double needed = bytesOfOne * rows * rows;
        if (needed > memory) {
            throw new DL4JInvalidInputException(String.format(
                    Locale.ROOT,
                    "Batch %d has %d rows, which are learned from together: matrices of %d x %d numbers take about %.1f GB"
                            + " of memory outside of Java's heap, allowed are %.1f GB. The posterior is unchanged; use batches"
                            + " of less than %d rows, a few hundred are best, or start Java with a larger -Xmx or"
                            + " -Dorg.bytedeco.javacpp.maxbytes",
                    batch,
                    rows,
                    rows,
                    rows,
                    gigabytes(needed),
                    gigabytes((double) memory),
                    (long) Math.sqrt(memory / bytesOfOne)));
        }
    }

    private static double gigabytes(double bytes) {
        return bytes / (1 << 30);
    }
}

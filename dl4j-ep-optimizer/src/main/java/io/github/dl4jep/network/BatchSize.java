package io.github.dl4jep.network;

import java.util.Locale;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The examples of a batch are learned from together, by matrices with a row for each and a column for each inducing example: that limits
 * their number.
 */
final class BatchSize {

    private static final Logger LOG = LoggerFactory.getLogger(BatchSize.class);

    /** Matrices of the joint solve that exist at the same time. */
    private static final int MATRICES = 4;
    /** The longest array of Java, rounded down to a square. */
    private static final double MOST_ELEMENTS = 46_340.0 * 46_340;
    /** Cubed, what a core computes in about a minute. */
    private static final long ROWS_OF_A_MINUTE = 4_000;

    private BatchSize() {}

    /**
     * Throws if the matrices of a batch do not fit into Java's memory; warns if it takes minutes.
     *
     * @param rows number of examples
     * @param inducing number of inducing examples of a larger batch
     * @param batch number of the batch, from 0
     * @param memory bytes that Java may use
     * @throws DL4JInvalidInputException with the largest batch that fits
     */
    static void require(long rows, long inducing, long batch, long memory) {
        long largest = largest(Math.min(MOST_ELEMENTS, (double) memory / (MATRICES * Double.BYTES)), inducing);
        long columns = Math.min(rows, inducing);
        if (rows > largest) {
            throw new DL4JInvalidInputException(String.format(
                    Locale.ROOT,
                    "Batch %d has %d rows, which are learned from together: matrices of %d x %d numbers take about %.1f GB"
                            + " of Java's memory, allowed are %.1f GB. The posterior is unchanged; use batches of at most %d"
                            + " rows, or start Java with a larger -Xmx",
                    batch,
                    rows,
                    rows,
                    columns,
                    gigabytes(MATRICES * Double.BYTES * (double) rows * columns),
                    gigabytes((double) memory),
                    largest));
        }
        if (columns > ROWS_OF_A_MINUTE) {
            LOG.warn(
                    "Batch {} has {} rows, of which {} are solved for together: that takes minutes, and grows with their cube."
                            + " A few hundred of them, EpOptions.inducingExamples(...), are fastest.",
                    batch,
                    rows,
                    columns);
        }
    }

    /**
     * Throws if the covariances of a batch alone do not fit into the memory outside of Java's heap.
     *
     * @param rows number of examples
     * @param inducing number of inducing examples of a larger batch
     * @param batch number of the batch, from 0
     * @param bytesOfOne bytes that they take for one example and one inducing example
     * @param memory bytes that ND4J may use
     * @throws DL4JInvalidInputException with the largest batch that may fit
     */
    static void requireNative(long rows, long inducing, long batch, double bytesOfOne, long memory) {
        long columns = Math.min(rows, inducing);
        double needed = bytesOfOne * rows * columns;
        if (needed > memory) {
            throw new DL4JInvalidInputException(String.format(
                    Locale.ROOT,
                    "Batch %d has %d rows, which are learned from together: matrices of %d x %d numbers take about %.1f GB"
                            + " of memory outside of Java's heap, allowed are %.1f GB. The posterior is unchanged; use batches"
                            + " of less than %d rows, or start Java with a larger -Xmx or"
                            + " -Dorg.bytedeco.javacpp.maxbytes",
                    batch,
                    rows,
                    rows,
                    columns,
                    gigabytes(needed),
                    gigabytes((double) memory),
                    largest(memory / bytesOfOne, inducing)));
        }
    }

    /** The most rows for a matrix with so many elements. */
    private static long largest(double elements, long inducing) {
        double square = Math.sqrt(elements);
        return (long) (square <= inducing ? square : elements / inducing);
    }

    private static double gigabytes(double bytes) {
        return bytes / (1 << 30);
    }
}

package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.network.MemoryEstimate;
import java.util.Locale;

/** Refuses batches for which JavaCPP, which owns ND4J's memory, would not get enough. */
final class MemoryCheck {
    private static final double MEGABYTE = 1 << 20;

    private MemoryCheck() {}

    /**
     * Checks a batch against the limits that the program was started with.
     *
     * @param estimate what the network takes
     * @param batch the number of rows in a batch
     * @throws UserException if the batch does not fit
     */
    static void require(MemoryEstimate estimate, int batch) {
        require(estimate, batch, MemoryEstimate.allowedBytes());
    }

    /**
     * Checks a batch against a limit.
     *
     * @param estimate what the network takes
     * @param batch the number of rows in a batch
     * @param allowed bytes
     * @throws UserException if the batch does not fit
     */
    static void require(MemoryEstimate estimate, int batch, long allowed) {
        if (estimate.bytes(batch) <= allowed) {
            return;
        }
        long largest = estimate.largestBatch(allowed);
        throw new UserException("A batch of " + batch + " takes about " + megabytes(estimate.bytes(batch))
                + " of memory with this network, but " + megabytes(allowed) + " are allowed: "
                + (largest > 0 ? "choose --batch " + largest + " or less, or" : "not even one row fits,")
                + " start Java with a larger -Xmx or with -Dorg.bytedeco.javacpp.maxbytes=" + gigabytes(estimate, batch)
                + " and -Dorg.bytedeco.javacpp.maxphysicalbytes twice as large.");
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", Math.round(bytes / MEGABYTE));
    }

    private static String gigabytes(MemoryEstimate estimate, int batch) {
        return (estimate.bytes(batch) >> 30) + 1 + "g";
    }
}

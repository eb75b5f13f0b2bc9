package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.LearningPhase;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How many batches a pass through the data has. Learned at the end of each epoch, or where examples come again, and kept in the output
 * layer's configuration, beside DL4J's own iteration and epoch counts, so that a restored network goes on as if it had not been
 * interrupted. Immutable.
 */
public final class PassCounter implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Without epochs and without a given pass length, the first pass is taken to end here. */
    private static final long LONGEST_UNKNOWN_FIRST_PASS = 100;

    /** Batches in a pass, 0 while unknown. */
    private final double batchesPerPass;
    /** Iteration count at the start of the current pass. */
    private final long passStart;

    /** A counter that knows nothing yet. */
    public PassCounter() {
        this(0, 0);
    }

    /**
     * A counter.
     *
     * @param batchesPerPass batches in a pass, 0 while unknown
     * @param passStart iteration count at the start of the current pass
     * @throws IllegalArgumentException if a number is negative or not finite
     */
    @JsonCreator
    public PassCounter(
            @JsonProperty("batchesPerPass") double batchesPerPass, @JsonProperty("passStart") long passStart) {
        if (!(batchesPerPass >= 0) || Double.isInfinite(batchesPerPass)) {
            throw new IllegalArgumentException(
                    "batchesPerPass is " + batchesPerPass + ", allowed: 0 (unknown) and positive finite numbers");
        }
        if (passStart < 0) {
            throw new IllegalArgumentException("passStart is " + passStart + ", allowed: 0 and more");
        }
        this.batchesPerPass = batchesPerPass;
        this.passStart = passStart;
    }

    /**
     * The counter after the end of an epoch.
     *
     * @param iterationCount batches learned from so far
     * @return the next counter; this one if the epoch had no batch
     */
    public PassCounter afterPass(long iterationCount) {
        return iterationCount > passStart ? new PassCounter(iterationCount - passStart, iterationCount) : this;
    }

    /**
     * Where training stands.
     *
     * @param iterationCount batches learned from before the current one
     * @return the phase of the current batch
     */
    public LearningPhase phase(long iterationCount) {
        long step = iterationCount + 1;
        if (batchesPerPass > 0) {
            return new LearningPhase(step, step <= batchesPerPass && passStart == 0, batchesPerPass);
        }
        return new LearningPhase(step, step <= LONGEST_UNKNOWN_FIRST_PASS, step);
    }

    /**
     * Batches in a pass.
     *
     * @return 0 while unknown
     */
    public double getBatchesPerPass() {
        return batchesPerPass;
    }

    /**
     * Iteration count at the start of the current pass.
     *
     * @return 0 in the first
     */
    public long getPassStart() {
        return passStart;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PassCounter that
                && Double.compare(batchesPerPass, that.batchesPerPass) == 0
                && passStart == that.passStart;
    }

    @Override
    public int hashCode() {
        return Objects.hash(batchesPerPass, passStart);
    }
}

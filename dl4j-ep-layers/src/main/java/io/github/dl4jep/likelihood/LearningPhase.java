package io.github.dl4jep.likelihood;

/**
 * Where training stands, for what a likelihood learns slowly.
 *
 * @param step batches learned from so far, the current one included, at least 1
 * @param firstPass true until the first pass through the data has ended
 * @param batchesPerPass batches in a pass; in the first pass, the batches so far
 */
public record LearningPhase(long step, boolean firstPass, double batchesPerPass) {

    /** About so many batches of a pass are asked about the prior's pull. */
    private static final int PROBES = 30;

    private static final double RECENT = 4;

    /** The longest memory of a learned scalar, in batches. */
    private static final double MAX_MEMORY = 50;

    /**
     * Weight of the newest batch in a learned scalar: an average over about one pass, of at most 50 batches.
     *
     * @return a rate in (0, 1]
     */
    public double rate() {
        return 1 / Math.max(1, Math.min(MAX_MEMORY, batchesPerPass));
    }

    /**
     * The same with a memory of the last quarter of the batches so far, at most a pass: for what the first batches know nothing of.
     *
     * @return f in [0, 1)
     */
    public double recentRetention() {
        return 1 - 1 / Math.max(1, Math.min(step / RECENT, Math.max(1, batchesPerPass)));
    }

    /**
     * Whether withheld examples of this batch are asked about the prior's pull: after the first pass, and in long passes only now and then.
     *
     * @return false if they are not
     */
    public boolean probes() {
        return !firstPass && step % probeStride() == 0;
    }

    /**
     * How many batches of a pass are asked.
     *
     * @return batches
     */
    public double probesPerPass() {
        return batchesPerPass / probeStride();
    }

    private long probeStride() {
        return Math.max(1, (long) (batchesPerPass / PROBES));
    }

    /**
     * Share of what earlier batches said that stays: a memory of one pass, so that every example counts once.
     *
     * @return f in [0, 1)
     */
    public double retention() {
        return 1 - 1 / Math.min((double) step, Math.max(1, batchesPerPass));
    }
}

package io.github.dl4jep.convert;

import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;

/**
 * The options that say how batches are learned from and counted; part of {@link EpOptions.Builder}.
 *
 * @param <B> the builder
 */
public abstract class ScheduleBuilder<B extends ScheduleBuilder<B>> {

    private double memoryPasses = TrainingSchedule.DEFAULT_MEMORY_PASSES;
    private double minMemoryBatches = TrainingSchedule.DEFAULT_MIN_MEMORY_BATCHES;
    private double averagingBatches = TrainingSchedule.DEFAULT_AVERAGING_BATCHES;
    private double damping = 1;
    private int sweepsPerBatch = 1;
    private int inducingExamples = TrainingSchedule.DEFAULT_INDUCING_EXAMPLES;
    private double batchesPerPass;

    ScheduleBuilder() {}

    abstract B self();

    TrainingSchedule schedule() {
        return new TrainingSchedule(
                memoryPasses, minMemoryBatches, averagingBatches, damping, sweepsPerBatch, inducingExamples);
    }

    PassCounter passCounter() {
        return new PassCounter(batchesPerPass, 0);
    }

    /**
     * Sets how many passes are remembered, default 1: every example counts once, however often it is seen. Infinity is
     * assumed density filtering.
     *
     * @param passes a positive number
     * @return this builder
     */
    public B memoryPasses(double passes) {
        this.memoryPasses = passes;
        return self();
    }

    /**
     * Sets the shortest memory, default 25 batches.
     *
     * @param batches at least 1
     * @return this builder
     */
    public B minMemoryBatches(double batches) {
        this.minMemoryBatches = batches;
        return self();
    }

    /**
     * Sets over how many batches predictions average the means, default 75, but never over more than the last quarter of
     * the batches so far; 1 for no averaging.
     *
     * @param batches at least 1
     * @return this builder
     */
    public B averagingBatches(double batches) {
        this.averagingBatches = batches;
        return self();
    }

    /**
     * Sets the share of each batch's sites that is applied, default 1.
     *
     * @param share in (0, 1]
     * @return this builder
     */
    public B damping(double share) {
        this.damping = share;
        return self();
    }

    /**
     * Sets the number of sweeps over each batch, default 1.
     *
     * @param sweeps at least 1
     * @return this builder
     */
    public B sweepsPerBatch(int sweeps) {
        this.sweepsPerBatch = sweeps;
        return self();
    }

    /**
     * Sets with how many examples of a batch the joint solve keeps covariances, default 256: smaller batches are solved exactly, larger ones
     * through so many of their examples, spread over the batch, in a time that grows with the batch and not with its square. A number
     * that no batch exceeds solves all exactly. Sequences in recurrent layers are always exact.
     *
     * @param examples at least 1
     * @return this builder
     */
    public B inducingExamples(int examples) {
        this.inducingExamples = examples;
        return self();
    }

    /**
     * Tells how many batches a pass has. Needed only where DL4J counts no epochs, as with repeated {@code fit(DataSet)}, and examples
     * change from pass to pass; else a new pass is known by examples that come again.
     *
     * @param batches a positive number; default 0, learned at the end of the first epoch
     * @return this builder
     */
    public B batchesPerPass(double batches) {
        this.batchesPerPass = batches;
        return self();
    }
}

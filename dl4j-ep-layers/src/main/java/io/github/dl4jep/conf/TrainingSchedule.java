package io.github.dl4jep.conf;

import io.github.dl4jep.weight.SiteStep;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How batches are learned from and counted: the averaged-EP memory, the averaging of means, damping, sweeps and inducing examples.
 * Immutable; part of the output layer's configuration.
 *
 * <p>The memory is \( W = \max(memoryPasses \cdot batchesPerPass, minMemoryBatches) \) batches; retention is
 * \( f = 1 - 1/\min(step, W) \). With a memory of one pass every example counts once in the long run, however often it is
 * seen; in the first pass, while the memory fills, it counts half. An infinite memory is assumed density filtering, f = 1.
 *
 * <p>Predictions use a running average of the means over the last quarter of the batches so far, at most over averagingBatches.
 *
 * <p>Source: Li, Hernandez-Lobato and Turner 2015 for the averaged sites; the averaging of means: own, docs/algorithm.md.
 */
public final class TrainingSchedule implements Serializable {

    /** Default memory, in passes. */
    public static final double DEFAULT_MEMORY_PASSES = 1;
    /** Default shortest memory, in batches. */
    public static final double DEFAULT_MIN_MEMORY_BATCHES = 25;
    /** Default length of the running average of means, in batches. */
    public static final double DEFAULT_AVERAGING_BATCHES = 75;
    /** Default number of inducing examples. */
    public static final int DEFAULT_INDUCING_EXAMPLES = 256;

    private static final long serialVersionUID = 1L;

    /** The averaging looks back over a quarter of the batches so far: the first means are far from the later ones. */
    private static final double AVERAGED_SHARE = 4;

    /** Passes remembered. */
    private final double memoryPasses;
    /** Shortest memory in batches. */
    private final double minMemoryBatches;
    /** Batches over which predictions average the means. */
    private final double averagingBatches;
    /** Share of each batch that is applied. */
    private final double damping;
    /** Sweeps over each batch. */
    private final int sweepsPerBatch;
    /** With how many examples covariances are kept. */
    private final int inducingExamples;

    /** The default schedule: one rule for all data sets. */
    public TrainingSchedule() {
        this(DEFAULT_MEMORY_PASSES, DEFAULT_MIN_MEMORY_BATCHES, DEFAULT_AVERAGING_BATCHES, 1, 1);
    }

    /**
     * A schedule with the default number of inducing examples.
     *
     * @param memoryPasses passes remembered, positive; infinite for assumed density filtering
     * @param minMemoryBatches shortest memory in batches, at least 1
     * @param averagingBatches batches over which predictions average the means, at least 1; 1 for no averaging
     * @param damping share of each batch's sites that is applied, in (0, 1]
     * @param sweepsPerBatch sweeps over each batch, at least 1
     * @throws IllegalArgumentException if a number is outside its range
     */
    public TrainingSchedule(
            double memoryPasses, double minMemoryBatches, double averagingBatches, double damping, int sweepsPerBatch) {
        this(memoryPasses, minMemoryBatches, averagingBatches, damping, sweepsPerBatch, null);
    }

    /**
     * A schedule.
     *
     * @param memoryPasses passes remembered, positive; infinite for assumed density filtering
     * @param minMemoryBatches shortest memory in batches, at least 1
     * @param averagingBatches batches over which predictions average the means, at least 1; 1 for no averaging
     * @param damping share of each batch's sites that is applied, in (0, 1]
     * @param sweepsPerBatch sweeps over each batch, at least 1
     * @param inducingExamples with how many examples of a larger batch covariances are kept, at least 1; null for the default, as in files
     *     that were written before there was a choice
     * @throws IllegalArgumentException if a number is outside its range
     */
    @JsonCreator
    public TrainingSchedule(
            @JsonProperty("memoryPasses") double memoryPasses,
            @JsonProperty("minMemoryBatches") double minMemoryBatches,
            @JsonProperty("averagingBatches") double averagingBatches,
            @JsonProperty("damping") double damping,
            @JsonProperty("sweepsPerBatch") int sweepsPerBatch,
            @JsonProperty("inducingExamples") @Nullable Integer inducingExamples) {
        int inducing = inducingExamples == null ? DEFAULT_INDUCING_EXAMPLES : inducingExamples;
        require(memoryPasses > 0, "memoryPasses", memoryPasses, "positive numbers and infinity");
        require(minMemoryBatches >= 1, "minMemoryBatches", minMemoryBatches, "1 and more");
        require(averagingBatches >= 1, "averagingBatches", averagingBatches, "1 and more");
        require(damping > 0 && damping <= 1, "damping", damping, "(0, 1]");
        require(sweepsPerBatch >= 1, "sweepsPerBatch", sweepsPerBatch, "1 and more");
        require(inducing >= 1, "inducingExamples", inducing, "1 and more");
        this.memoryPasses = memoryPasses;
        this.minMemoryBatches = minMemoryBatches;
        this.averagingBatches = averagingBatches;
        this.damping = damping;
        this.sweepsPerBatch = sweepsPerBatch;
        this.inducingExamples = inducing;
    }

    private static void require(boolean holds, String name, Number value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed: " + allowed);
        }
    }

    /**
     * The numbers for one batch.
     *
     * @param step batches learned from, this one included, at least 1
     * @param batchesPerPass batches in a pass, or the batches so far while that is unknown
     * @return retention, averaging and damping of this batch
     */
    public SiteStep at(long step, double batchesPerPass) {
        double memory = Math.max(memoryPasses * batchesPerPass, minMemoryBatches);
        double retention = Double.isInfinite(memory) ? 1 : 1 - 1 / Math.min((double) step, memory);
        double averaged = Math.max(1, Math.min(step / AVERAGED_SHARE, averagingBatches));
        double counted = Math.min(1, Math.min((double) step, memoryPasses * batchesPerPass) / remembered(step, memory));
        return new SiteStep(retention, 1 / averaged, damping, 1, 0, counted);
    }

    /**
     * How many batches the sum of what is remembered counts: n of n = f n + 1, (step + 1) / 2 while the memory fills, and then up to the
     * memory.
     */
    private static double remembered(long step, double memory) {
        if (Double.isInfinite(memory)) {
            return step;
        }
        if (step <= memory) {
            return (step + 1) / 2.0;
        }
        return memory - (memory - 1) / 2 * Math.pow(1 - 1 / memory, step - memory);
    }

    /**
     * Memory in passes.
     *
     * @return a positive number, infinite for assumed density filtering
     */
    public double getMemoryPasses() {
        return memoryPasses;
    }

    /**
     * Shortest memory in batches.
     *
     * @return at least 1
     */
    public double getMinMemoryBatches() {
        return minMemoryBatches;
    }

    /**
     * Batches over which predictions average the means.
     *
     * @return at least 1
     */
    public double getAveragingBatches() {
        return averagingBatches;
    }

    /**
     * Share of each batch's sites that is applied.
     *
     * @return in (0, 1]
     */
    public double getDamping() {
        return damping;
    }

    /**
     * Sweeps over each batch.
     *
     * @return at least 1
     */
    public int getSweepsPerBatch() {
        return sweepsPerBatch;
    }

    /**
     * With how many examples of a larger batch covariances are kept.
     *
     * @return at least 1
     */
    public int getInducingExamples() {
        return inducingExamples;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrainingSchedule that
                && Double.compare(memoryPasses, that.memoryPasses) == 0
                && Double.compare(minMemoryBatches, that.minMemoryBatches) == 0
                && Double.compare(averagingBatches, that.averagingBatches) == 0
                && Double.compare(damping, that.damping) == 0
                && sweepsPerBatch == that.sweepsPerBatch
                && inducingExamples == that.inducingExamples;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                memoryPasses, minMemoryBatches, averagingBatches, damping, sweepsPerBatch, inducingExamples);
    }

    @Override
    public String toString() {
        return "schedule(memoryPasses=" + memoryPasses + ", minMemoryBatches=" + minMemoryBatches
                + ", averagingBatches=" + averagingBatches + ", damping=" + damping + ", sweepsPerBatch="
                + sweepsPerBatch + ", inducingExamples=" + inducingExamples + ")";
    }
}

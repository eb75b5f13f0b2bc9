package io.github.dl4jep.cli.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.dl4jep.cli.metric.Diagnostics;
import io.github.dl4jep.cli.metric.Figures;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One trainer on one split with one seed.
 *
 * @param trainer the name of the trainer
 * @param split the index of the split
 * @param seed the seed of this run; to that of initial weights and batches the index of the split is added
 * @param options the trainer's settings in effect
 * @param passes the passes, in order, at least one
 * @param addedMemoryBytes by how much the resident memory of the process has grown at most, between the batches of the first pass, since
 *     before the network was made
 * @param diagnostics what the plots show of the predictions after the last pass, or null if those are not finite; not in JSON
 */
public record Run(
        String trainer,
        int split,
        long seed,
        Map<String, Object> options,
        List<PassResult> passes,
        long addedMemoryBytes,
        @JsonIgnore @Nullable Diagnostics diagnostics) {
    private static final double MEBIBYTE = 1 << 20;

    /**
     * Returns the figures after the last pass.
     *
     * @return the figures
     */
    @JsonIgnore
    public Figures finalFigures() {
        return passes.get(passes.size() - 1).figures();
    }

    /**
     * Returns the memory that was added.
     *
     * @return mebibytes
     */
    @JsonIgnore
    public double addedMebibytes() {
        return addedMemoryBytes / MEBIBYTE;
    }

    /**
     * Returns the training time of all passes.
     *
     * @return seconds
     */
    @JsonIgnore
    public double totalSeconds() {
        return passes.stream().mapToDouble(PassResult::trainSeconds).sum();
    }
}

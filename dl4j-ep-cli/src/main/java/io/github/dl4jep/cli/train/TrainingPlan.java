package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.store.EpCheckpoints;
import java.nio.file.Path;
import java.util.Map;

/**
 * What to train, and where to keep it.
 *
 * @param network the network, as for {@code --net}
 * @param variant the units and weights asked for
 * @param passes the number of passes over the training rows
 * @param batch the number of rows in a batch
 * @param seed the seed of initial weights and batches
 * @param every the number of batches between checkpoints
 * @param keep how many checkpoints are kept
 * @param model the file of the model, absolute
 * @param settings all options that the weights depend on, by name
 */
public record TrainingPlan(
        String network,
        NetworkVariant variant,
        int passes,
        int batch,
        long seed,
        int every,
        int keep,
        Path model,
        Map<String, String> settings) {
    /**
     * Returns the folder of a model's checkpoints.
     *
     * @param model the file of the model, absolute
     * @return a folder beside it, which is there only while there are checkpoints
     */
    public static Path checkpointFolder(Path model) {
        return model.resolveSibling(model.getFileName() + ".checkpoints");
    }

    /**
     * Returns the checkpoints, without what the command adds to their files.
     *
     * @return the checkpoints
     */
    EpCheckpoints checkpoints() {
        return EpCheckpoints.in(checkpointFolder(model).toFile()).every(every).keepLast(keep);
    }
}

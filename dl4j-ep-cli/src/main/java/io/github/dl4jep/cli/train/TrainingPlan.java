package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.store.EpCheckpoints;
import java.nio.file.Files;
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
     * Says whether there is a place for checkpoints: there is none beside a device or a pipe, nor where no new files can be made.
     *
     * @return true if so
     */
    boolean hasPlaceForCheckpoints() {
        Path folder = checkpointFolder(model);
        Path parent = folder.getParent();
        return !WholeFile.isStream(model)
                && (Files.isDirectory(folder) || parent == null || !Files.exists(parent) || Files.isWritable(parent));
    }

    /**
     * Returns the checkpoints, without what the command adds to their files.
     *
     * @return the checkpoints; none are written where there is no place for them
     */
    EpCheckpoints checkpoints() {
        return EpCheckpoints.in(checkpointFolder(model).toFile())
                .every(every)
                .keepLast(hasPlaceForCheckpoints() ? keep : 0);
    }
}

package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.file.WholeFile;
import java.io.File;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/**
 * A training and what is already there of it: nothing of an earlier one is lost unless that is asked for.
 *
 * @param plan what to train
 * @param resume whether to go on with what is there
 * @param overwrite whether what is there may be replaced
 */
public record Training(TrainingPlan plan, boolean resume, boolean overwrite) {
    /**
     * Checks what is there before rows are read.
     *
     * @throws UserException if it is in the way
     */
    public void checkPlace() {
        if (resume && overwrite) {
            throw new UserException("--resume and --overwrite contradict each other: choose one.");
        }
        if (resume || overwrite) {
            return;
        }
        if (!TrainingRun.onFiles(plan.checkpoints()::newestFirst).isEmpty()) {
            throw new UserException("There are checkpoints of an earlier training in "
                    + TrainingPlan.checkpointFolder(plan.model())
                    + ": go on with --resume, start anew with --overwrite, or choose another --model.");
        }
        if (Files.exists(plan.model()) && !WholeFile.isStream(plan.model())) {
            throw new UserException("The model " + plan.model()
                    + " exists already: give it more passes with --resume, replace it with --overwrite, or choose another"
                    + " --model.");
        }
    }

    /**
     * Makes the training, before its next batch.
     *
     * @param rows the rows
     * @param listener is told how it goes
     * @param interruption says when to stop
     * @return the training
     * @throws UserException if it cannot be started or resumed
     */
    public TrainingRun prepare(TrainingData rows, TrainingListener listener, Interruption interruption) {
        if (!plan.hasPlaceForCheckpoints()) {
            listener.note("There is no place for checkpoints beside " + plan.model()
                    + ", so this training cannot be resumed.");
        }
        if (!resume) {
            TrainingRun run = TrainingRun.start(plan, rows, listener, interruption);
            TrainingRun.clear(plan.checkpoints());
            return run;
        }
        Optional<SavedModel> saved = TrainingRun.onFiles(() -> {
            plan.checkpoints().deleteUnfinished();
            return newest(listener);
        });
        if (saved.isEmpty()) {
            listener.note("There is no checkpoint yet; training starts from the beginning.");
            return TrainingRun.start(plan, rows, listener, interruption);
        }
        TrainingRun run = TrainingRun.resume(saved.get(), plan, rows, listener, interruption);
        listener.note("Resumed after batch " + run.position().batches() + ".");
        return run;
    }

    /** A checkpoint is newer than the model: it is deleted when the model is written. */
    private Optional<SavedModel> newest(TrainingListener listener) {
        List<File> checkpoints = plan.checkpoints().newestFirst();
        for (File file : checkpoints) {
            try {
                return Optional.of(SavedModel.read(file.toPath()));
            } catch (UserException e) {
                listener.note("An unreadable checkpoint is passed over: " + e.getMessage());
            }
        }
        if (Files.exists(plan.model())) {
            return Optional.of(SavedModel.read(plan.model()));
        }
        if (!checkpoints.isEmpty()) {
            throw new UserException("Cannot resume: no checkpoint in " + TrainingPlan.checkpointFolder(plan.model())
                    + " can be read; start anew with --overwrite.");
        }
        return Optional.empty();
    }
}

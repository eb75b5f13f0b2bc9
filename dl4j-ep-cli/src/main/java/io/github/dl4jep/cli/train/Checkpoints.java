package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.model.ModelCard;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.cli.trainer.EpModel;
import io.github.dl4jep.file.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The checkpoints of one model, in a separate folder beside it: the last few, each a model file. */
public final class Checkpoints {
    private static final String NAME = "batch-\\d{9,}\\.zip";

    private final Path model;
    private final Path folder;
    private final int keep;

    /**
     * The checkpoints of a model.
     *
     * @param model the model's file, absolute
     * @param keep how many are kept, at least 1
     */
    public Checkpoints(Path model, int keep) {
        this.model = model;
        this.folder = model.resolveSibling(model.getFileName() + ".checkpoints");
        this.keep = keep;
    }

    /**
     * Returns the folder.
     *
     * @return its path; it is there only while there are checkpoints
     */
    public Path folder() {
        return folder;
    }

    /**
     * Says whether there is a place for them: there is none beside a device or a pipe, nor where no new files can be made.
     *
     * @return true if so
     */
    boolean arePossible() {
        Path parent = folder.getParent();
        return !WholeFile.isStream(model)
                && (Files.isDirectory(folder) || parent == null || !Files.exists(parent) || Files.isWritable(parent));
    }

    /**
     * Lists the checkpoints.
     *
     * @return the newest first
     * @throws UserException if the folder cannot be read
     */
    public List<Path> newestFirst() {
        List<Path> files = new ArrayList<>(entries(NAME));
        // By number: all names have at least nine digits, longer ones are later.
        files.sort((a, b) -> {
            String first = String.valueOf(b.getFileName());
            String second = String.valueOf(a.getFileName());
            return first.length() == second.length() ? first.compareTo(second) : first.length() - second.length();
        });
        return Collections.unmodifiableList(files);
    }

    private List<Path> entries(String pattern) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> String.valueOf(file.getFileName()).matches(pattern))
                    .toList();
        } catch (IOException e) {
            throw new UserException(
                    "Cannot read the checkpoints in " + folder + ": " + UserException.reason(e) + ".", e);
        }
    }

    /**
     * Reads the newest checkpoint that can be read.
     *
     * @param unreadable is told of each newer one that cannot
     * @return the model, or empty if there is none
     */
    Optional<SavedModel> newest(Consumer<String> unreadable) {
        for (Path file : newestFirst()) {
            try {
                return Optional.of(SavedModel.read(file));
            } catch (UserException e) {
                unreadable.accept(String.valueOf(e.getMessage()));
            }
        }
        return Optional.empty();
    }

    /**
     * Writes a checkpoint, and deletes the oldest ones beyond those that are kept.
     *
     * @param network the network
     * @param card what is to be said of it
     * @return the file, or empty if there is no place for it
     */
    Optional<Path> write(EpModel network, ModelCard card) {
        if (!arePossible()) {
            return Optional.empty();
        }
        Path file = folder.resolve(
                String.format(Locale.ROOT, "batch-%09d.zip", card.position().batches()));
        try {
            if (!Files.isDirectory(folder)) { // Java 17 refuses a link to a folder.
                Files.createDirectories(folder);
            }
            SavedModel.write(file, network, card);
            List<Path> all = newestFirst();
            for (Path old : all.subList(Math.min(keep, all.size()), all.size())) {
                Files.deleteIfExists(old);
            }
            return Optional.of(file);
        } catch (IOException e) {
            throw new UserException("Cannot write to " + folder + ": " + UserException.reason(e) + ".", e);
        }
    }

    /**
     * Deletes all checkpoints, and what an interrupted program left unfinished.
     *
     * @throws UserException if one cannot be deleted
     */
    void clear() {
        delete(entries(NAME));
        sweep();
        try {
            if (Files.isDirectory(folder) && entries(".*").isEmpty()) {
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UserException("Cannot delete " + folder + ": " + UserException.reason(e) + ".", e);
        }
    }

    /** Deletes what an interrupted program left unfinished. */
    void sweep() {
        delete(entries(NAME + "\\.\\d+\\" + WholeFile.UNFINISHED));
    }

    private void delete(List<Path> files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UserException("Cannot delete files in " + folder + ": " + UserException.reason(e) + ".", e);
        }
    }
}

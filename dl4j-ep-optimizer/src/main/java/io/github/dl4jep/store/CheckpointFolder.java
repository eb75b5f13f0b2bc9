package io.github.dl4jep.store;

import io.github.dl4jep.file.WholeFile;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The files of a training's checkpoints, named by the number of batches learned from.
 *
 * @param path the folder, absolute; it may not be there yet
 */
record CheckpointFolder(Path path) {

    private static final String NAME = "batch-\\d{9,}\\.zip";

    /** The file after a number of batches. */
    Path file(int batches) {
        return path.resolve(String.format(Locale.ROOT, "batch-%09d.zip", batches));
    }

    /** The number of batches of a file. */
    static long batches(File checkpoint) {
        return Long.parseLong(checkpoint.getName().replaceAll("\\D", ""));
    }

    /** All checkpoints, the newest first. */
    List<File> newestFirst() {
        return entries(NAME).stream()
                .map(Path::toFile)
                .sorted(Comparator.comparingLong(CheckpointFolder::batches).reversed())
                .toList();
    }

    private List<Path> entries(String pattern) {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(file -> String.valueOf(file.getFileName()).matches(pattern))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoints in " + path + " cannot be read", e);
        }
    }

    /** Deletes the oldest checkpoints beyond a number. */
    void keepNewest(int count) {
        List<File> all = newestFirst();
        delete(all.subList(Math.min(count, all.size()), all.size()).stream()
                .map(File::toPath)
                .toList());
    }

    /** Deletes all checkpoints, and the folder if nothing else is in it. */
    void clear() {
        delete(entries(NAME));
        deleteUnfinished();
        if (Files.isDirectory(path) && entries(".*").isEmpty()) {
            delete(List.of(path));
        }
    }

    /** Deletes what a program has left unfinished that was stopped while it wrote. */
    void deleteUnfinished() {
        delete(entries(NAME + "\\.\\d+\\" + WholeFile.UNFINISHED));
    }

    private void delete(List<Path> files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("files in " + path + " cannot be deleted", e);
        }
    }
}

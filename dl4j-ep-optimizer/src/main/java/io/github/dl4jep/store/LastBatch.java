package io.github.dl4jep.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** The last batch that a checkpoint has learned from: its checksum is in the file, and a training that goes on compares it with its own. */
final class LastBatch {

    private static final String ENTRY = "last-batch.txt";

    private LastBatch() {}

    /** Adds the checksum to the entries of a file. */
    static void put(Map<String, byte[]> entries, Object batch) {
        entries.put(ENTRY, fingerprint(batch).getBytes(StandardCharsets.UTF_8));
    }

    /** Checks that a batch of a pass is the last one of a checkpoint, if there is that file and it says which that was. */
    static void require(Object batch, long number, Path checkpoint) {
        if (!Files.exists(checkpoint)) {
            return;
        }
        byte[] entry;
        try {
            entry = ModelFile.entry(checkpoint.toFile(), ENTRY);
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint " + checkpoint + " cannot be read", e);
        }
        String now = fingerprint(batch);
        String before = entry == null ? now : new String(entry, StandardCharsets.UTF_8);
        if (!before.equals(now)) {
            throw new DL4JInvalidInputException(
                    "Batch " + number + " of the pass (" + now
                            + ") is not the one that the checkpoint " + checkpoint + " has learned from (" + before
                            + "); give the same batches in the same order: an iterator that shuffles needs a seed for each pass");
        }
    }

    private static String fingerprint(Object batch) {
        return batch instanceof DataSet data ? Fingerprint.of(data) : Fingerprint.of((MultiDataSet) batch);
    }
}

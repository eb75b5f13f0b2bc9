package io.github.dl4jep.store;

import io.github.dl4jep.network.EpNetwork;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Training that goes on with the same bits after an interruption at any batch: the last few states of a network, in a folder.
 *
 * <pre>{@code
 * EpCheckpoints checkpoints = EpCheckpoints.in(folder).every(500).keepLast(3);
 * EpMultiLayerNetwork network = checkpoints.resume(EpNetworks.from(configuration));
 * checkpoints.fit(network, trainIterator, 10); // ten passes in all, however often the program is started
 * }</pre>
 *
 * <p>A checkpoint is a model file, which {@code EpNetworks.load} reads. The same bits need the same batches in every start, and one
 * thread of computation. Batches are taken in the thread that trains; where loading them takes time, give an iterator that loads ahead.
 * Immutable.
 */
public final class EpCheckpoints {

    private static final String NO_ITERATOR = "the iterator is null; give one with the batches of a pass";

    private static final Logger LOG = LoggerFactory.getLogger(EpCheckpoints.class);
    private static final int EVERY = 500;
    private static final int KEEP = 3;

    private final CheckpointFolder folder;
    private final int every;
    private final int keep;
    private final Function<EpNetwork, Map<String, byte[]>> more;

    private EpCheckpoints(CheckpointFolder folder, int every, int keep, Function<EpNetwork, Map<String, byte[]>> more) {
        this.folder = folder;
        this.every = every;
        this.keep = keep;
        this.more = more;
    }

    /**
     * Checkpoints after every 500 batches and every pass, of which the last three are kept.
     *
     * @param folder where to, for one training alone; made when the first is written
     * @return the checkpoints
     */
    public static EpCheckpoints in(File folder) {
        // Not normalised: ".." after a symbolic link is not the folder before it.
        Path path = Objects.requireNonNull(folder, "the folder is null; give one for this training alone")
                .toPath()
                .toAbsolutePath();
        return new EpCheckpoints(new CheckpointFolder(path), EVERY, KEEP, network -> Map.of());
    }

    /**
     * The same with another number of batches in between; the end of a pass is a checkpoint always.
     *
     * @param batches number of batches, at least 1
     * @return new checkpoints
     * @throws IllegalArgumentException if the number is less than 1
     */
    public EpCheckpoints every(int batches) {
        return new EpCheckpoints(folder, atLeast(1, "batches between checkpoints", batches), keep, more);
    }

    /**
     * The same with another number of files that are kept.
     *
     * @param files number of files; 0 writes none, for a training that has no place for them
     * @return new checkpoints
     * @throws IllegalArgumentException if the number is negative
     */
    public EpCheckpoints keepLast(int files) {
        return new EpCheckpoints(folder, every, atLeast(0, "files to keep", files), more);
    }

    /**
     * The same with further entries in each file.
     *
     * @param entries gives them by name when a checkpoint is written
     * @return new checkpoints
     */
    public EpCheckpoints with(Function<EpNetwork, Map<String, byte[]>> entries) {
        return new EpCheckpoints(folder, every, keep, entries);
    }

    private static int atLeast(int least, String what, int number) {
        if (number < least) {
            throw new IllegalArgumentException(
                    "number of " + what + " is " + number + ", allowed: " + least + " and more");
        }
        return number;
    }

    /**
     * The checkpoints.
     *
     * @return the newest first; empty if there is none
     * @throws UncheckedIOException if the folder cannot be read
     */
    public List<File> newestFirst() {
        return folder.newestFirst();
    }

    /**
     * Takes up a training where its newest checkpoint is; one that cannot be read is logged and passed over.
     *
     * @param fresh the network as it is made at the beginning
     * @param <N> its class
     * @return the network of the checkpoint with the listeners of the given one; or the given one if there is no checkpoint
     * @throws DL4JInvalidConfigException if the checkpoint is of another definition, or there are checkpoints but none can be read
     */
    @SuppressWarnings("unchecked") // The definitions are compared, their kind included.
    public <N extends EpNetwork> N resume(N fresh) {
        Objects.requireNonNull(fresh, "the network is null; give a new one of the definition that is trained");
        List<File> files = newestFirst();
        for (File file : files) {
            EpNetwork restored;
            try {
                restored = ModelFile.read(file).network();
            } catch (IOException e) {
                LOG.warn("A checkpoint is passed over: {}", e.getMessage());
                continue;
            }
            if (restored.getClass() != fresh.getClass()
                    || !Definitions.equalButCounters(restored.toJson(), fresh.toJson())) {
                throw new DL4JInvalidConfigException("The checkpoint " + file
                        + " is of another definition than the network; give each training a folder for itself, or start anew"
                        + " with clear()");
            }
            restored.setListeners(fresh.getListeners());
            return (N) restored;
        }
        if (!files.isEmpty()) {
            throw new DL4JInvalidConfigException("None of the " + files.size() + " checkpoints in " + folder
                    + " can be read; start anew with clear()");
        }
        return fresh;
    }

    /**
     * Trains until a network has a number of passes, those before an interruption included, and writes checkpoints.
     *
     * @param network the network, as {@link #resume} returns it
     * @param iterator gives the same batches in the same order after each {@code reset()}
     * @param passes passes in all
     * @throws DL4JInvalidInputException if the iterator does not give the batches that the network has learned from, or gives none
     * @throws DL4JInvalidConfigException if the folder has checkpoints of batches that the network has not learned from
     * @throws UncheckedIOException if a checkpoint cannot be written
     */
    public void fit(EpNetwork network, DataSetIterator iterator, int passes) {
        Objects.requireNonNull(iterator, NO_ITERATOR);
        fit(network, pass -> reset(iterator, iterator.resetSupported(), iterator::reset), passes, unused -> true);
    }

    /**
     * Trains on batches with any number of inputs and outputs; as {@link #fit(EpNetwork, DataSetIterator, int)}.
     *
     * @param network the network, as {@link #resume} returns it
     * @param iterator gives the same batches in the same order after each {@code reset()}
     * @param passes passes in all
     */
    public void fit(EpNetwork network, MultiDataSetIterator iterator, int passes) {
        Objects.requireNonNull(iterator, NO_ITERATOR);
        fit(network, pass -> reset(iterator, iterator.resetSupported(), iterator::reset), passes, unused -> true);
    }

    private static <I> I reset(I iterator, boolean supported, Runnable reset) {
        if (supported) {
            reset.run();
        }
        return iterator;
    }

    /**
     * Trains on batches that differ from pass to pass, and can be asked to stop.
     *
     * @param network the network, as {@link #resume} returns it
     * @param batches gives those of a pass, {@link DataSet} or {@link MultiDataSet}, by its number from 0: the same ones in every start
     * @param passes passes in all
     * @param goOn is asked after every batch; false writes a checkpoint and ends
     * @return true if all passes are done
     */
    public boolean fit(
            EpNetwork network, IntFunction<? extends Iterator<?>> batches, int passes, Predicate<EpNetwork> goOn) {
        Objects.requireNonNull(network, "the network is null; give the one to train");
        requireNoOther(network);
        boolean wanted = true;
        while (wanted && network.getEpochCount() < passes) {
            wanted = fitPass(network, batches.apply(network.getEpochCount()), goOn);
        }
        return network.getEpochCount() >= passes;
    }

    /** Returns whether to go on. */
    private boolean fitPass(EpNetwork network, Iterator<?> batches, Predicate<EpNetwork> goOn) {
        network.getListeners().forEach(listener -> listener.onEpochStart(network));
        Object batch = skipped(network, batches);
        boolean wanted = true;
        while (wanted && batches.hasNext()) {
            batch = batches.next();
            learn(network, batch);
            wanted = goOn.test(network);
            boolean due = !wanted || network.getIterationCount() % every == 0;
            if (due && batches.hasNext()) {
                write(network, batch);
            }
        }
        if (batches.hasNext()) {
            return false;
        }
        if (batch == null) {
            throw new DL4JInvalidInputException(
                    "The iterator " + batches.getClass().getSimpleName()
                            + " gave no batch in epoch " + network.getEpochCount()
                            + "; allowed is one batch or more. The posterior is unchanged; reset the iterator or check its source");
        }
        network.getListeners().forEach(listener -> listener.onEpochEnd(network));
        network.incrementEpochCount();
        write(network, batch);
        return wanted;
    }

    private static void learn(EpNetwork network, Object batch) {
        if (batch instanceof DataSet data) {
            network.fit(data);
        } else {
            network.fit((MultiDataSet) batch);
        }
    }

    /** Takes the batches of an interrupted pass that were learned from before; the last one, or null if there is none. */
    private @Nullable Object skipped(EpNetwork network, Iterator<?> batches) {
        long learned = network.getIterationCount() - network.passCounter().getPassStart();
        Object last = null;
        for (long i = 0; i < learned; i++) {
            if (!batches.hasNext()) {
                throw new DL4JInvalidInputException(
                        "Pass " + network.getEpochCount() + " has " + i + " batches, but the network has"
                                + " learned from " + learned + " of it; give the batches of the interrupted training");
            }
            last = batches.next();
        }
        if (last != null) {
            LastBatch.require(last, learned, folder.file(network.getIterationCount()));
        }
        return last;
    }

    /**
     * Writes a checkpoint if so many batches were learned from since the last one, for a training that takes batches elsewhere.
     *
     * @param network the network, in the middle of a pass
     * @throws UncheckedIOException if it cannot be written
     */
    public void writeIfDue(EpNetwork network) {
        if (network.getIterationCount() % every == 0) {
            write(network, null);
        }
    }

    /**
     * Writes a checkpoint at the end of a pass that the network has not counted yet, for a training whose passes are counted elsewhere.
     *
     * @param network the network, which has learned from all batches of the pass
     * @throws UncheckedIOException if it cannot be written
     */
    public void writeEndOfPass(EpNetwork network) {
        EpNetwork counted = network.clone();
        counted.incrementEpochCount();
        write(counted, null);
    }

    /** Writes a checkpoint, and deletes the oldest ones beyond those that are kept. */
    private void write(EpNetwork network, @Nullable Object lastBatch) {
        if (keep == 0) {
            return;
        }
        Path file = folder.file(network.getIterationCount());
        Map<String, byte[]> entries = new LinkedHashMap<>(more.apply(network));
        if (lastBatch != null) {
            LastBatch.put(entries, lastBatch);
        }
        try {
            if (!Files.isDirectory(folder.path())) { // Java 17 refuses a link to a folder.
                Files.createDirectories(folder.path());
            }
            ModelFile.write(file, network, entries);
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint " + file + " cannot be written", e);
        }
        folder.keepNewest(keep);
    }

    private void requireNoOther(EpNetwork network) {
        for (File file : newestFirst()) {
            if (CheckpointFolder.batches(file) > network.getIterationCount() && isReadable(file)) {
                throw new DL4JInvalidConfigException(
                        "There is the checkpoint " + file + ", but the network has learned from "
                                + network.getIterationCount()
                                + " batches only; go on with resume(network), start anew with clear(), or choose another folder");
            }
        }
    }

    private static boolean isReadable(File file) {
        try {
            return ModelFile.read(file).parameters().length() > 0;
        } catch (IOException e) {
            LOG.debug("The checkpoint {} is not readable.", file, e);
            return false;
        }
    }

    /**
     * Deletes all checkpoints, and the folder if nothing else is in it.
     *
     * @throws UncheckedIOException if a file cannot be deleted
     */
    public void clear() {
        folder.clear();
    }

    /**
     * Deletes what a program has left unfinished that was stopped while it wrote.
     *
     * @throws UncheckedIOException if a file cannot be deleted
     */
    public void deleteUnfinished() {
        folder.deleteUnfinished();
    }
}

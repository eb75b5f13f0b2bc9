package io.github.dl4jep.cli.data.split;

import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The batches of a pass: all training rows in an order that depends on nothing but seed and pass, so that every trainer
 * sees the same batches in the same order. The rows are put in order before the pass, so that batches of numbers are views and
 * cost nothing during the measured time; bytes become numbers batch by batch. A short last batch is kept.
 */
public final class PassBatches implements DataSetIterator {
    private static final long serialVersionUID = 1L;

    private final transient Rows ordered;
    private final int size;
    private final transient Runnable onBatch;
    private int position;
    private transient @Nullable DataSetPreProcessor preProcessor;

    private PassBatches(Rows ordered, int size, Runnable onBatch) {
        this.ordered = ordered;
        this.size = size;
        this.onBatch = onBatch;
    }

    /**
     * Puts the rows in order.
     *
     * @param train the training rows, left as they are
     * @param batch the number of rows in a batch
     * @param seed the seed of the run
     * @param pass the number of the pass
     * @param onBatch is run when a batch is taken, within the measured time
     * @return the batches
     */
    public static DataSetIterator of(Rows train, int batch, long seed, int pass, Runnable onBatch) {
        int[] order = Permutation.of(train.count(), seed + 1_000_003L * pass);
        return new PassBatches(train.ordered(order), batch, onBatch);
    }

    /**
     * Counts the batches of a pass.
     *
     * @param train the training rows
     * @param batch the number of rows in a batch
     * @return the number of batches, a short last one included
     */
    public static int count(Rows train, int batch) {
        return (train.count() + batch - 1) / batch;
    }

    @Override
    public boolean hasNext() {
        return position < ordered.count();
    }

    @Override
    public DataSet next() {
        return next(size);
    }

    @Override
    public DataSet next(int rows) {
        if (!hasNext()) {
            throw new NoSuchElementException("The pass has no more batches.");
        }
        onBatch.run();
        int from = position;
        position = Math.min(from + rows, ordered.count());
        DataSet batch = ordered.range(from, position);
        if (preProcessor != null) {
            preProcessor.preProcess(batch);
        }
        return batch;
    }

    @Override
    public int inputColumns() {
        long values = 1;
        for (long size : ordered.shape()) {
            values *= size;
        }
        return Math.toIntExact(values);
    }

    @Override
    public int totalOutcomes() {
        return ordered.outputs();
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    /** No: another thread would take batches, and with them time, ahead of the measured ones. */
    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public void reset() {
        position = 0;
    }

    @Override
    public int batch() {
        return size;
    }

    @Override
    public void setPreProcessor(DataSetPreProcessor processor) {
        preProcessor = processor;
    }

    @Override
    public @Nullable DataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }

    @Override
    public List<String> getLabels() {
        return List.of();
    }
}

package io.github.dl4jep.cli.compare;

import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Batches that tell a listener when one is taken. */
final class WatchedBatches implements DataSetIterator {
    private static final long serialVersionUID = 1L;

    private final transient DataSetIterator batches;
    private final transient ComparisonListener listener;

    /**
     * Creates the iterator.
     *
     * @param batches the batches
     * @param listener is told of every batch
     */
    WatchedBatches(DataSetIterator batches, ComparisonListener listener) {
        this.batches = batches;
        this.listener = listener;
    }

    @Override
    public DataSet next() {
        listener.batchStarted();
        return batches.next();
    }

    @Override
    public DataSet next(int rows) {
        listener.batchStarted();
        return batches.next(rows);
    }

    @Override
    public boolean hasNext() {
        return batches.hasNext();
    }

    @Override
    public void reset() {
        batches.reset();
    }

    @Override
    public boolean resetSupported() {
        return batches.resetSupported();
    }

    @Override
    public boolean asyncSupported() {
        return batches.asyncSupported();
    }

    @Override
    public int batch() {
        return batches.batch();
    }

    @Override
    public int inputColumns() {
        return batches.inputColumns();
    }

    @Override
    public int totalOutcomes() {
        return batches.totalOutcomes();
    }

    @Override
    public List<String> getLabels() {
        return batches.getLabels();
    }

    @Override
    public DataSetPreProcessor getPreProcessor() {
        return batches.getPreProcessor();
    }

    @Override
    public void setPreProcessor(DataSetPreProcessor preProcessor) {
        batches.setPreProcessor(preProcessor);
    }
}

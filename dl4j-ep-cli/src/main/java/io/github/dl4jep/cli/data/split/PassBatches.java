package io.github.dl4jep.cli.data.split;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The batches of a pass: all training rows in an order that depends on nothing but seed and pass, so that every trainer
 * sees the same batches in the same order. The rows are put in order before the pass, so that the batches are views and
 * cost nothing during the measured time. A short last batch is kept.
 */
public final class PassBatches {
    private PassBatches() {}

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
    public static DataSetIterator of(DataSet train, int batch, long seed, int pass, Runnable onBatch) {
        int[] order = Permutation.of(train.numExamples(), seed + 1_000_003L * pass);
        DataSet ordered = new DataSet(rows(train.getFeatures(), order), rows(train.getLabels(), order));
        return new ViewIterator(ordered, batch) {
            @Override
            public DataSet next() {
                onBatch.run();
                return super.next();
            }
        };
    }

    /** Rows of any rank. */
    private static INDArray rows(INDArray array, int[] order) {
        long rows = array.size(0);
        return Nd4j.pullRows(array.reshape('c', rows, array.length() / rows), 1, order, 'c')
                .reshape('c', array.shape());
    }

    /**
     * Counts the batches of a pass.
     *
     * @param train the training rows
     * @param batch the number of rows in a batch
     * @return the number of batches, a short last one included
     */
    public static int count(DataSet train, int batch) {
        return (train.numExamples() + batch - 1) / batch;
    }
}

package io.github.dl4jep.engine;

import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks that a batch is finite, before anything is computed from it. */
public final class BatchCheck {

    private BatchCheck() {}

    /**
     * Throws if an element is NaN or infinite.
     *
     * @param what "feature" or "label"
     * @param array [minibatch, ...]
     * @param batch number of the batch, from 0
     * @throws DL4JInvalidInputException naming batch, row, column and value of the first such element
     */
    public static void requireFinite(String what, INDArray array, long batch) {
        // One reduction on the way that every batch takes; the search is for bad batches only.
        if (Double.isFinite(array.sumNumber().doubleValue())) {
            return;
        }
        long columns = array.length() / Math.max(1, array.size(0));
        INDArray rows = array.reshape(array.size(0), columns);
        for (long row = 0; row < rows.size(0); row++) {
            for (long column = 0; column < columns; column++) {
                double value = rows.getDouble(row, column);
                if (!Double.isFinite(value)) {
                    throw new DL4JInvalidInputException("A " + what + " is " + value + " at batch " + batch + ", row "
                            + row + ", column " + column
                            + "; allowed are finite numbers. The posterior is unchanged and"
                            + " training can go on; remove or impute the value");
                }
            }
        }
    }
}

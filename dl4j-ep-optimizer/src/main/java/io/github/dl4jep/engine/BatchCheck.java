package io.github.dl4jep.engine;

import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks that a batch is finite, before anything is computed from it. */
public final class BatchCheck {

    private BatchCheck() {}

    /**
     * Labels whose hidden elements are finite: what a mask hides may be NaN, and counts for nothing.
     *
     * @param labels [minibatch, ...]
     * @param mask their mask, 0 where a label is hidden, or of a shape that does not fit, which is noticed elsewhere
     * @return the labels, or a copy with 0 in place of what is hidden
     */
    public static INDArray withoutHidden(INDArray labels, INDArray mask) {
        if (Double.isFinite(Rows.sum(labels))) {
            return labels;
        }
        long[] shape = maskShape(labels, mask);
        if (shape.length == 0) {
            return labels;
        }
        INDArray all = mask.reshape('c', shape).broadcast(labels.shape()).dup('c');
        INDArray observed = labels.dup('c');
        for (long i = 0; i < observed.length(); i++) {
            if (!(all.getDouble(i) > 0)) {
                observed.putScalar(i, 0);
            }
        }
        return observed;
    }

    /** The shape in which a mask can be broadcast to the labels; empty if there is not one such shape. */
    private static long[] maskShape(INDArray labels, INDArray mask) {
        long[] shape = labels.shape();
        if (Arrays.equals(mask.shape(), shape)) {
            return shape;
        }
        long[] ofRows = new long[shape.length];
        Arrays.fill(ofRows, 1);
        ofRows[0] = shape[0];
        if (mask.length() == shape[0]) {
            return ofRows;
        }
        long[] channelsFirst = shape.clone();
        channelsFirst[1] = 1;
        long[] channelsLast = shape.clone();
        channelsLast[shape.length - 1] = 1;
        boolean first = fits(mask, channelsFirst);
        boolean last = fits(mask, channelsLast);
        return first == last ? new long[0] : first ? channelsFirst : channelsLast;
    }

    private static boolean fits(INDArray mask, long[] shape) {
        long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return mask.size(0) == shape[0]
                && mask.length() == length
                && (mask.rank() == 2 || Arrays.equals(mask.shape(), shape));
    }

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
        if (Double.isFinite(Rows.sum(array))) {
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

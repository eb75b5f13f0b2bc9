package io.github.dl4jep.engine;

import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks that examples are finite, before anything is computed from them. */
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
     * Throws if an element of a batch to learn from is NaN or infinite.
     *
     * @param what "feature" or "label", and of which input or output
     * @param array [minibatch, ...]
     * @param batch number of the batch, from 0
     * @throws DL4JInvalidInputException naming batch, row, column and value of the first such element
     */
    public static void requireFinite(String what, INDArray array, long batch) {
        requireFinite(what, array, 0, "batch " + batch + ", ", ". The posterior is unchanged and training can go on; ");
    }

    /**
     * Throws if an element of examples that nothing is learned from is NaN or infinite.
     *
     * @param what "feature" or "label", and of which input or output
     * @param array [rows, ...]
     * @param firstRow number of the first row in the array that the caller gave
     * @throws DL4JInvalidInputException naming row, column and value of the first such element
     */
    public static void requireFiniteRows(String what, INDArray array, long firstRow) {
        requireFinite(what, array, firstRow, "", "; ");
    }

    private static void requireFinite(String what, INDArray array, long firstRow, String where, String consequence) {
        long place = firstNotFinite(array);
        if (place >= 0) {
            long columns = columns(array);
            throw new DL4JInvalidInputException(
                    "A " + what + " is " + matrix(array).getDouble(place / columns, place % columns) + " at " + where
                            + "row " + (firstRow + place / columns) + ", column " + place % columns
                            + "; allowed are finite numbers" + consequence + "remove or impute the value");
        }
    }

    /**
     * Finds an element that is NaN or infinite.
     *
     * @param array [rows, ...]
     * @return row times columns plus column of the first such element, or -1
     */
    static long firstNotFinite(INDArray array) {
        // One reduction on the way that every batch takes; the search is for bad batches only.
        if (Double.isFinite(Rows.sum(array))) {
            return -1;
        }
        INDArray rows = matrix(array);
        long columns = columns(array);
        for (long place = 0; place < array.length(); place++) {
            if (!Double.isFinite(rows.getDouble(place / columns, place % columns))) {
                return place;
            }
        }
        return -1;
    }

    private static INDArray matrix(INDArray array) {
        return array.reshape(array.size(0), columns(array));
    }

    private static long columns(INDArray array) {
        return array.length() / Math.max(1, array.size(0));
    }
}

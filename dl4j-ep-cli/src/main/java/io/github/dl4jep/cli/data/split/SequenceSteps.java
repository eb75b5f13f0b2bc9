package io.github.dl4jep.cli.data.split;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The steps of a batch of sequences. */
public final class SequenceSteps {
    /** Steps of all sequences that run at once: a layer's activations for them are some ten megabytes. */
    private static final long STEPS = 20_000;

    private static final int SEQUENCE_RANK = 3;

    private SequenceSteps() {}

    /**
     * Makes rows of what has a value at every step.
     *
     * @param values {@code [n, values, steps]}; anything else is returned as it is
     * @param mask {@code [n, steps]}, 0 for a step that is left out, or null if none is
     * @return {@code [rows, values]}: the steps of the first sequence, then those of the second, and so on
     */
    public static INDArray rows(INDArray values, @Nullable INDArray mask) {
        if (values.rank() != SEQUENCE_RANK) {
            return values;
        }
        INDArray all = values.permute(0, 2, 1).dup('c').reshape('c', values.size(0) * values.size(2), values.size(1));
        if (mask == null) {
            return all;
        }
        float[] there = mask.dup('c').ravel().toFloatVector();
        int[] kept = IntStream.range(0, there.length)
                .filter(step -> there[step] != 0)
                .toArray();
        return kept.length == there.length ? all : Nd4j.pullRows(all, 1, kept, 'c');
    }

    /**
     * Says how many rows run at once, so that memory does not grow with the number of rows.
     *
     * @param features {@code [n, ...]}
     * @param most how many there may be at most
     * @return for sequences fewer the longer they are, at least 1
     */
    public static int atOnce(INDArray features, int most) {
        return features.rank() == SEQUENCE_RANK ? atOnce(features.size(2), most) : most;
    }

    /**
     * Says how many sequences run at once.
     *
     * @param steps the number of steps of each
     * @param most how many there may be at most
     * @return at least 1
     */
    public static int atOnce(long steps, int most) {
        return (int) Math.max(1, Math.min(most, STEPS / Math.max(1, steps)));
    }

    /**
     * Counts the labels of sequences that have one at every step.
     *
     * @param rows the sequences
     * @return how many labels each has; empty if the labels are of whole rows
     */
    public static List<Integer> labels(DataSet rows) {
        INDArray labels = rows.getLabels();
        if (labels.rank() != SEQUENCE_RANK) {
            return List.of();
        }
        INDArray mask = rows.getLabelsMaskArray();
        return IntStream.range(0, (int) labels.size(0))
                .mapToObj(row -> mask == null
                        ? (int) labels.size(2)
                        : mask.getRow(row).sumNumber().intValue())
                .toList();
    }
}

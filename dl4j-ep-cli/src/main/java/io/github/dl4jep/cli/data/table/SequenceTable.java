package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Holdout;
import io.github.dl4jep.cli.data.split.SequenceRows;
import io.github.dl4jep.cli.data.split.TrainingData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences, as a table of all their steps.
 *
 * @param steps the steps, sequence after sequence; where a whole sequence has one label, it stands at one of its steps
 * @param starts the first step of each sequence, and at the end the number of steps
 * @param everyStep whether there is a label at every step, and not one for the whole sequence
 * @param labelIndex where the label column stands in a file, or {@link io.github.dl4jep.cli.data.format.RowFormat#ELSEWHERE}
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of columns that is never compared
public record SequenceTable(Table steps, int[] starts, boolean everyStep, int labelIndex) {
    /** Returns the number of sequences. */
    public int count() {
        return starts.length - 1;
    }

    /** Returns the number of steps of the longest sequence. */
    public int longest() {
        return IntStream.range(0, count()).map(i -> stepsOf(i).length).max().orElseThrow();
    }

    private int[] stepsOf(int sequence) {
        return IntStream.range(starts[sequence], starts[sequence + 1]).toArray();
    }

    private int[] labelled(int[] rows) {
        return Arrays.stream(rows)
                .filter(row -> !Double.isNaN(steps.labels()[row]))
                .toArray();
    }

    /**
     * Holds test sequences out, stratified where each has one class.
     *
     * @param testSequences how many to hold out
     * @param seed the seed of the choice
     * @return the choice
     */
    public Holdout holdout(int testSequences, long seed) {
        if (everyStep || steps.task() == Task.REGRESSION) {
            return Holdout.random(count(), testSequences, seed);
        }
        int[] classOf = IntStream.range(0, count())
                .map(i -> (int) steps.labels()[labelled(stepsOf(i))[0]])
                .toArray();
        return Holdout.stratified(classOf, steps.classes().size(), testSequences, seed);
    }

    /**
     * Builds a split with the format of its steps: inputs, and the target of a regression, are scaled as they are in the training
     * sequences.
     *
     * @param holdout which sequences train; none need be held out
     * @return the scaled sequences and their format
     * @throws io.github.dl4jep.cli.failure.UserException if the target of a regression is the same on all training sequences, or numbers
     *     cannot be scaled
     */
    public TrainingData trainingData(Holdout holdout) {
        int[] train = Arrays.stream(holdout.train())
                .flatMap(sequence -> Arrays.stream(stepsOf(sequence)))
                .toArray();
        FittedTable fitted = FittedTable.of(steps, train, labelled(train));
        SequenceRows rows = rows(fitted, holdout.train());
        return new TrainingData(
                rows,
                holdout.test().length == 0 ? null : rows(fitted, holdout.test()),
                fitted.format().inSequences(rows.sequence(), labelIndex));
    }

    private SequenceRows rows(FittedTable fitted, int[] chosen) {
        List<SequenceRows.Sequence> sequences = new ArrayList<>();
        for (int sequence : chosen) {
            int[] rows = stepsOf(sequence);
            int[] labelled = labelled(rows);
            float[][] labels = fitted.labels(labelled);
            sequences.add(new SequenceRows.Sequence(
                    fitted.features(rows), everyStep ? spread(labels, labelled, rows) : labels));
        }
        return new SequenceRows(sequences, everyStep);
    }

    private static float[][] spread(float[][] labels, int[] labelled, int[] rows) {
        float[][] all = new float[rows.length][];
        for (int i = 0; i < labels.length; i++) {
            all[labelled[i] - rows[0]] = labels[i];
        }
        return all;
    }
}

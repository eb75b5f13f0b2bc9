package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * CSV files that hold one sequence each, a row for each step, read as one table of all steps. Labels are a column, or the same rows of
 * other files; a file with one label has it for the whole sequence.
 *
 * @param files all steps, file after file, labels included
 * @param starts the first step of each file, and at the end the number of steps
 * @param labelColumn where the labels stand in {@code files}
 * @param labelsApart whether they come from other files
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of cells that is never compared
public record CsvSequences(CsvFile files, int[] starts, int labelColumn, boolean labelsApart) {
    /**
     * Reads sequences with a label column.
     *
     * @param name what to call all of them in a message
     * @param files the files, one each
     * @param label the label column, or null for the last one
     * @param options how they are to be read
     * @return all steps
     * @throws UserException if a file cannot be read, or has no label, or columns differ
     */
    public static CsvSequences read(String name, List<Path> files, @Nullable String label, ReadOptions options) {
        JoinedFiles joined = JoinedFiles.read(name, files, options);
        CsvFile steps = joined.file();
        if (steps.header().size() < 2) {
            throw new UserException(joined.parts().get(0).name()
                    + " has 1 column, but needs one more for the label; or put features and labels into the folders features"
                    + " and labels, and see --delimiter.");
        }
        return new CsvSequences(steps, joined.starts(), steps.labelColumn(label), false);
    }

    /**
     * Reads sequences with labels in other files.
     *
     * @param name what to call all of them in a message
     * @param features the files, one each
     * @param labels the file with the labels of each
     * @param label the column of these, if they have several
     * @param options how they are to be read
     * @return all steps
     * @throws UserException if a file cannot be read, columns differ, or there is neither one label nor one for every step
     */
    public static CsvSequences read(
            String name, List<Path> features, List<Path> labels, @Nullable String label, ReadOptions options) {
        JoinedFiles joined = JoinedFiles.read(name, features, options);
        LabelFiles apart = LabelFiles.read(joined, labels, label, options);
        return new CsvSequences(
                joined.with(apart), joined.starts(), joined.file().header().size(), true);
    }

    /**
     * Turns the cells into sequences.
     *
     * @param task what the label is, or null to see it from the labels: numbers mean regression, text means classes
     * @return the sequences
     * @throws UserException if a file has no label or a cell is not what it must be
     */
    public SequenceTable table(@Nullable Task task) {
        int[] labelled = files.labelled(labelColumn);
        int[] labels = new int[starts.length - 1];
        for (int row : labelled) {
            labels[JoinedFiles.fileOf(starts, row)]++;
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] == 0) {
                String column = files.header().get(labelColumn);
                throw new UserException(files.file().places().of(starts[i], column) + ", column \"" + column
                        + "\": this sequence has no label in any row; see --label.");
            }
        }
        boolean everyStep = Arrays.stream(labels).anyMatch(count -> count > 1);
        Table steps = files.table(
                labelColumn, task, IntStream.range(0, files.rows().size()).toArray(), labelled);
        List<String> notes = new ArrayList<>(steps.notes());
        notes.set(0, summary(everyStep, labelled.length));
        return new SequenceTable(
                new Table(
                        steps.name(),
                        steps.inputs(),
                        steps.labels(),
                        steps.classes(),
                        steps.label(),
                        steps.labelIndex(),
                        notes),
                starts,
                everyStep,
                labelsApart ? RowFormat.ELSEWHERE : labelColumn);
    }

    private String summary(boolean everyStep, int labels) {
        int[] lengths = IntStream.range(0, starts.length - 1)
                .map(i -> starts[i + 1] - starts[i])
                .sorted()
                .toArray();
        int shortest = lengths[0];
        int longest = lengths[lengths.length - 1];
        int columns = files.header().size() - (labelsApart ? 1 : 0);
        int without = files.rows().size() - labels;
        return lengths.length + " sequences of " + (shortest == longest ? "" : shortest + " to ") + longest
                + " steps and " + columns + (columns == 1 ? " column" : " columns") + " were read, "
                + (files.named()
                        ? "named by the first line"
                        : "without a header, so they are named " + (columns == 1 ? "x1" : "x1 to x" + columns))
                + (everyStep
                        ? ", with a label at every step" + (without == 0 ? "." : " but " + without + ".")
                        : ", with one label for each sequence.");
    }
}

package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
        boolean everyStep = false;
        for (int i = 0; i < starts.length - 1; i++) {
            int file = i;
            long labels = Arrays.stream(labelled)
                    .filter(row -> row >= starts[file] && row < starts[file + 1])
                    .count();
            if (labels == 0) {
                String column = files.header().get(labelColumn);
                throw new UserException(files.file().places().of(starts[i], column) + ", column \"" + column
                        + "\": this sequence has no label in any row; see --label.");
            }
            everyStep |= labels > 1;
        }
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

    /** Feature files below each other. */
    private record JoinedFiles(CsvFile file, int[] starts, List<CsvRecords> parts) {
        static JoinedFiles read(String name, List<Path> paths, ReadOptions options) {
            List<CsvRecords> parts = readAll(paths, options);
            boolean named = isNamed(parts, options);
            List<String> first = parts.get(0).records().get(0);
            List<String> header = CsvRecords.names(named ? first : Collections.nCopies(first.size(), ""));
            parts.get(0).requireDifferent(header);
            List<List<String>> rows = new ArrayList<>();
            int[] starts = new int[parts.size() + 1];
            for (int i = 0; i < parts.size(); i++) {
                requireSameColumns(parts.get(0), parts.get(i), named);
                rows.addAll(rowsOf(parts.get(i), named));
                starts[i + 1] = rows.size();
            }
            List<String> names = parts.stream().map(CsvRecords::name).toList();
            CsvRecords all = new CsvRecords(
                    name,
                    rows,
                    parts.stream().anyMatch(CsvRecords::decimalComma) && Cell.writtenWithComma(rows),
                    parts.stream()
                            .flatMap(part -> part.notes().stream())
                            .distinct()
                            .toList(),
                    (row, column) -> place(names, starts, row));
            return new JoinedFiles(new CsvFile(all, named, header, rows, options), starts, parts);
        }

        private static String place(List<String> names, int[] starts, int row) {
            int file = fileOf(starts, row);
            return names.get(file) + ", row " + (row - starts[file] + 1);
        }

        /** Adds labels as a last column. */
        CsvFile with(LabelFiles labels) {
            String column = labels.column();
            while (file.header().contains(column)) {
                column += "_";
            }
            String label = column;
            List<String> header = new ArrayList<>(file.header());
            header.add(label);
            List<List<String>> rows = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                for (int row = starts[i]; row < starts[i + 1]; row++) {
                    List<String> cells = new ArrayList<>(file.rows().get(row));
                    cells.add(labels.cell(i, row - starts[i], starts[i + 1] - starts[i]));
                    rows.add(cells);
                }
            }
            CsvRecords all = file.file();
            return new CsvFile(
                    new CsvRecords(
                            all.name(),
                            rows,
                            all.decimalComma() || labels.decimalComma(),
                            all.notes(),
                            (row, name) -> name.equals(label)
                                    ? labels.place(fileOf(starts, row), row - starts[fileOf(starts, row)])
                                    : all.places().of(row, name)),
                    file.named(),
                    header,
                    rows,
                    file.options());
        }
    }

    private static List<CsvRecords> readAll(List<Path> paths, ReadOptions options) {
        return paths.stream().map(path -> CsvRecords.read(path, options)).toList();
    }

    private static int fileOf(int[] starts, int row) {
        int found = Arrays.binarySearch(starts, row);
        return found < 0 ? -found - 2 : found;
    }

    /** First lines of numbers that are not the same in all files are rows. */
    private static boolean isNamed(List<CsvRecords> parts, ReadOptions options) {
        List<String> first = parts.get(0).records().get(0);
        boolean rows = options.header() == null
                && parts.stream()
                        .allMatch(part -> part.records().get(0).stream()
                                .allMatch(cell -> part.number(cell).isPresent() || Cell.isMissing(cell)))
                && parts.stream().anyMatch(part -> !part.records().get(0).equals(first));
        return !rows && CsvFile.isNamed(parts.get(0), options);
    }

    private static void requireSameColumns(CsvRecords first, CsvRecords other, boolean named) {
        List<String> expected = first.records().get(0);
        List<String> found = other.records().get(0);
        if (named && !found.equals(expected)) {
            throw new UserException(other.name() + " has the columns " + Cell.names(found) + ", but " + first.name()
                    + " has " + Cell.names(expected) + ": all sequences must have the same columns in the same order.");
        }
        if (found.size() != expected.size()) {
            throw new UserException(other.name() + " has " + found.size() + " columns, but " + first.name() + " has "
                    + expected.size() + ": all sequences must have the same columns in the same order.");
        }
    }

    private static List<List<String>> rowsOf(CsvRecords part, boolean named) {
        List<List<String>> rows =
                part.records().subList(named ? 1 : 0, part.records().size());
        if (rows.isEmpty()) {
            throw new UserException(part.name() + " has no rows below its header.");
        }
        part.requireWidth(rows, named ? "header" : "first line");
        return rows;
    }

    /** Files of labels beside those of features. */
    private record LabelFiles(List<CsvRecords> parts, boolean named, int index, String column) {
        static LabelFiles read(JoinedFiles features, List<Path> paths, @Nullable String label, ReadOptions options) {
            List<CsvRecords> parts = readAll(paths, options);
            int[] lines = parts.stream().mapToInt(part -> part.records().size()).toArray();
            int[] steps = IntStream.range(0, lines.length)
                    .map(i -> features.starts()[i + 1] - features.starts()[i])
                    .toArray();
            boolean named = isNamed(parts, lines, steps, options);
            requireLengths(features, parts, lines, steps, named);
            List<String> first = parts.get(0).records().get(0);
            List<String> header = CsvRecords.names(named ? first : Collections.nCopies(first.size(), ""));
            for (CsvRecords part : parts) {
                requireSameColumns(parts.get(0), part, named);
                part.requireWidth(part.records(), "first line");
            }
            if (label == null && header.size() > 1) {
                throw new UserException(parts.get(0).name() + " has " + header.size()
                        + " columns, but a label is one: name it by --label; the columns are " + Cell.names(header)
                        + ".");
            }
            int index = label == null ? 0 : header.indexOf(label);
            if (index < 0) {
                throw new UserException(parts.get(0).name() + ": there is no column \"" + label + "\"; the columns are "
                        + Cell.names(header) + ".");
            }
            return new LabelFiles(parts, named, index, named ? header.get(index) : "label");
        }

        /** A header is one line more than labels. */
        private static boolean isNamed(List<CsvRecords> parts, int[] lines, int[] steps, ReadOptions options) {
            Boolean asked = options.header();
            boolean bare = fit(lines, steps, 0);
            boolean headed = fit(lines, steps, 1);
            if (asked == null && bare && headed) {
                throw parts.get(0)
                        .question("there are as many lines as with one label below a header or one at every step");
            }
            return asked == null ? headed : asked;
        }

        private static boolean fit(int[] lines, int[] steps, int header) {
            return IntStream.range(0, lines.length).allMatch(i -> lines[i] == 1 + header)
                    || IntStream.range(0, lines.length).allMatch(i -> lines[i] == steps[i] + header);
        }

        private static void requireLengths(
                JoinedFiles features, List<CsvRecords> parts, int[] lines, int[] steps, boolean named) {
            int header = named ? 1 : 0;
            if (fit(lines, steps, header)) {
                return;
            }
            for (int i = 0; i < lines.length; i++) {
                int labels = lines[i] - header;
                if (labels != 1 && labels != steps[i]) {
                    throw new UserException(parts.get(i).name() + " has " + labels + " labels, but "
                            + features.parts().get(i).name() + " has " + steps[i]
                            + " steps: give one label for each step, or one for the whole sequence.");
                }
            }
            int one = IntStream.range(0, lines.length)
                    .filter(i -> lines[i] - header == 1)
                    .findFirst()
                    .orElseThrow();
            int many = IntStream.range(0, lines.length)
                    .filter(i -> lines[i] - header != 1)
                    .findFirst()
                    .orElseThrow();
            throw new UserException(parts.get(one).name() + " has one label for the whole sequence, but "
                    + parts.get(many).name() + " has one for each step: give the same for all sequences.");
        }

        boolean decimalComma() {
            return parts.stream().anyMatch(CsvRecords::decimalComma);
        }

        /** The label of a step; that of the whole sequence is at its last. */
        String cell(int file, int step, int steps) {
            List<List<String>> records = parts.get(file).records();
            int header = named ? 1 : 0;
            if (records.size() - header == steps) {
                return records.get(step + header).get(index);
            }
            return step == steps - 1 ? records.get(header).get(index) : "";
        }

        String place(int file, int step) {
            boolean one = parts.get(file).records().size() == (named ? 2 : 1);
            return parts.get(file).name() + ", row " + (one ? 1 : step + 1);
        }
    }
}

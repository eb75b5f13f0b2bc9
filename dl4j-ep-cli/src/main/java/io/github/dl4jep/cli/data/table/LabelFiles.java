package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Files of labels beside those of features.
 *
 * @param parts one for each file of features
 * @param named whether their first line is a header
 * @param index the column of the labels
 * @param column its name
 */
record LabelFiles(List<CsvRecords> parts, boolean named, int index, String column) {
    /**
     * Reads the files.
     *
     * @param features the features that the labels belong to
     * @param paths a file for each of theirs
     * @param label the column, or null if there is only one
     * @param options how they are to be read
     * @return the labels
     * @throws UserException if a file cannot be read, or has neither one label nor one for each step
     */
    static LabelFiles read(JoinedFiles features, List<Path> paths, @Nullable String label, ReadOptions options) {
        List<CsvRecords> parts = JoinedFiles.readAll(paths, options);
        int[] lines = parts.stream().mapToInt(part -> part.records().size()).toArray();
        int[] steps = IntStream.range(0, lines.length)
                .map(i -> features.starts()[i + 1] - features.starts()[i])
                .toArray();
        boolean named = isNamed(parts, lines, steps, options);
        requireLengths(features, parts, lines, steps, named);
        List<String> first = parts.get(0).records().get(0);
        List<String> header = CsvRecords.names(named ? first : Collections.nCopies(first.size(), ""));
        for (CsvRecords part : parts) {
            JoinedFiles.requireSameColumns(parts.get(0), part, named);
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

    /** Returns whether some of their numbers have a decimal comma. */
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

    /** Names the file and the row of a label. */
    String place(int file, int step) {
        boolean one = parts.get(file).records().size() == (named ? 2 : 1);
        return parts.get(file).name() + ", row " + (one ? 1 : step + 1);
    }
}

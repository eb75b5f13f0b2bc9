package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The features of all sequences below each other.
 *
 * @param file their rows
 * @param starts the first row of each file, and at the end the number of rows
 * @param parts the files
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of cells that is never compared
record JoinedFiles(CsvFile file, int[] starts, List<CsvRecords> parts) {
    /**
     * Reads files that have the same columns.
     *
     * @param name what to call all of them in a message
     * @param paths the files
     * @param options how they are to be read
     * @return their rows
     * @throws UserException if one cannot be read, has no rows, or has other columns
     */
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
                parts.stream().flatMap(part -> part.notes().stream()).distinct().toList(),
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

    /** Reads the cells of files. */
    static List<CsvRecords> readAll(List<Path> paths, ReadOptions options) {
        return paths.stream().map(path -> CsvRecords.read(path, options)).toList();
    }

    /** Returns the file that a row is of. */
    static int fileOf(int[] starts, int row) {
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

    /** Checks that two files have as many columns, and of the same names. */
    static void requireSameColumns(CsvRecords first, CsvRecords other, boolean named) {
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
}

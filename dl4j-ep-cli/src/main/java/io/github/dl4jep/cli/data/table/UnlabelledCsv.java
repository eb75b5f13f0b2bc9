package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Column;
import io.github.dl4jep.cli.data.format.InputColumn;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A CSV file to predict: with a header, then columns are found by name; or without, then they stand as in the training file. The label may
 * be there in both, and is not read.
 *
 * @param columns the columns that a model takes, in its order
 * @param rows the number of rows
 * @param notes what was done to them
 */
public record UnlabelledCsv(List<Column> columns, int rows, List<String> notes) {
    /**
     * Reads the columns that a model takes.
     *
     * @param path the file
     * @param format the model's columns
     * @param options how the file is to be read
     * @return the columns
     * @throws UserException if the file cannot be read, a column is missing or unknown, or a cell is no finite number
     */
    public static UnlabelledCsv read(Path path, RowFormat format, ReadOptions options) {
        CsvRecords file = CsvRecords.read(path, options);
        Reader reader = new Reader(file, format, options);
        Boolean header = options.header();
        return reader.read(header == null ? reader.hasHeader() : header);
    }

    /** A file and the model that is to read it. */
    private record Reader(CsvRecords file, RowFormat format, ReadOptions options) {
        private List<String> first() {
            return file.records().get(0);
        }

        private int expected() {
            return format.columns().size();
        }

        /** Whether the first line names the model's columns; a line that could be names as well as a row is asked about. */
        private boolean hasHeader() {
            Set<String> cells = new HashSet<>(CsvRecords.names(first()));
            long found = format.columns().stream()
                    .filter(column -> cells.contains(column.name()))
                    .count();
            boolean row = canBeRow();
            if (found == expected() && row) {
                throw file.question("it names the model's columns and could be one of its rows");
            }
            boolean numbers =
                    first().stream().allMatch(cell -> file.number(cell).isPresent() || Cell.isMissing(cell));
            return found == expected() || (!row && !numbers);
        }

        /** Numbers stand where the model takes numbers; among words alone, at least one is known. */
        private boolean canBeRow() {
            int width = first().size();
            if (!fits(width)) {
                return false;
            }
            int[] places = byPosition();
            boolean numbers = false;
            boolean known = false;
            for (int c = 0; c < places.length; c++) {
                InputColumn column = format.columns().get(c);
                String cell = first().get(places[c]);
                if (column.holdsWords()) {
                    known |= column.isLevel(cell);
                } else if (!Cell.isMissing(cell) && file.number(cell).isEmpty()) {
                    return false;
                } else {
                    numbers |= !Cell.isMissing(cell);
                }
            }
            return numbers || known;
        }

        /** As many cells as the model takes, or one more where the label was. */
        private boolean fits(int width) {
            return width == expected() || (format.labelIndex() != RowFormat.ELSEWHERE && width == expected() + 1);
        }

        private UnlabelledCsv read(boolean header) {
            if (!header && !fits(first().size())) {
                throw new UserException(file.name() + " has " + first().size()
                        + " column(s) and no header with the model's names, but the model takes " + expected() + ": "
                        + names(format.columns().stream().map(InputColumn::name).toList()) + ".");
            }
            int[] places = header ? byName() : byPosition();
            List<List<String>> rows =
                    file.records().subList(header ? 1 : 0, file.records().size());
            if (rows.isEmpty()) {
                throw new UserException(file.name() + " has no rows below its header.");
            }
            file.requireWidth(rows, "first line");
            ColumnReader reader =
                    new ColumnReader(file, rows, IntStream.range(0, rows.size()).toArray(), options.strict());
            List<Column> columns = new ArrayList<>();
            CellCount unseen = new CellCount();
            for (int c = 0; c < places.length; c++) {
                InputColumn column = format.columns().get(c);
                columns.add(
                        column.holdsWords()
                                ? reader.words(column.name(), places[c])
                                : reader.numbers(column.name(), places[c]));
                countUnseen(column, columns.get(c), unseen);
            }
            reader.check(false);
            if (options.strict() && unseen.count() > 0) {
                throw new UserException(unseen.place(file) + "the word \"" + unseen.firstCell()
                        + "\" is none of the model's" + unseen.more() + ", which --strict refuses.");
            }
            return new UnlabelledCsv(columns, rows.size(), notes(reader.missing(), unseen));
        }

        private static void countUnseen(InputColumn column, Column values, CellCount unseen) {
            if (values instanceof Column.Words words) {
                for (int row = 0; row < words.values().size(); row++) {
                    String word = words.values().get(row);
                    if (word != null && !column.isLevel(word)) {
                        unseen.add(row, column.name(), word);
                    }
                }
            }
        }

        private List<String> notes(CellCount missing, CellCount unseen) {
            List<String> notes = new ArrayList<>(file.notes());
            if (missing.count() > 0) {
                notes.add("Missing values: " + missing.count() + " (" + missing.perColumn()
                        + "); they are treated as in training.");
            }
            if (unseen.count() > 0) {
                notes.add("Words without a level in the model: " + unseen.count() + " (" + unseen.perColumn()
                        + "); they count as \"other\".");
            }
            return notes;
        }

        private int[] byName() {
            file.requireDifferent(first());
            List<String> header = CsvRecords.names(first());
            Map<String, Integer> places = new HashMap<>();
            for (int i = 0; i < header.size(); i++) {
                places.put(header.get(i), i);
            }
            Set<String> known = format.columns().stream().map(InputColumn::name).collect(Collectors.toSet());
            List<String> missing = format.columns().stream()
                    .map(InputColumn::name)
                    .filter(column -> !places.containsKey(column))
                    .toList();
            List<String> unknown = header.stream()
                    .filter(column -> !known.contains(column) && !column.equals(format.label()))
                    .toList();
            if (!missing.isEmpty() || !unknown.isEmpty()) {
                throw new UserException(file.name() + " does not have the model's columns: "
                        + (missing.isEmpty() ? "" : "missing " + names(missing))
                        + (missing.isEmpty() || unknown.isEmpty() ? "" : ", ")
                        + (unknown.isEmpty() ? "" : "unknown " + names(unknown))
                        + (options.header() == null ? " (if its first line is a row, say --header no)." : "."));
            }
            return format.columns().stream()
                    .mapToInt(column -> places.getOrDefault(column.name(), -1))
                    .toArray();
        }

        private static String names(Collection<String> names) {
            return names.stream().limit(20).collect(Collectors.joining(", "))
                    + (names.size() > 20 ? " and " + (names.size() - 20) + " more" : "");
        }

        private int[] byPosition() {
            int cells = first().size();
            return IntStream.range(0, cells)
                    .filter(i -> cells == expected() || i != format.labelIndex())
                    .toArray();
        }
    }
}

package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Column;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file to learn from: names of columns, rows, and the checks that turn them into a table. Rows in messages count from 1 and
 * do not count the header.
 *
 * @param file the cells
 * @param named whether the first line names the columns
 * @param header the names of the columns
 * @param rows the cells of each row, as many as there are columns
 * @param options how it is read
 */
public record CsvFile(
        CsvRecords file, boolean named, List<String> header, List<List<String>> rows, ReadOptions options) {
    /**
     * Reads all cells of a file.
     *
     * @param path the file
     * @param options how it is to be read
     * @return the cells
     * @throws UserException if it cannot be read, or is not CSV with rows of equal length
     */
    public static CsvFile read(Path path, ReadOptions options) {
        return of(CsvRecords.read(path, options), options);
    }

    /**
     * Reads all cells of a text.
     *
     * @param name what to call it in a message
     * @param bytes the text, encoded
     * @param options how it is to be read
     * @return the cells
     * @throws UserException if it is not CSV with rows of equal length
     */
    public static CsvFile read(String name, byte[] bytes, ReadOptions options) {
        return of(CsvRecords.of(name, TextContent.of(name, bytes, options.encoding()), options), options);
    }

    private static CsvFile of(CsvRecords file, ReadOptions options) {
        List<String> first = file.records().get(0);
        if (first.size() < 2) {
            throw new UserException(file.name()
                    + ": the first line has 1 column, but at least 2 are needed; a comma, semicolon, tab or | parts them, or"
                    + " see --delimiter.");
        }
        boolean named = isNamed(file, options);
        List<String> header = CsvRecords.names(named ? first : Collections.nCopies(first.size(), ""));
        file.requireDifferent(header);
        List<List<String>> rows =
                file.records().subList(named ? 1 : 0, file.records().size());
        file.requireWidth(rows, named ? "header" : "first line");
        return new CsvFile(file, named, header, rows, options).checked();
    }

    /**
     * Says whether the first line names the columns. A line that may be one of the rows is not taken for names.
     *
     * @param file the file
     * @param options what was said of it
     * @return true if it is a header
     * @throws UserException if that has to be asked
     */
    static boolean isNamed(CsvRecords file, ReadOptions options) {
        Boolean asked = options.header();
        if (asked != null) {
            return asked;
        }
        List<String> first = file.records().get(0);
        List<String> numbers =
                first.stream().filter(cell -> file.number(cell).isPresent()).toList();
        if (numbers.size() == first.size()) {
            throw file.question("all of it are numbers");
        }
        if (first.stream().anyMatch(Cell::isMissing)) {
            throw file.question("it does not name all columns");
        }
        numbers.stream()
                .filter(cell -> !cell.strip().matches("\\d+"))
                .findFirst()
                .ifPresent(cell -> {
                    throw file.question("\"" + cell + "\" is a number");
                });
        for (int c = 0; c < first.size(); c++) {
            String name = first.get(c);
            int column = c;
            boolean again = file.number(name).isEmpty()
                    && file.records().stream()
                            .skip(1)
                            .anyMatch(row ->
                                    row.size() > column && row.get(column).equals(name));
            if (again) {
                throw file.question("\"" + name + "\" is there again below");
            }
        }
        return true;
    }

    private CsvFile checked() {
        if (rows.size() < 2) {
            throw new UserException(file.name() + ": there " + (rows.size() == 1 ? "is 1 row" : "are no rows")
                    + (named ? " below the header" : "") + ", but at least 2 are needed.");
        }
        return this;
    }

    /**
     * Turns the cells into a table.
     *
     * @param labelName the label column, or null for the last one
     * @param task what the label is, or null to see it from the labels: numbers mean regression, text means classes
     * @return the table
     * @throws UserException if a column is missing or a cell is not what it must be
     */
    public Table table(@Nullable String labelName, @Nullable Task task) {
        int labelColumn = labelColumn(labelName);
        int[] labelled = labelled(labelColumn);
        requireLabels(labelled.length, labelColumn);
        return table(labelColumn, task, labelled, labelled);
    }

    /**
     * Finds the label column.
     *
     * @param labelName its name, or null for the last one
     * @return where it stands, from 0
     * @throws UserException if there is none of this name
     */
    int labelColumn(@Nullable String labelName) {
        int column = labelName == null ? header.size() - 1 : header.indexOf(labelName);
        if (column < 0) {
            throw new UserException(file.name() + ": there is no column \"" + labelName + "\"; the columns are "
                    + Cell.names(header) + ".");
        }
        return column;
    }

    /**
     * Finds the rows with a label.
     *
     * @param labelColumn where labels stand
     * @return the rows, in ascending order
     */
    int[] labelled(int labelColumn) {
        return IntStream.range(0, rows.size())
                .filter(row -> !Cell.isMissing(cell(row, labelColumn)))
                .toArray();
    }

    /**
     * Turns some rows into a table.
     *
     * @param labelColumn where labels stand
     * @param task what the label is, or null to see it from the labels
     * @param used the rows of the table, in ascending order
     * @param labelled those of all rows that have a label, all of them used
     * @return the table; the labels of the others are NaN
     * @throws UserException if a cell is not what it must be
     */
    Table table(int labelColumn, @Nullable Task task, int[] used, int[] labelled) {
        Task kind = task == null ? taskOf(labelled, labelColumn) : task;
        ColumnReader reader = new ColumnReader(file, rows, used, options.strict());
        List<Column> inputs = new ArrayList<>();
        for (int c = 0; c < header.size(); c++) {
            if (c != labelColumn) {
                inputs.add(reader.read(header.get(c), c));
            }
        }
        double[] numbers = kind == Task.REGRESSION
                ? reader.numbers(header.get(labelColumn), labelColumn, labelled).values()
                : null;
        reader.check(true);
        List<String> classes = numbers == null ? classes(labelled, labelColumn) : List.of();
        double[] labels = numbers == null ? indices(labelled, labelColumn, classes) : numbers;
        List<String> notes =
                new TableNotes(this, reader, inputs).lines(labels, labelColumn, task == null && numbers != null);
        return new Table(
                file.name(),
                inputs,
                spread(labels, labelled, used),
                classes,
                header.get(labelColumn),
                labelColumn,
                notes);
    }

    private static double[] spread(double[] labels, int[] labelled, int[] used) {
        double[] all = new double[used.length];
        Arrays.fill(all, Double.NaN);
        for (int i = 0; i < labels.length; i++) {
            all[Arrays.binarySearch(used, labelled[i])] = labels[i];
        }
        return all;
    }

    private void requireLabels(int labelled, int labelColumn) {
        int without = rows.size() - labelled;
        if (without > 0 && options.strict()) {
            throw new UserException(file.name() + ", column \"" + header.get(labelColumn) + "\": " + without + " of "
                    + rows.size() + " rows have no label, which --strict refuses.");
        }
        if (labelled < 2) {
            throw new UserException(file.name() + ", column \"" + header.get(labelColumn) + "\": " + labelled + " of "
                    + rows.size() + " rows have a label, but at least 2 are needed; see --label.");
        }
    }

    private String cell(int row, int column) {
        return rows.get(row).get(column);
    }

    /** Numbers among texts are a mistake in one of the two, so they are not taken for either task. */
    private Task taskOf(int[] labelled, int column) {
        int[] texts = Arrays.stream(labelled)
                .filter(row -> file.number(cell(row, column)).isEmpty())
                .toArray();
        if (texts.length == 0) {
            return Task.REGRESSION;
        }
        String place = file.places().of(texts[0], header.get(column)) + ", column \"" + header.get(column)
                + "\": the label \"" + cell(texts[0], column) + "\" is ";
        if (Arrays.stream(texts).allMatch(row -> Cell.isDate(cell(row, column)))) {
            throw new UserException(
                    place + "a date or time, which is neither a class nor a number; see --label and --task.");
        }
        if (texts.length < labelled.length) {
            throw new UserException(place + "not a finite number, but " + (labelled.length - texts.length) + " of "
                    + labelled.length + " labels are (classes need --task classification).");
        }
        return Task.CLASSIFICATION;
    }

    private List<String> classes(int[] labelled, int column) {
        List<String> classes = Arrays.stream(labelled)
                .mapToObj(row -> cell(row, column))
                .distinct()
                .sorted()
                .toList();
        if (classes.size() < 2) {
            throw new UserException(file.name() + ", column \"" + header.get(column) + "\": all labels are \""
                    + classes.get(0) + "\", but at least 2 classes are needed.");
        }
        return classes;
    }

    private double[] indices(int[] labelled, int column, List<String> classes) {
        Map<String, Integer> index = new HashMap<>();
        classes.forEach(name -> index.put(name, index.size()));
        return Arrays.stream(labelled)
                .mapToDouble(row -> index.getOrDefault(cell(row, column), -1))
                .toArray();
    }
}

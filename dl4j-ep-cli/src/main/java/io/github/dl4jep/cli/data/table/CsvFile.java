package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a CSV file with a header, and the checks that turn them into numbers. Rows in messages count from 1 and
 * do not count the header.
 *
 * @param name what to call the file in a message
 * @param header the names of the columns
 * @param rows the cells of each row, as many as there are columns
 */
public record CsvFile(String name, List<String> header, List<List<String>> rows) {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setDuplicateHeaderMode(DuplicateHeaderMode.DISALLOW)
            .setIgnoreSurroundingSpaces(true)
            .get();

    /**
     * Reads all cells.
     *
     * @param name what to call the file in a message
     * @param reader the text
     * @return the cells
     * @throws UserException if the text is not CSV with a header and rows of equal length
     */
    public static CsvFile read(String name, Reader reader) {
        try (CSVParser parser = FORMAT.parse(reader)) {
            List<String> header = parser.getHeaderNames().stream()
                    .map(column -> column.replace(BYTE_ORDER_MARK, ""))
                    .toList();
            List<List<String>> rows = parser.stream().map(CSVRecord::toList).toList();
            return new CsvFile(name, header, rows).checked();
        } catch (UncheckedIOException e) {
            throw notCsv(name, Objects.requireNonNull(e.getCause()));
        } catch (IOException | IllegalArgumentException e) {
            throw notCsv(name, e);
        }
    }

    private static UserException notCsv(String name, Exception failure) {
        return new UserException(
                name + " is not a CSV file with a header: " + UserException.reason(failure) + ".", failure);
    }

    private CsvFile checked() {
        if (header.size() < 2) {
            throw new UserException(
                    name + ": the header has " + header.size() + " column(s), but at least 2 are needed.");
        }
        if (rows.size() < 2) {
            throw new UserException(
                    name + ": there are " + rows.size() + " row(s) below the header, but at least 2 are needed.");
        }
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).size() != header.size()) {
                throw new UserException(name + ", row " + (row + 1) + ": "
                        + rows.get(row).size() + " cells, but the header has " + header.size() + " columns.");
            }
        }
        return this;
    }

    /**
     * Turns the cells into numbers.
     *
     * @param labelName the label column, or null for the last one
     * @param task what the label is, or null to see it from the labels: numbers mean regression, text means classes
     * @return the table
     * @throws UserException if a column is missing or a cell is not what it must be
     */
    public Table table(@Nullable String labelName, @Nullable Task task) {
        int labelColumn = labelName == null ? header.size() - 1 : header.indexOf(labelName);
        if (labelColumn < 0) {
            throw new UserException(name + ": there is no column \"" + labelName + "\"; the columns are "
                    + String.join(", ", header) + ".");
        }
        double[][] features = IntStream.range(0, rows.size())
                .mapToObj(row -> features(row, labelColumn))
                .toArray(double[][]::new);
        return (task == null ? taskOf(labelColumn) : task) == Task.REGRESSION
                ? new Table(name, features, numbers(labelColumn), List.of(), columns(labelColumn))
                : classes(features, labelColumn);
    }

    private Table.Columns columns(int labelColumn) {
        List<String> features = new ArrayList<>(header);
        String label = features.remove(labelColumn);
        return new Table.Columns(List.copyOf(features), label, labelColumn);
    }

    private double[] features(int row, int labelColumn) {
        return IntStream.range(0, header.size())
                .filter(column -> column != labelColumn)
                .mapToDouble(column -> number(row, column))
                .toArray();
    }

    private double number(int row, int column) {
        String cell = rows.get(row).get(column);
        return FiniteNumber.parse(cell)
                .orElseThrow(() -> new UserException(at(row, column)
                        + (cell.isBlank() ? "the cell is empty" : "\"" + cell + "\" is not a finite number") + "."));
    }

    private double[] numbers(int column) {
        return IntStream.range(0, rows.size())
                .mapToDouble(row -> number(row, column))
                .toArray();
    }

    private String at(int row, int column) {
        return name + ", row " + (row + 1) + ", column \"" + header.get(column) + "\": ";
    }

    /** One number among texts is a mistake in one of the two, so it is not taken for either task. */
    private Task taskOf(int labelColumn) {
        int[] notNumbers = IntStream.range(0, rows.size())
                .filter(row ->
                        FiniteNumber.parse(rows.get(row).get(labelColumn)).isEmpty())
                .toArray();
        if (notNumbers.length == 0) {
            return Task.REGRESSION;
        }
        if (notNumbers.length < rows.size()) {
            throw new UserException(at(notNumbers[0], labelColumn) + "the label \""
                    + rows.get(notNumbers[0]).get(labelColumn)
                    + "\" is not a finite number, but other labels are (classes need --task classification).");
        }
        return Task.CLASSIFICATION;
    }

    private Table classes(double[][] features, int labelColumn) {
        List<String> labels = rows.stream().map(row -> row.get(labelColumn)).toList();
        int empty = IntStream.range(0, labels.size())
                .filter(row -> labels.get(row).isBlank())
                .findFirst()
                .orElse(-1);
        if (empty >= 0) {
            throw new UserException(at(empty, labelColumn) + "the label is empty.");
        }
        List<String> classes = labels.stream().distinct().sorted().toList();
        if (classes.size() < 2) {
            throw new UserException(name + ", column \"" + header.get(labelColumn) + "\": all labels are \""
                    + classes.get(0) + "\", but at least 2 classes are needed.");
        }
        double[] indices = labels.stream().mapToDouble(classes::indexOf).toArray();
        return new Table(name, features, indices, classes, columns(labelColumn));
    }
}

package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.failure.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * CSV files to predict: with a header, then columns are found by name; or without, then they stand as in the training file. The label may
 * be there in both, and is not read.
 */
public final class UnlabelledCsv {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT.builder().setIgnoreSurroundingSpaces(true).get();

    private final String name;
    private final RowFormat format;

    private UnlabelledCsv(String name, RowFormat format) {
        this.name = name;
        this.format = format;
    }

    /**
     * Reads the columns that a model takes.
     *
     * @param file the file
     * @param name what to call it in a message
     * @param format the model's columns
     * @return {@code [rows][columns]}, in the model's order
     * @throws UserException if the file cannot be read, a column is missing or unknown, or a cell is no finite number
     */
    public static double[][] read(Path file, String name, RowFormat format) {
        if (Files.isDirectory(file)) {
            throw new UserException("Cannot read " + name + ": it is a folder, not a CSV file.");
        }
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                CSVParser parser = FORMAT.parse(reader)) {
            List<List<String>> records =
                    new ArrayList<>(parser.stream().map(CSVRecord::toList).toList());
            return new UnlabelledCsv(name, format).numbers(records);
        } catch (UncheckedIOException e) {
            throw unreadable(name, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw unreadable(name, e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new UserException(name + " is not a CSV file: " + UserException.reason(e) + ".", e);
        }
    }

    private static UserException unreadable(String name, IOException e) {
        return new UserException("Cannot read " + name + ": " + TextFiles.describe(e) + ".", e);
    }

    private double[][] numbers(List<List<String>> records) {
        if (records.isEmpty()) {
            throw new UserException(name + " is empty.");
        }
        List<String> first = records.get(0).stream()
                .map(cell -> cell.replace(BYTE_ORDER_MARK, ""))
                .toList();
        boolean header = first.stream().anyMatch(cell -> format.columns().contains(cell));
        int[] places = header ? byName(first) : byPosition(first.size());
        List<List<String>> rows = header ? records.subList(1, records.size()) : records;
        if (rows.isEmpty()) {
            throw new UserException(name + " has no rows below its header.");
        }
        double[][] numbers = new double[rows.size()][];
        for (int row = 0; row < numbers.length; row++) {
            List<String> cells = row == 0 && !header ? first : rows.get(row);
            numbers[row] = row(row, cells, first.size(), places);
        }
        return numbers;
    }

    private int[] byName(List<String> header) {
        if (new HashSet<>(header).size() < header.size()) {
            throw new UserException(name + ": a column of the header is there twice.");
        }
        String missing = format.columns().stream()
                .filter(column -> !header.contains(column))
                .collect(Collectors.joining(", "));
        String unknown = header.stream()
                .filter(column -> !format.columns().contains(column) && !column.equals(format.label()))
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new UserException(name + " does not have the model's columns: "
                    + (missing.isEmpty() ? "" : "missing " + missing)
                    + (missing.isEmpty() || unknown.isEmpty() ? "" : ", ")
                    + (unknown.isEmpty() ? "" : "unknown " + unknown) + ".");
        }
        return format.columns().stream().mapToInt(header::indexOf).toArray();
    }

    private int[] byPosition(int cells) {
        int columns = format.columns().size();
        if (cells == columns) {
            return IntStream.range(0, columns).toArray();
        }
        if (cells == columns + 1) {
            return IntStream.range(0, cells)
                    .filter(i -> i != format.labelIndex())
                    .toArray();
        }
        throw new UserException(
                name + " has " + cells + " column(s) and no header with the model's names, but the model takes "
                        + columns + ": " + String.join(", ", format.columns()) + ".");
    }

    private double[] row(int row, List<String> cells, int width, int[] places) {
        if (cells.size() != width) {
            throw new UserException(name + ", row " + (row + 1) + ": " + cells.size()
                    + " cells, but the first line has " + width + ".");
        }
        double[] numbers = new double[places.length];
        for (int c = 0; c < places.length; c++) {
            String cell = cells.get(places[c]);
            String column = format.columns().get(c);
            int number = row + 1;
            numbers[c] = FiniteNumber.parse(cell)
                    .orElseThrow(() -> new UserException(name + ", row " + number + ", column \"" + column + "\": "
                            + (cell.isBlank() ? "the cell is empty" : "\"" + cell + "\" is not a finite number")
                            + "."));
        }
        return numbers;
    }
}

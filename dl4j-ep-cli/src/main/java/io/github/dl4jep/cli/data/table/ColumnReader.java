package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Column;
import io.github.dl4jep.cli.failure.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Reads columns of numbers and of words, counts what is missing or wrong in all of them, and refuses only then. */
final class ColumnReader {
    private final CsvRecords file;
    private final List<List<String>> records;
    private final int[] used;
    private final boolean strict;
    private final CellCount bad = new CellCount();
    private final CellCount missing = new CellCount();
    private final List<String> dates = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private String firstDate = "";

    /**
     * Creates the reader.
     *
     * @param file the file
     * @param records its rows, without a header
     * @param used which of them are read, in ascending order
     * @param strict whether missing values and words are refused
     */
    ColumnReader(CsvRecords file, List<List<String>> records, int[] used, boolean strict) {
        this.file = file;
        this.records = records;
        this.used = used;
        this.strict = strict;
    }

    /**
     * Reads a column and sees from its cells what it holds: numbers if at least half of those that are not missing are meant as numbers,
     * else words.
     *
     * @param name what it is called
     * @param place where it stands, from 0
     * @return the column
     */
    Column read(String name, int place) {
        double[] values = new double[used.length];
        int present = 0;
        int numbers = 0;
        int meant = 0;
        int days = 0;
        for (int i = 0; i < used.length; i++) {
            String cell = records.get(used[i]).get(place);
            OptionalDouble number = file.number(cell);
            if (number.isPresent()) {
                values[i] = number.getAsDouble();
                numbers++;
            } else if (!Cell.isMissing(cell)) {
                present++;
                if (Cell.isDate(cell)) {
                    firstDate = days == 0 && dates.isEmpty() ? cell : firstDate;
                    days++;
                } else if (Cell.isMeantAsNumber(cell)) {
                    meant++;
                }
            }
        }
        present += numbers;
        if (numbers == records.size()) {
            return new Column.Numbers(name, values);
        }
        if (days > 0 && 2 * days >= present) {
            dates.add(name);
            return new Column.Numbers(name, new double[used.length]);
        }
        return 2 * (numbers + meant) >= present ? numbers(name, place) : words(name, place);
    }

    /**
     * Reads numbers. A wrong cell is one in the other rows, too: they may be predicted later.
     *
     * @param name what the column is called
     * @param place where it stands, from 0
     * @return the column
     */
    Column.Numbers numbers(String name, int place) {
        return numbers(name, place, used);
    }

    /**
     * Reads numbers of some rows.
     *
     * @param name what the column is called
     * @param place where it stands, from 0
     * @param some the rows, in ascending order, in place of those that are read of other columns
     * @return the column
     */
    Column.Numbers numbers(String name, int place, int[] some) {
        double[] values = new double[some.length];
        int next = 0;
        for (int row = 0; row < records.size(); row++) {
            String cell = records.get(row).get(place);
            OptionalDouble number = file.number(cell);
            boolean isUsed = next < some.length && some[next] == row;
            if (number.isEmpty() && !Cell.isMissing(cell)) {
                bad.add(row, name, cell);
            } else if (number.isEmpty() && isUsed) {
                missing.add(row, name, cell);
            }
            if (isUsed) {
                values[next++] = number.orElse(Double.NaN);
            }
        }
        return new Column.Numbers(name, values);
    }

    /**
     * Reads words.
     *
     * @param name what the column is called
     * @param place where it stands, from 0
     * @return the column
     */
    Column.Words words(String name, int place) {
        words.add(name);
        List<@Nullable String> values = new ArrayList<>(used.length);
        for (int row : used) {
            String cell = records.get(row).get(place).strip();
            boolean absent = Cell.isMissing(cell);
            if (absent) {
                missing.add(row, name, cell);
            }
            values.add(absent ? null : cell);
        }
        return new Column.Words(name, values);
    }

    /**
     * Refuses what cannot be used of the columns that were read.
     *
     * @param wordsAreNew whether the words are not known from a model
     * @throws UserException if a column holds dates or a cell is wrong, or, with {@code --strict}, a value is missing or a word
     */
    void check(boolean wordsAreNew) {
        if (!dates.isEmpty()) {
            throw new UserException(file.name() + ": " + (dates.size() == 1 ? "the column " : "the columns ")
                    + Cell.names(dates) + (dates.size() == 1 ? " holds" : " hold") + " dates or times, such as \""
                    + firstDate
                    + "\": write numbers in their place (a month, days since a day), or take them out.");
        }
        if (bad.count() > 0) {
            throw new UserException(bad.place(file) + "\"" + bad.firstCell() + "\" is not a finite number" + bad.more()
                    + "; a missing value is an empty cell, NA or ?.");
        }
        if (strict && missing.count() > 0) {
            throw new UserException(
                    missing.place(file) + "the value is missing" + missing.more() + ", which --strict refuses.");
        }
        if (strict && wordsAreNew && !words.isEmpty()) {
            throw new UserException(
                    file.name() + ": the inputs " + Cell.names(words) + " are words, which --strict refuses.");
        }
    }

    /** Returns the values that are missing. */
    CellCount missing() {
        return missing;
    }
}

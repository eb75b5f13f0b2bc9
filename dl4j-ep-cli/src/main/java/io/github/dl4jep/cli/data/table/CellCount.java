package io.github.dl4jep.cli.data.table;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts cells of one kind column by column, and remembers the first. */
final class CellCount {
    private static final int NAMED = 5;

    private final Map<String, Integer> byColumn = new LinkedHashMap<>();
    private int count;
    private int firstRow = Integer.MAX_VALUE;
    private @Nullable String firstColumn;
    private String firstCell = "";

    /**
     * Counts a cell.
     *
     * @param row its row from 0
     * @param column its column
     * @param cell its text
     */
    void add(int row, String column, String cell) {
        count++;
        byColumn.merge(column, 1, Integer::sum);
        if (row < firstRow) {
            firstRow = row;
            firstColumn = column;
            firstCell = cell;
        }
    }

    /** Returns how many there are. */
    int count() {
        return count;
    }

    /** Returns how many columns have some. */
    int columns() {
        return byColumn.size();
    }

    /**
     * Returns where the first one is, for the start of a sentence.
     *
     * @param file the file that the cells are of
     * @return file, row and column
     */
    String place(CsvRecords file) {
        String column = Objects.requireNonNull(firstColumn, "no cell was counted");
        return file.places().of(firstRow, column) + ", column \"" + column + "\": ";
    }

    /** Returns the text of the first one. */
    String firstCell() {
        return firstCell;
    }

    /** Returns what to add to a sentence on the first one: nothing, or the number of the others. */
    String more() {
        return count == 1
                ? ""
                : ", and so " + (count == 2 ? "is 1 more cell" : "are " + (count - 1) + " more cells") + " ("
                        + perColumn() + " in all)";
    }

    /** Returns the counts of the first few columns. */
    String perColumn() {
        return byColumn.entrySet().stream()
                        .limit(NAMED)
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                + (byColumn.size() > NAMED ? " and " + (byColumn.size() - NAMED) + " more columns" : "");
    }
}

package io.github.dl4jep.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table in plain text: the first column aligned to the left, the others to the right. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Adds a row; the first one is the heading.
     *
     * @param cells as many cells as in the first row
     */
    public void add(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    /**
     * Returns the lines, without a line for the heading's rule.
     *
     * @return one line for each row
     */
    public List<String> lines() {
        int[] widths = IntStream.range(0, rows.get(0).size()).map(this::width).toArray();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private static String line(List<String> row, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> padded(row.get(column), widths[column], column == 0))
                .collect(Collectors.joining(GAP))
                .stripTrailing();
    }

    private static String padded(String cell, int width, boolean left) {
        String blanks = " ".repeat(width - cell.length());
        return left ? cell + blanks : blanks + cell;
    }
}

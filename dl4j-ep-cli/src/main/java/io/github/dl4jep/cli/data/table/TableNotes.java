package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.Column;
import io.github.dl4jep.cli.data.format.InputColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** What was done to a file that was read, in lines for the summary. */
record TableNotes(CsvFile csv, ColumnReader reader, List<Column> inputs) {
    private static final int NAMED = 5;

    /**
     * Writes the lines.
     *
     * @param labels the labels that are learned
     * @param labelColumn where they stand
     * @param taken whether nobody said that they are numbers
     * @return the lines
     */
    List<String> lines(double[] labels, int labelColumn, boolean taken) {
        List<String> lines = new ArrayList<>();
        int without = csv.rows().size() - labels.length;
        lines.add(csv.rows().size() + " rows and " + csv.header().size() + " columns were read, "
                + (csv.named()
                        ? "named by the first line"
                        : "without a header, so they are named x1 to x"
                                + csv.header().size())
                + (without == 0 ? "." : "; " + without + " rows without a label are left out."));
        lines.addAll(csv.file().notes());
        CellCount missing = reader.missing();
        if (missing.count() > 0) {
            lines.add("Missing values: " + missing.count() + " in " + missing.columns()
                    + (missing.columns() == 1 ? " column (" : " columns (") + missing.perColumn()
                    + "); the column's mean stands in for a number, and an input says where they are.");
        }
        List<String> words = inputs.stream()
                .filter(Column.Words.class::isInstance)
                .map(column -> column.name() + " " + distinct((Column.Words) column))
                .toList();
        if (!words.isEmpty()) {
            lines.add("Columns of words: " + words.size() + " ("
                    + words.stream().limit(NAMED).collect(Collectors.joining(", "))
                    + (words.size() > NAMED ? " and " + (words.size() - NAMED) + " more columns" : "")
                    + " different words); one input for each word of at least " + InputColumn.ROWS_OF_A_LEVEL
                    + " training rows, and one for all others.");
        }
        double[] values = Arrays.stream(labels).distinct().sorted().limit(3).toArray();
        if (taken && values.length == 2) {
            lines.add("The label " + csv.header().get(labelColumn) + " is " + text(values[0]) + " or " + text(values[1])
                    + " and is taken as a number; --task classification makes classes of it.");
        }
        return lines;
    }

    private static long distinct(Column.Words column) {
        return column.values().stream().filter(Objects::nonNull).distinct().count();
    }

    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }
}

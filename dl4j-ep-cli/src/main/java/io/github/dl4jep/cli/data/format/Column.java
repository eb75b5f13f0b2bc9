package io.github.dl4jep.cli.data.format;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of one column of a table, row by row. */
public sealed interface Column {
    /**
     * Returns what it is called.
     *
     * @return its name
     */
    String name();

    /**
     * Says whether a value is missing.
     *
     * @param row the row, from 0
     * @return true if there is none
     */
    boolean isMissing(int row);

    /**
     * Numbers.
     *
     * @param name what it is called
     * @param values finite, or NaN where the value is missing
     */
    @SuppressWarnings("ArrayRecordComponent") // a column that is never compared
    record Numbers(String name, double[] values) implements Column {
        @Override
        public boolean isMissing(int row) {
            return Double.isNaN(values[row]);
        }
    }

    /**
     * Words, each the name of a level.
     *
     * @param name what it is called
     * @param values the words, or null where the value is missing
     */
    record Words(String name, List<@Nullable String> values) implements Column {
        @Override
        public boolean isMissing(int row) {
            return values.get(row) == null;
        }
    }

    /**
     * Columns of numbers that are all there.
     *
     * @param names their names
     * @param rows {@code [rows][columns]}
     * @return the columns
     */
    static List<Column> ofNumbers(List<String> names, double[][] rows) {
        Column[] columns = new Column[names.size()];
        for (int c = 0; c < columns.length; c++) {
            int column = c;
            columns[c] = new Numbers(
                    names.get(c),
                    Arrays.stream(rows).mapToDouble(row -> row[column]).toArray());
        }
        return List.of(columns);
    }
}

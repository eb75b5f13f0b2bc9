package io.github.dl4jep.cli.data.format;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a column of a table becomes inputs of a network; fitted on training rows and kept with the network.
 *
 * <p>A number is one input; where it is missing, the column's mean takes its place. A word is one input for each level, 1 where it is
 * that level and else 0, and one for all other words. If values are missing in the training rows, one more input is 1 where they are; else
 * a missing word counts as one of the others.
 *
 * @param name the name of the column
 * @param levels the words that have an input each, in alphabetical order; null for numbers
 * @param missing whether there is an input for missing values
 * @param mean the mean of the numbers in the training rows; 0 for words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InputColumn(String name, @Nullable List<String> levels, boolean missing, double mean) {
    /** A word in fewer training rows has no level: nothing could be learned of it. */
    public static final int ROWS_OF_A_LEVEL = 2;

    /** The most levels of a column; the most frequent words have one. */
    public static final int MOST_LEVELS = 1000;

    /**
     * Fits a column.
     *
     * @param column its values
     * @param rows the training rows
     * @return how it becomes inputs
     */
    public static InputColumn fit(Column column, int[] rows) {
        boolean missing = Arrays.stream(rows).anyMatch(column::isMissing);
        if (column instanceof Column.Words words) {
            return new InputColumn(column.name(), levels(words, rows), missing, 0);
        }
        double[] present = Arrays.stream(rows)
                .mapToDouble(row -> ((Column.Numbers) column).values()[row])
                .filter(value -> !Double.isNaN(value))
                .toArray();
        return new InputColumn(column.name(), null, missing, Standardization.mean(present));
    }

    private static List<String> levels(Column.Words words, int[] rows) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int row : rows) {
            String word = words.values().get(row);
            if (word != null) {
                counts.merge(word, 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= ROWS_OF_A_LEVEL)
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(MOST_LEVELS)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /**
     * Makes the inputs of rows.
     *
     * @param columns how columns become inputs
     * @param values the columns, in the same order
     * @param rows which rows
     * @return {@code [rows][inputs]}, not scaled
     */
    public static double[][] inputs(List<InputColumn> columns, List<Column> values, int[] rows) {
        double[][] inputs = new double[rows.length][width(columns)];
        int at = 0;
        for (int c = 0; c < columns.size(); c++) {
            for (int i = 0; i < rows.length; i++) {
                columns.get(c).write(values.get(c), rows[i], inputs[i], at);
            }
            at += columns.get(c).width();
        }
        return inputs;
    }

    private void write(Column column, int row, double[] inputs, int at) {
        boolean absent = column.isMissing(row);
        if (absent && missing) {
            inputs[at + width() - 1] = 1;
        }
        if (column instanceof Column.Numbers numbers) {
            inputs[at] = absent ? mean : numbers.values()[row];
        } else if (!(absent && missing)) {
            int level = level(((Column.Words) column).values().get(row));
            inputs[at + (level < 0 ? wordLevels().size() : level)] = 1;
        }
    }

    private List<String> wordLevels() {
        return levels == null ? List.of() : levels;
    }

    private int level(@Nullable String word) {
        return word == null ? -1 : Collections.binarySearch(wordLevels(), word);
    }

    /**
     * Says whether a word has an input of its own.
     *
     * @param word the word
     * @return true if it is a level
     */
    public boolean isLevel(String word) {
        return level(word) >= 0;
    }

    /**
     * Says what the column holds.
     *
     * @return true for words, false for numbers
     */
    public boolean holdsWords() {
        return levels != null;
    }

    /**
     * Counts the inputs.
     *
     * @return how many inputs it becomes
     */
    public int width() {
        return (levels == null ? 1 : levels.size() + 1) + (missing ? 1 : 0);
    }

    /**
     * Counts the inputs of several columns.
     *
     * @param columns the columns
     * @return how many inputs they become
     */
    public static int width(List<InputColumn> columns) {
        return columns.stream().mapToInt(InputColumn::width).sum();
    }

    /**
     * Names the inputs.
     *
     * @return the column's name for a number, and what follows for the others: {@code colour=red}, {@code colour=(other)},
     *     {@code colour=(missing)}
     */
    public List<String> inputNames() {
        List<String> names = new ArrayList<>();
        if (levels == null) {
            names.add(name);
        } else {
            levels.forEach(level -> names.add(name + "=" + level));
            names.add(name + "=(other)");
        }
        if (missing) {
            names.add(name + "=(missing)");
        }
        return names;
    }

    /**
     * Says which inputs are numbers, which are scaled; those that are 0 or 1 stay so, or rare words would become large inputs.
     *
     * @param columns the columns
     * @return a flag for each input
     */
    static boolean[] areNumbers(List<InputColumn> columns) {
        boolean[] numbers = new boolean[width(columns)];
        int at = 0;
        for (InputColumn column : columns) {
            numbers[at] = !column.holdsWords();
            at += column.width();
        }
        return numbers;
    }

    /** Returns whether a column read from a file can be used. */
    boolean isUsable() {
        boolean sorted = levels == null
                || (!levels.contains(null)
                        && IntStream.range(1, levels.size())
                                .allMatch(i -> levels.get(i - 1).compareTo(levels.get(i)) < 0));
        return name != null && sorted && Double.isFinite(mean);
    }
}

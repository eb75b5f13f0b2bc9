package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The cells of a CSV file, as many in every record, and how its numbers are written. Whether the first record is a header is not decided
 * here.
 *
 * @param name what to call the file in a message
 * @param records the records, at least one
 * @param decimalComma whether numbers are written as {@code 1,5}
 * @param notes what was noticed while reading
 * @param places where a cell is, for messages
 */
record CsvRecords(String name, List<List<String>> records, boolean decimalComma, List<String> notes, Places places) {
    private static final int SAMPLE = 50;
    private static final String EXCEL_HINT = "sep=";

    /** Those that others hold in their cells are asked last. */
    private static final char[] DELIMITERS = {'\t', ';', '|', ','};

    /** Where cells are. */
    @FunctionalInterface
    interface Places {
        /**
         * Names the file and the row of a cell, for the start of a sentence.
         *
         * @param row the row, from 0, a header not counted
         * @param column the name of its column
         * @return for example {@code /data/x.csv, row 3}
         */
        String of(int row, String column);
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param options how it is to be read
     * @return its records
     * @throws UserException if it cannot be read, is no text or no CSV
     */
    static CsvRecords read(Path file, ReadOptions options) {
        return of(file.toAbsolutePath().normalize().toString(), TextContent.read(file, options.encoding()), options);
    }

    /**
     * Reads text.
     *
     * @param name what to call it in a message
     * @param content the text
     * @param options how it is to be read
     * @return its records
     * @throws UserException if it is no CSV
     */
    static CsvRecords of(String name, TextContent content, ReadOptions options) {
        List<String> notes = new ArrayList<>();
        if (content.note() != null) {
            if (options.strict()) {
                throw new UserException(
                        name + " does not say its encoding, and --strict refuses to guess: see --encoding.");
            }
            notes.add(content.note());
        }
        String text = content.text();
        Character delimiter = options.delimiter();
        if (text.regionMatches(true, 0, EXCEL_HINT, 0, EXCEL_HINT.length())
                && text.indexOf('\n') > EXCEL_HINT.length()) {
            delimiter = delimiter == null ? Character.valueOf(text.charAt(EXCEL_HINT.length())) : delimiter;
            text = text.substring(text.indexOf('\n') + 1);
        }
        char separator = delimiter == null ? delimiterOf(text) : delimiter;
        List<List<String>> records = withoutBlankLines(parse(name, text, separator));
        if (records.isEmpty()) {
            throw new UserException(name + " is empty.");
        }
        boolean trailing = dropTrailing(records);
        if (trailing) {
            notes.add("Its lines end in a delimiter; the empty column after it is left out.");
        }
        boolean comma = separator != ',' && Cell.writtenWithComma(records);
        if (comma) {
            notes.add("Its numbers are read with a decimal comma.");
        }
        return new CsvRecords(name, records, comma, List.copyOf(notes), (row, column) -> name + ", row " + (row + 1));
    }

    private static CSVFormat format(char delimiter) {
        return CSVFormat.DEFAULT
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreEmptyLines(false)
                .setIgnoreSurroundingSpaces(true)
                .get();
    }

    private static List<List<String>> parse(String name, String text, char delimiter) {
        CSVParser parser = null;
        try {
            parser = format(delimiter).parse(new StringReader(text));
            List<List<String>> records = new ArrayList<>();
            for (CSVRecord line : parser) {
                records.add(line.toList());
            }
            return records;
        } catch (UncheckedIOException | IOException | IllegalStateException | IllegalArgumentException e) {
            throw new UserException(
                    name + " is not CSV: near line " + (parser == null ? 1 : parser.getCurrentLineNumber())
                            + " a quoted cell is not closed, or text comes between its end and the delimiter"
                            + " (a quote inside of a quoted cell is written twice).",
                    e);
        }
    }

    /** The first delimiter that parts all lines of the start alike, else the one that does so most often. */
    private static char delimiterOf(String text) {
        char best = ',';
        double most = 0;
        for (char delimiter : DELIMITERS) {
            double share = sameWidth(text, delimiter);
            if (share > most) {
                most = share;
                best = delimiter;
            }
        }
        return best;
    }

    /** The share of records that are as wide as the first, 0 if that has one cell. */
    private static double sameWidth(String text, char delimiter) {
        try (CSVParser parser = format(delimiter).parse(new StringReader(text));
                Stream<CSVRecord> lines = parser.stream()) {
            List<Integer> widths = lines.filter(line -> !isBlank(line.toList()))
                    .limit(SAMPLE)
                    .map(CSVRecord::size)
                    .toList();
            if (widths.isEmpty() || widths.get(0) < 2) {
                return 0;
            }
            long same =
                    widths.stream().filter(width -> width.equals(widths.get(0))).count();
            return (double) same / widths.size();
        } catch (UncheckedIOException | IOException | IllegalStateException | IllegalArgumentException e) {
            // Quotes that do not fit: perhaps another delimiter, else parse() says so.
            return 0;
        }
    }

    private static boolean isBlank(List<String> cells) {
        return cells.size() == 1 && cells.get(0).isBlank();
    }

    /** A blank line is no record, but in the middle of a single column it is an empty cell. */
    private static List<List<String>> withoutBlankLines(List<List<String>> lines) {
        int end = lines.size();
        while (end > 0 && isBlank(lines.get(end - 1))) {
            end--;
        }
        List<List<String>> used = lines.subList(0, end);
        boolean single = used.stream().allMatch(cells -> cells.size() == 1);
        return new ArrayList<>(
                single ? used : used.stream().filter(cells -> !isBlank(cells)).toList());
    }

    /** Drops a last column that has neither a name nor values, which a delimiter at the end of lines makes. */
    private static boolean dropTrailing(List<List<String>> records) {
        int width = records.stream().mapToInt(List::size).max().orElse(0);
        boolean trailing = width > 2
                && records.stream()
                        .allMatch(cells -> cells.size() == width - 1
                                || (cells.size() == width
                                        && cells.get(width - 1).isBlank()))
                && records.stream().skip(1).allMatch(cells -> cells.size() == width);
        if (trailing) {
            records.replaceAll(cells -> cells.subList(0, width - 1));
        }
        return trailing;
    }

    /**
     * Checks that all rows have as many cells as the first record.
     *
     * @param rows the records below a header, or all
     * @param first what to call the first record
     * @throws UserException if one has not
     */
    void requireWidth(List<List<String>> rows, String first) {
        int width = records.get(0).size();
        int wrong = 0;
        int firstWrong = -1;
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).size() != width) {
                wrong++;
                firstWrong = firstWrong < 0 ? row : firstWrong;
            }
        }
        if (wrong > 0) {
            throw new UserException(name + ", row " + (firstWrong + 1) + ": "
                    + rows.get(firstWrong).size() + " cells, but the " + first + " has " + width + " columns"
                    + (wrong == 1 ? "." : String.format(Locale.ROOT, ", and so it is in %d more rows.", wrong - 1)));
        }
    }

    /**
     * Asks whether the first line is a header.
     *
     * @param why what speaks against it
     * @return the question
     */
    UserException question(String why) {
        String line = String.join(", ", records.get(0));
        String shown = line.length() <= 60 ? line : line.substring(0, 60) + "...";
        return new UserException(name + ": the first line (" + shown.strip() + ") may be a header or a row, as " + why
                + ": --header yes takes it as names, --header no as a row.");
    }

    /**
     * Names the columns of a header.
     *
     * @param first its cells
     * @return the cells, and {@code x} with its number for a column that has no name
     */
    static List<String> names(List<String> first) {
        List<String> names = new ArrayList<>();
        for (String cell : first) {
            names.add(cell.isBlank() ? "x" + (names.size() + 1) : cell);
        }
        return names;
    }

    /**
     * Checks that no column is there twice.
     *
     * @param header the names
     * @throws UserException if one is
     */
    void requireDifferent(List<String> header) {
        List<String> twice = header.stream()
                .filter(column -> !column.isBlank())
                .collect(Collectors.groupingBy(column -> column, LinkedHashMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(entry -> entry.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
        if (!twice.isEmpty()) {
            throw new UserException(
                    name + ": the header has " + Cell.names(twice) + " twice; give every column a name of its own.");
        }
    }

    /** Returns a cell's number, if it is one. */
    OptionalDouble number(String cell) {
        return Cell.number(cell, decimalComma);
    }
}

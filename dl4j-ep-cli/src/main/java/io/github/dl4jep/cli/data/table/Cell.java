package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.FiniteNumber;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the text of a cell is. */
final class Cell {
    private static final Set<String> MISSING = Set.of("", "?", "na", "n/a", "#n/a", "<na>", "nan", "null");
    private static final String MONTH = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7}\\.?";
    private static final Pattern DATE = Pattern.compile("(\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}"
            + "|\\d{1,2}[-/.]\\d{1,2}[-/.](\\d{4}|\\d{2})"
            + "|\\d{1,2}[- .]{1,2}" + MONTH + "[- ,]{1,2}(\\d{4}|\\d{2})"
            + "|" + MONTH + " \\d{1,2},? \\d{4})"
            + "([T ]+\\d{1,2}:\\d{2}.{0,20})?"
            + "|\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d+)?)?( ?[AaPp][Mm])?");
    private static final Pattern COMMA = Pattern.compile("[+-]?\\d+,\\d+([eE][+-]?\\d+)?");
    private static final Pattern POINT = Pattern.compile("[+-]?\\d*\\.\\d+([eE][+-]?\\d+)?");
    private static final Pattern MEANT_AS_NUMBER = Pattern.compile("[$\u20ac\u00a3]?\\s*[+-]?"
            + "(\\d{1,3}([,.' ]\\d{3})+([.,]\\d+)?|\\d+([.,]\\d+)?)\\s*[%$\u20ac\u00a3]?"
            + "|[+-]?(?i:inf(inity)?)");
    private static final int NAMED = 5;
    private static final char NO_BREAK = '\u00a0';
    private static final String NO_BREAKS = "[\u00a0\u2007\u202f]";
    private static final char LONG_MINUS = '\u2212';

    private Cell() {}

    /** The cell without blanks around it, those that break no line included, and with the long minus of text programs as a minus. */
    private static String plain(String cell) {
        boolean asTyped = cell.chars().allMatch(c -> c < NO_BREAK);
        return (asTyped ? cell : cell.replaceAll(NO_BREAKS, " ").replace(LONG_MINUS, '-')).strip();
    }

    /** Returns whether there is no value: an empty cell, or one of the usual words for it. */
    static boolean isMissing(String cell) {
        return MISSING.contains(plain(cell).toLowerCase(Locale.ROOT));
    }

    /** Returns whether it is a date or a time of day. */
    static boolean isDate(String cell) {
        return DATE.matcher(plain(cell)).matches();
    }

    /** Returns whether it is meant as a number, such as {@code 1,200}, {@code 5 %} or {@code inf}, but is none that is read. */
    static boolean isMeantAsNumber(String cell) {
        return MEANT_AS_NUMBER.matcher(plain(cell)).matches();
    }

    /** Returns the number, if it is one. */
    static OptionalDouble number(String cell, boolean decimalComma) {
        String text = plain(cell);
        boolean comma = decimalComma && COMMA.matcher(text).matches();
        return FiniteNumber.parse(comma ? text.replace(',', '.') : text);
    }

    /** Returns whether there are numbers with a decimal comma, and none with a decimal point. */
    static boolean writtenWithComma(List<List<String>> records) {
        boolean comma = false;
        for (List<String> cells : records) {
            for (String cell : cells) {
                String text = plain(cell);
                if (POINT.matcher(text).matches()) {
                    return false;
                }
                comma |= COMMA.matcher(text).matches();
            }
        }
        return comma;
    }

    /** Writes names with quotes, the first few. */
    static String names(List<String> names) {
        return names.stream().limit(NAMED).map(name -> "\"" + name + "\"").collect(Collectors.joining(", "))
                + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
    }
}

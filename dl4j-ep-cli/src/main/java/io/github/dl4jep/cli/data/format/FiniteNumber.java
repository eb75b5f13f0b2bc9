package io.github.dl4jep.cli.data.format;

import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Numbers in text files, options and their values: decimal, finite, nothing else. */
public final class FiniteNumber {
    // Double.parseDouble alone would also take "NaN", "Infinity", "1d" and hexadecimal.
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    private FiniteNumber() {}

    /**
     * Reads a finite decimal number.
     *
     * @param text the text of one cell or option
     * @return the number, or empty when the text is not a finite decimal number
     */
    public static OptionalDouble parse(String text) {
        String cell = text.strip();
        if (!DECIMAL.matcher(cell).matches()) {
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(cell);
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
}

package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.failure.UserException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import org.jspecify.annotations.Nullable;

/**
 * How a table in a text file is to be read. What is null is seen from the file.
 *
 * @param header whether the first line names the columns
 * @param delimiter what separates cells
 * @param encoding the encoding of the text
 * @param strict whether a table is refused that has missing values, columns of words, or an encoding that is guessed
 */
public record ReadOptions(
        @Nullable Boolean header,
        @Nullable Character delimiter,
        @Nullable Charset encoding,
        boolean strict) {
    /** All is seen from the file. */
    public static final ReadOptions DEFAULTS = new ReadOptions(null, null, null, false);

    /**
     * Reads the options of a command.
     *
     * @param header {@code yes}, {@code no} or null
     * @param delimiter one character, {@code tab} or null
     * @param encoding the name of an encoding or null
     * @param strict whether {@code --strict} was given
     * @return the options
     * @throws UserException if one is something else
     */
    public static ReadOptions parse(
            @Nullable String header, @Nullable String delimiter, @Nullable String encoding, boolean strict) {
        if (header != null && !header.equals("yes") && !header.equals("no")) {
            throw new UserException("--header is \"" + header + "\", but must be yes or no.");
        }
        return new ReadOptions(
                header == null ? null : header.equals("yes"), character(delimiter), charset(encoding), strict);
    }

    private static @Nullable Character character(@Nullable String delimiter) {
        if (delimiter == null) {
            return null;
        }
        String text = delimiter.equals("tab") || delimiter.equals("\\t") ? "\t" : delimiter;
        boolean usable =
                text.length() == 1 && !Character.isLetterOrDigit(text.charAt(0)) && !"\"\r\n.+-".contains(text);
        if (!usable) {
            throw new UserException("--delimiter is \"" + delimiter
                    + "\", but must be tab or one character that is part of no number or name, such as ; or |.");
        }
        return text.charAt(0);
    }

    private static @Nullable Charset charset(@Nullable String encoding) {
        if (encoding == null) {
            return null;
        }
        try {
            return Charset.forName(encoding);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new UserException(
                    "--encoding is \"" + encoding
                            + "\", which Java does not know; examples are UTF-8, UTF-16, ISO-8859-1 and windows-1252.",
                    e);
        }
    }
}

package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.data.format.FiniteNumber;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reading of files that hold one row of numbers a line. */
public final class TextFiles {
    private TextFiles() {}

    /**
     * Reads rows of whitespace-separated numbers. Empty lines are skipped.
     *
     * @param file the file
     * @return one array a line
     * @throws UserException if the file cannot be read or a cell is not a finite number
     */
    public static double[][] numbers(Path file) {
        List<String> lines = lines(file);
        double[][] rows = new double[lines.size()][];
        int used = 0;
        for (int i = 0; i < rows.length; i++) {
            if (!lines.get(i).isBlank()) {
                rows[used++] = row(file, i + 1, lines.get(i).strip().split("\\s+"));
            }
        }
        return Arrays.copyOf(rows, used);
    }

    private static double[] row(Path file, int line, String[] cells) {
        double[] row = new double[cells.length];
        for (int c = 0; c < cells.length; c++) {
            String cell = cells[c];
            int column = c + 1;
            row[c] = FiniteNumber.parse(cell)
                    .orElseThrow(() -> new UserException(file.toAbsolutePath() + ", line " + line + ", column " + column
                            + ": \"" + cell + "\" is not a finite number."));
        }
        return row;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserException("Cannot read " + file.toAbsolutePath() + ": " + describe(e) + ".", e);
        }
    }

    /**
     * Says in words why a file could not be read.
     *
     * @param failure what the file system said
     * @return a few words
     */
    public static String describe(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return UserException.reason(failure);
    }
}

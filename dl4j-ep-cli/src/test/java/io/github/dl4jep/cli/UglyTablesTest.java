package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files as people have them: each trains, and {@code predict} on the same file gives back one line for each of its rows, in their order;
 * or one sentence says what is to be done.
 */
class UglyTablesTest {
    private static final String PLAIN = table(20, i -> i + "," + 2 * i + "," + (3.5 * i + 1));

    @TempDir
    private Path folder;

    /**
     * A file.
     *
     * @param name what is ugly about it
     * @param bytes its content
     * @param rows how many rows it has, or 0 if it is refused
     * @param says part of the summary, or of the sentence
     * @param options options that train and predict need
     */
    private record Ugly(String name, byte[] bytes, int rows, String says, String... options) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String table(int rows, IntFunction<String> row) {
        return "a,b,y\n" + IntStream.range(0, rows).mapToObj(row).collect(Collectors.joining("\n")) + "\n";
    }

    private static Ugly text(String name, String text, int rows, String says, String... options) {
        return new Ugly(name, text.getBytes(StandardCharsets.UTF_8), rows, says, options);
    }

    private static Ugly encoded(String encoding, String says, String... options) {
        String text = PLAIN.replace("a,b,y", "gr\u00f6\u00dfe,\u00e4,y");
        return new Ugly(encoding, text.getBytes(Charset.forName(encoding)), 20, says, options);
    }

    private static byte[] gzipped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    static Stream<Ugly> files() {
        List<Ugly> files = new ArrayList<>(List.of(
                encoded("UTF-8", "20 rows and 3 columns were read, named by the first line."),
                encoded("UTF-16", "20 rows"),
                encoded("UTF-16LE", "read as UTF-16LE"),
                encoded("ISO-8859-1", "read as windows-1252 (Latin-1)"),
                encoded("IBM850", "20 rows", "--encoding", "IBM850"),
                text("byte-order mark", "\uFEFF" + PLAIN, 20, "20 rows"),
                new Ugly("gzip", gzipped(PLAIN), 20, "20 rows"),
                new Ugly(
                        "xlsx",
                        new byte[] {'P', 'K', 3, 4, 20, 0, 6, 0},
                        0,
                        "is not text, but a ZIP archive or a spreadsheet"),
                text(
                        "semicolons and decimal commas",
                        PLAIN.replace(',', ';').replace('.', ','),
                        20,
                        "with a decimal comma"),
                text("tabs", PLAIN.replace(',', '\t'), 20, "20 rows and 3 columns"),
                text("bars", PLAIN.replace(',', '|'), 20, "20 rows and 3 columns"),
                text("blanks", PLAIN.replace(',', ' '), 0, "the first line has 1 column"),
                text("colons", PLAIN.replace(',', ':'), 20, "20 rows", "--delimiter", ":"),
                text("CRLF and blank lines", PLAIN.replace("\n", "\r\n") + "\r\n\r\n", 20, "20 rows"),
                text(
                        "quotes and line feeds in cells",
                        table(20, i -> "\"" + i + "\",\"w\n" + i % 2 + ", \"\"x\"\"\"," + i),
                        20,
                        "Columns of words: 1 (b 2 different words)"),
                text("open quote", "a,b,y\n1,\"2,3\n4,5,6\n", 0, "a quoted cell is not closed"),
                text("delimiter at the end", PLAIN.replace("\n", ",\n"), 20, "lines end in a delimiter"),
                text("sep=", "sep=;\r\n" + PLAIN.replace(',', ';'), 20, "20 rows"),
                text(
                        "no header",
                        PLAIN.substring(6),
                        20,
                        "without a header, so they are named x1 to x3",
                        "--header",
                        "no"),
                text("no header and nobody says so", PLAIN.substring(6), 0, "--header yes takes it as names"),
                text("header of numbers", PLAIN.replace("a,b,y", "0,1,2"), 20, "20 rows", "--header", "yes"),
                text("index without a name", PLAIN.replace("a,b,y", ",b,y"), 20, "20 rows", "--header", "yes"),
                text("column twice", PLAIN.replace("a,b,y", "a,a,y"), 0, "the header has \"a\" twice"),
                text(
                        "missing values",
                        table(20, i -> (i % 5 == 0 ? "NA" : i) + "," + (i % 7 == 0 ? "" : i) + "," + i),
                        20,
                        "Missing values: 7 in 2 columns (a 4, b 3)"),
                text(
                        "a column without values",
                        table(20, i -> i + ",?," + i),
                        20,
                        "Missing values: 20 in 1 column (b 20)"),
                text("labels missing", table(20, i -> i + ",1," + (i % 4 == 0 ? "" : i)), 20, "5 rows without a label"),
                text(
                        "words and missing words",
                        table(
                                20,
                                i -> i + "," + List.of("red", "", "blue", "red").get(i % 4) + "," + i),
                        20,
                        "Columns of words: 1 (b 2 different words)"),
                text(
                        "dates",
                        table(20, i -> "2020-01-" + (i + 10) + ",1," + i),
                        0,
                        "the column \"a\" holds dates or times"),
                text(
                        "text among numbers",
                        table(20, i -> (i == 3 ? "x" : i) + "," + (i == 5 ? "y" : i) + "," + i),
                        0,
                        "is not a finite number, and so is 1 more cell"),
                text("one row", "a,y\n1,2\n", 0, "there is 1 row below the header"),
                text("one class", table(20, i -> i + ",1,same"), 0, "at least 2 classes are needed"),
                text("one value", table(20, i -> i + ",1,7"), 0, "there is nothing to learn"),
                text(
                        "0 and 1",
                        table(20, i -> i + "," + i * i + "," + i % 2),
                        20,
                        "--task classification makes classes of it"),
                text(
                        "1,000 words",
                        table(2000, i -> "w" + i % 1000 + "," + i % 3 + "," + i % 10),
                        2000,
                        "Columns of words: 1 (a 1000 different words)"),
                text(
                        "a different word in every row",
                        table(50, i -> "name " + i + "," + i + "," + i),
                        50,
                        "Columns of words: 1 (a 50 different words)"),
                text("empty", "", 0, "is empty"),
                text("only blank lines", "\n\n\n", 0, "is empty"),
                text(
                        "huge numbers",
                        table(20, i -> i + "e306,1," + i),
                        0,
                        "column \"a\": its numbers are too large or"),
                text(
                        "tiny numbers",
                        table(20, i -> i + ",1," + i + "e-320"),
                        0,
                        "column \"y\": its numbers are too large or")));
        files.add(wide());
        return files.stream();
    }

    private static Ugly wide() {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        for (int row = -1; row < 10; row++) {
            int r = row;
            text.append(IntStream.range(0, 10_000)
                            .mapToObj(c -> r < 0 ? "c" + c : String.valueOf(random.nextInt(100)))
                            .collect(Collectors.joining(",")))
                    .append(r < 0 ? ",y\n" : "," + r + "\n");
        }
        return text("10,000 columns", text.toString(), 10, "10 rows and 10001 columns");
    }

    @ParameterizedTest
    @MethodSource("files")
    void trainsAndPredictsOrSaysOneSentence(Ugly file) throws IOException {
        Path data = Files.write(folder.resolve("data.csv"), file.bytes());
        Path model = folder.resolve("model.zip");
        CommandRun train = new CommandRun();

        int code = train.execute(words(
                file,
                "train",
                "--data",
                "csv:" + data,
                "--net",
                "mlp:2",
                "--passes",
                "1",
                "--model",
                model.toString()));

        if (file.rows() == 0) {
            assertThat(code).as(train.err::toString).isEqualTo(2);
            assertThat(train.err.toString().lines()).hasSize(1);
            assertThat(train.err.toString()).contains(file.says()).endsWith(".\n");
            assertThat(model).doesNotExist();
            return;
        }
        assertThat(code).as(train.err::toString).isZero();
        assertThat(train.out.toString()).contains(file.says()).doesNotContain("NaN");
        CommandRun predict = new CommandRun();
        assertThat(predict.execute(words(file, "predict", "--model", model.toString(), "--data", data.toString())))
                .as(predict.err::toString)
                .isZero();
        List<String> lines = predict.out.toString().lines().toList();
        assertThat(lines).hasSize(file.rows() + 1);
        for (int row = 1; row <= file.rows(); row++) {
            assertThat(lines.get(row)).startsWith(row + ",").doesNotContain("NaN");
        }
    }

    private static String[] words(Ugly file, String... command) {
        return Stream.concat(Stream.of(command), Stream.of(file.options())).toArray(String[]::new);
    }
}

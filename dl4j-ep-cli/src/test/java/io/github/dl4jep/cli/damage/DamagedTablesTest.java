package io.github.dl4jep.cli.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Seeded damages to files of words, numbers, quotes and missing values. Either one sentence says what is wrong and the model stays what it
 * was, or the file trains, and {@code predict} answers with a finite line for each of its rows, in their order.
 */
class DamagedTablesTest {
    /** Another number gives other damages: -Ddl4jep.damage.seed=5000. */
    private static final int FIRST_SEED = Integer.getInteger("dl4jep.damage.seed", 0);

    private static final String FLOWERS = """
            length;colour;"place, far";name
            1,5;red;in "Köln";rose
            1,25;blue;;lily
            NA;red;Łódź;rose
            2,5;?;"a
            b";lily
            3,5;red;Łódź;rose
            3,75;blue;"x;y";lily
            4,5;red;Łódź;rose
            4;green;Łódź;lily
            """;

    private static final String HOUSES = """
            rooms,area,heating,price
            1,50.5,gas,100
            2,60.25,oil,120
            3,,gas,140.5
            4,80,oil,161
            NaN,90,?,180
            6,101,gas,199
            7,110,wood,220
            8,120.75,gas,
            """;

    @TempDir
    private Path folder;

    private Path model;
    private byte[] before = {};
    private int trained;

    @BeforeEach
    void trainOnWholeFiles() throws IOException {
        model = folder.resolve("model.zip");
        for (String whole : List.of(FLOWERS, HOUSES)) {
            damage(-1, whole.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(trained).isEqualTo(2);
    }

    @Test
    void damagesAreOneSentenceOrHarmless() throws IOException {
        damage(12);
    }

    @Test
    @Tag("long-running-test")
    void threeHundredDamagesAreOneSentenceOrHarmless() throws IOException {
        damage(300);
    }

    private void damage(int count) throws IOException {
        trained = 0;
        for (int seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) {
            byte[] whole = (seed % 2 == 0 ? FLOWERS : HOUSES).getBytes(StandardCharsets.UTF_8);
            damage(seed, new Damage(seed).text(whole));
        }
        assertThat(trained).isBetween(1 + count / 20, count - 1 - count / 20);
    }

    private void damage(int seed, byte[] bytes) throws IOException {
        Path data = Files.write(folder.resolve("data.csv"), bytes);
        before = Files.exists(model) ? Files.readAllBytes(model) : before;
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();

        int code = run(
                out,
                err,
                "train",
                "--data",
                "csv:" + data,
                "--net",
                "mlp:2",
                "--passes",
                "1",
                "--test-fraction",
                "0",
                "--overwrite",
                "--model",
                model.toString());

        if (code != 0) {
            requireSentence(seed, code, err);
            assertThat(Files.readAllBytes(model)).as("seed %d", seed).isEqualTo(before);
            return;
        }
        trained++;
        long rows = Arrays.stream(out.toString().split("\n"))
                .filter(line -> line.contains(" columns were read, named by the first line"))
                .mapToLong(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
                .sum();
        StringWriter table = new StringWriter();
        StringWriter problem = new StringWriter();
        int predicted = run(table, problem, "predict", "--model", model.toString(), "--data", data.toString());
        if (predicted != 0) {
            // A damaged header may also be one of the rows; a row without a label, of which nothing was learned, may be
            // anywhere.
            requireSentence(seed, predicted, problem);
            assertThat(problem.toString())
                    .containsAnyOf("may be a header or a row", "the row is too far from what the model was trained on");
            return;
        }
        List<String> lines = table.toString().lines().toList();
        assertThat(lines).as("seed %d", seed).hasSize((int) rows + 1);
        for (int row = 1; row < lines.size(); row++) {
            assertThat(lines.get(row)).as("seed %d", seed).startsWith(row + ",").doesNotContain("NaN", "Infinity");
        }
    }

    private static void requireSentence(int seed, int code, StringWriter err) {
        assertThat(code).as("seed %d: %s", seed, err).isEqualTo(2);
        assertThat(err.toString())
                .as("seed %d", seed)
                .endsWith(".\n")
                .doesNotContain("\tat ", "Exception", "Internal error");
        assertThat(err.toString().lines().filter(line -> !line.startsWith("pass ")))
                .as("seed %d", seed)
                .hasSize(1);
    }

    private static int run(StringWriter out, StringWriter err, String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}

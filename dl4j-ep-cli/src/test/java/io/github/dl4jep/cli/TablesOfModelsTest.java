package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was fitted to the columns of a training file is used for other files in the same way. */
class TablesOfModelsTest {
    @TempDir
    private static Path folder;

    private Path model = folder.resolve("model.zip");
    private CommandRun command = new CommandRun();

    /** y is 10 for red, 20 for blue and 30 where the colour is missing; size decides nothing. */
    @BeforeAll
    static void train() throws IOException {
        Random random = new Random(3);
        StringBuilder text = new StringBuilder("size,colour,y\n");
        for (int i = 0; i < 300; i++) {
            int kind = i % 3;
            text.append(i % 10 == 0 ? "NA" : String.valueOf(random.nextInt(9)))
                    .append(List.of(",red,", ",blue,", ",,").get(kind))
                    .append(10 + 10 * kind + 0.1 * random.nextGaussian())
                    .append('\n');
        }
        String model = folder.resolve("model.zip").toString();
        Path data = Files.writeString(folder.resolve("train.csv"), text);
        CommandRun command = new CommandRun();
        assertThat(command.execute("train", "--data", "csv:" + data, "--net", "mlp:10", "--model", model))
                .as(command.err::toString)
                .isZero();
    }

    private int execute(String... arguments) {
        command = new CommandRun();
        return command.execute(arguments);
    }

    private int predict(String text, String... options) throws IOException {
        Path data = Files.writeString(folder.resolve("new.csv"), text);
        String[] all = new String[5 + options.length];
        System.arraycopy(
                new String[] {"predict", "--model", model.toString(), "--data", data.toString()}, 0, all, 0, 5);
        System.arraycopy(options, 0, all, 5, options.length);
        return execute(all);
    }

    private double mean(int row) {
        return Double.parseDouble(
                command.out.toString().lines().toList().get(row).split(",")[1]);
    }

    private double epistemic(int row) {
        return Double.parseDouble(
                command.out.toString().lines().toList().get(row).split(",")[3]);
    }

    @Test
    void wordsAndMissingValuesMeanWhatTheyMeantInTraining() throws IOException {
        assertThat(predict("colour,size\nred,4\nblue,4\n?,4\nblue,\ngreen,4\n")).isZero();

        assertThat(mean(1)).isCloseTo(10, within(1.5));
        assertThat(mean(2)).isCloseTo(20, within(1.5));
        assertThat(mean(3)).isCloseTo(30, within(1.5));
        assertThat(mean(4)).isCloseTo(20, within(1.5));
        // The model has never seen green, and says so.
        assertThat(epistemic(5)).isGreaterThan(3 * epistemic(1));
        assertThat(command.err.toString().lines())
                .containsExactly(
                        "Missing values: 2 (size 1, colour 1); they are treated as in training.",
                        "Words without a level in the model: 1 (colour 1); they count as \"other\".");
    }

    @Test
    void strictRefusesWhatTheModelDoesNotKnow() throws IOException {
        assertThat(predict("colour,size\nred,4\n", "--strict")).isZero();
        assertThat(predict("colour,size\nred,4\ngreen,5\n", "--strict")).isEqualTo(2);
        assertThat(command.err.toString())
                .endsWith("new.csv, row 2, column \"colour\": the word \"green\" is none of the model's, which --strict"
                        + " refuses.\n");
        assertThat(predict("colour,size\nred,\n", "--strict")).isEqualTo(2);
        assertThat(command.err.toString()).contains("row 1, column \"size\": the value is missing");
    }

    @Test
    void columnsThatAreMissingOrThereTwiceAreRefusedByName() throws IOException {
        assertThat(predict("colour,length\nred,4\n")).isEqualTo(2);
        assertThat(command.err.toString()).contains("missing size, unknown length");
        assertThat(predict("colour,size,size\nred,4,4\n")).isEqualTo(2);
        assertThat(command.err.toString()).contains("the header has \"size\" twice");
    }

    @Test
    void aRowOfAFileWithoutAHeaderIsNotTakenForNames() throws IOException {
        assertThat(predict("4,red\n5,blue\n")).isZero();
        assertThat(command.out.toString().lines()).hasSize(3);
        assertThat(mean(1)).isCloseTo(10, within(1.5));
    }

    @Test
    void aModelOfColumnsNamedByNumbersAsks() throws IOException {
        Path data = Files.writeString(folder.resolve("numbers.csv"), "0,1,2\n5,7,1\n6,9,3\n7,4,5\n8,2,6\n9,1,9\n");
        Path numbers = folder.resolve("numbers.zip");
        assertThat(execute(
                        "train",
                        "--data",
                        "csv:" + data,
                        "--header",
                        "yes",
                        "--net",
                        "mlp:2",
                        "--passes",
                        "1",
                        "--model",
                        numbers.toString()))
                .as(command.err::toString)
                .isZero();
        model = numbers;

        assertThat(predict("1,0\n3,4\n")).isEqualTo(2);
        assertThat(command.err.toString())
                .contains(
                        "the first line (1, 0) may be a header or a row, as it names the model's columns and could be one of"
                                + " its rows: --header yes takes it as names, --header no as a row.");
        assertThat(predict("1,0\n3,4\n", "--header", "no")).isZero();
        assertThat(command.out.toString().lines()).hasSize(3);
        assertThat(predict("1,0\n3,4\n", "--header", "yes")).isZero();
        String exchanged = command.out.toString();
        assertThat(exchanged.lines()).hasSize(2);
        assertThat(predict("4,3\n", "--header", "no")).isZero();
        assertThat(command.out.toString()).isEqualTo(exchanged);
        // A number of its rows is no header by half.
        assertThat(predict("1,8\n3,4\n")).isZero();
        assertThat(command.out.toString().lines()).hasSize(3);
    }

    @Test
    void inspectShowsTheInputs() {
        assertThat(execute("inspect", model.toString())).isZero();
        assertThat(command.out.toString())
                .contains(
                        "2 columns as 6 inputs: (size - ",
                        "size=(missing), colour=blue, colour=red, colour=(other), colour=(missing)");
    }
}

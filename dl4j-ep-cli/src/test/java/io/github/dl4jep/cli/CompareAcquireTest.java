package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareAcquireTest {
    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun();

    @Test
    void everyAcquisitionStartsFromTheSameLabelsAndEndsWithAsManyAsAskedFor() throws IOException {
        assertThat(command.compare(
                        folder,
                        "--acquire",
                        "bald,entropy:best,margin,random",
                        "--labels",
                        "25",
                        "--label-batch",
                        "10",
                        "--passes",
                        "3",
                        "--net",
                        "mlp:8",
                        "--seeds",
                        "2"))
                .isZero();

        assertThat(command.err.toString()).isEmpty();
        assertThat(command.out.toString())
                .contains(
                        "bald          seed 1  10 labels  ",
                        "entropy:best  seed 2  25 labels  ",
                        "random        seed 2  25 labels  ")
                .contains(
                        "labels  bald: test error %  entropy:best: test error %  margin: test error %  random: test error %",
                        " +- ");
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("acquisition.json").toFile());
        assertThat(json.get("runs")).hasSize(8);
        assertThat(json.get("runs"))
                .allSatisfy(run ->
                        assertThat(run.get("points").findValuesAsText("labels")).containsExactly("10", "20", "25"));
        assertThat(json.at("/runs/1/points/0/nll")).isEqualTo(json.at("/runs/0/points/0/nll"));
        assertThat(json.at("/runs/1/points/1/nll")).isNotEqualTo(json.at("/runs/2/points/1/nll"));
        assertThat(folder.resolve("error-against-labels.png")).isNotEmptyFile();
        assertThat(folder.resolve("comparison.json")).doesNotExist();
    }

    @Test
    void numbersAreChosenFromOneSplit() throws IOException {
        Path set = Files.createDirectories(folder.resolve("uci").resolve("tiny"));
        Files.writeString(set.resolve("data.txt"), "1 2\n2 4\n3 6\n4 9\n5 9\n6 12\n");
        Files.writeString(set.resolve("index_features.txt"), "0\n");
        Files.writeString(set.resolve("index_target.txt"), "1\n");
        Files.writeString(set.resolve("n_splits.txt"), "2\n");
        Files.writeString(set.resolve("index_train_1.txt"), "0\n1\n2\n3\n");
        Files.writeString(set.resolve("index_test_1.txt"), "4\n5\n");
        String[] options = {
            "--data",
            "uci:tiny",
            "--data-dir",
            folder.toString(),
            "--acquire",
            "bald",
            "--label-batch",
            "2",
            "--passes",
            "2",
            "--net",
            "mlp:3",
            "--split",
            "1"
        };

        assertThat(command.compare(folder.resolve("out"), options)).isZero();
        assertThat(command.out.toString()).contains("2 labels", "4 labels", "bald: rmse");

        options[5] = "margin";
        assertThat(command.compare(folder.resolve("out"), options)).isEqualTo(2);
        assertThat(command.err.toString())
                .isEqualTo(
                        "--acquire margin is for classes, but the labels of uci:tiny are numbers: choose entropy or bald.\n");

        command.err.getBuffer().setLength(0);
        options[5] = "bald";
        options[options.length - 1] = "all";
        assertThat(command.compare(folder.resolve("out"), options)).isEqualTo(2);
        assertThat(command.err.toString()).isEqualTo("--acquire takes one split, but --split is all.\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--acquire variance | --acquire variance: acquisition is \"variance\", allowed: entropy, margin, bald, random.",
                "--acquire bald:often | --acquire bald:often: the power \"often\" is no number of at least 0, and not best.",
                "--acquire random:2 | --acquire random:2: random has no power.",
                "--acquire bald:2,bald:2.0 | --acquire bald:2,bald:2.0 names an acquisition twice.",
                "--acquire entropy,entropy:4 | --acquire entropy,entropy:4 names an acquisition twice.",
                "--acquire margin,margin:best | --acquire margin,margin:best names an acquisition twice.",
                "--acquire bald,bald | --acquire bald,bald names an acquisition twice.",
                "--acquire , | --acquire names no acquisition; an example is --acquire margin,random.",
                "--acquire bald --trainers adam | --acquire is for the trainer ep alone, but --trainers is adam.",
                "--acquire bald --labels 0 | --labels is 0, but must be at least 1.",
                "--acquire bald --label-batch 0 | --label-batch is 0, but must be at least 1.",
                "--labels 10 | --labels and --label-batch are for --acquire, which is not there.",
                "--acquire bald --labels 101 | --acquire asks for 101 labels, but there are 100 training rows: choose smaller --labels or --label-batch.",
            })
    void userErrorsAreOneSentence(String options, String message) {
        assertThat(command.compare(folder, options.split(" "))).isEqualTo(2);

        assertThat(command.err.toString()).isEqualTo(message + "\n");
    }
}

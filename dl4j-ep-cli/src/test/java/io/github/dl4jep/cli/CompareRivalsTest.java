package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainers that people compare with, by the command. */
class CompareRivalsTest {
    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun();

    @Test
    void ratesAreFoundOnWithheldRowsPrintedAndWritten() throws IOException {
        assertThat(command.compare(
                        folder,
                        "--trainers",
                        "sgd,adam,ep",
                        "--lr",
                        "auto,adam=0.01",
                        "--passes",
                        "2",
                        "--net",
                        "mlp:8"))
                .isZero();

        assertThat(command.err.toString()).isEmpty();
        assertThat(command.out.toString().lines())
                .filteredOn(
                        line -> line.matches("sgd +learning rate \\S+  withheld tenth of the training rows: nll .*"))
                .hasSize(5);
        JsonNode runs = CommandRun.json(folder).get("runs");
        assertThat(runs.at("/0/options/learningRatesTried").fieldNames())
                .toIterable()
                .containsExactly("0.01", "0.03", "0.1", "0.3", "1.0");
        double taken = runs.at("/0/options/learningRate").asDouble();
        assertThat(command.out.toString()).contains("sgd       learning rate " + taken + " is taken\n");
        double least = runs.at("/0/options/learningRatesTried/" + taken).asDouble();
        runs.at("/0/options/learningRatesTried")
                .elements()
                .forEachRemaining(loss -> assertThat(loss.asDouble(1e9)).isGreaterThanOrEqualTo(least));
        assertThat(runs.at("/1/options/learningRate").asDouble()).isEqualTo(0.01);
        assertThat(runs.at("/1/options").has("learningRatesTried")).isFalse();
        assertThat(runs.at("/2/options").has("learningRatesTried")).isFalse();
    }

    @Test
    void trainersWithValuesNameTheirPlots() throws IOException {
        assertThat(command.compare(
                        folder, "--trainers", "ensemble:2,dropout:0.1,adamw", "--passes", "1", "--net", "mlp:8"))
                .isZero();

        assertThat(command.err.toString()).isEmpty();
        assertThat(CommandRun.json(folder).get("runs").findValuesAsText("trainer"))
                .containsExactly("ensemble:2", "dropout:0.1", "adamw");
        assertThat(folder.resolve("entropy-ensemble-2.png")).isNotEmptyFile();
    }

    @Test
    void mostWeightsMayBeZeroFromTheStart() throws IOException {
        assertThat(command.compare(
                        folder, "--trainers", "ep,sparse:70", "--passes", "6", "--net", "mlp:30,30", "--batch", "10"))
                .isZero();

        assertThat(command.err.toString()).isEmpty();
        JsonNode json = CommandRun.json(folder);
        assertThat(json.at("/runs/0/options").has("sparsity")).isFalse();
        assertThat(json.at("/runs/1/options/sparsity").asDouble()).isEqualTo(0.7);
        assertThat(json.at("/runs/1/passes/5/testError").asDouble(1)).isLessThan(0.2);
    }

    @Test
    void trainersWithoutABackwardPassCompareOnTheSameNetwork() throws IOException {
        assertThat(command.compare(
                        folder,
                        "--trainers",
                        "cafo,cafo:ce,cafo:local,local-critic,lr:2,lr:sign",
                        "--passes",
                        "2",
                        "--net",
                        "mlp:16,16",
                        "--lr",
                        "0.01"))
                .isZero();

        assertThat(command.err.toString()).isEmpty();
        JsonNode json = CommandRun.json(folder);
        assertThat(json.at("/summary/cafo/testError/mean").asDouble()).isLessThan(0.4);
        assertThat(json.at("/summary/local-critic/testError/mean").asDouble()).isLessThan(0.4);
        assertThat(json.at("/runs/4/options/draws").asInt()).isEqualTo(2);
    }

    /** Of arrays of more than 32 MiB, which no C library keeps when they are freed; what is left of smaller ones is not seen again. */
    @Test
    void memoryIsAtLeastWhatATrainerKeepsForEachWeight() throws IOException {
        double mebibyte = 1 << 20;
        double floats = 4 * 3000 * 3000 / mebibyte;

        assertThat(command.compare(folder, "--trainers", "ep,adam", "--passes", "1", "--net", "mlp:3000,3000"))
                .isZero();

        assertThat(command.out.toString()).contains("trainer  pass  ").contains("  memory MiB  ");
        JsonNode json = CommandRun.json(folder);
        // Means and precisions, and averages of both; weights, their gradient and two moments.
        assertThat(json.at("/summary/ep/addedMebibytes/mean").asDouble()).isBetween(2.9 * floats, 30 * floats);
        assertThat(json.at("/summary/adam/addedMebibytes/mean").asDouble()).isBetween(2.9 * floats, 12 * floats);
        assertThat(json.at("/runs/0/addedMemoryBytes").asDouble() / mebibyte)
                .isEqualTo(json.at("/summary/ep/addedMebibytes/mean").asDouble());
    }

    @Test
    void aRateForATrainerWithoutOneIsRefused() {
        assertThat(command.compare(folder, "--trainers", "cafo", "--lr", "cafo=0.1"))
                .isEqualTo(2);

        assertThat(command.err.toString()).isEqualTo("--lr cafo=0.1: the trainer cafo has no learning rate.\n");
    }
}

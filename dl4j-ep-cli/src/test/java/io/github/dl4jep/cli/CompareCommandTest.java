package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun();
    private final StringWriter out = command.out;
    private final StringWriter err = command.err;

    @Test
    void irisComparisonIsPrintedAndWritten() throws IOException {
        assertThat(compare("--trainers", "adam,sgd", "--passes", "2", "--seed", "5"))
                .isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines().filter(line -> line.matches("(adam|sgd) +pass [12]/2  .*test error % .*")))
                .hasSize(4);
        assertThat(out.toString()).contains(" test error after 2 passes; ").contains("trainer  pass  seconds");
        JsonNode json = json();
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("data", "network", "parameters", "seed", "batch", "sample", "summary", "runs");
        assertThat(json.get("data").asText()).isEqualTo("iris");
        assertThat(json.get("network").asText()).isEqualTo("mlp:50");
        assertThat(json.get("parameters").asInt()).isEqualTo(4 * 50 + 50 + 50 * 3 + 3);
        assertThat(json.get("seed").asInt()).isEqualTo(5);
        assertThat(json.get("batch").asInt()).isEqualTo(16);
        assertThat(json.get("runs").findValuesAsText("trainer")).containsExactly("adam", "sgd");
        assertThat(json.at("/runs/1/options/learningRate").asDouble()).isEqualTo(0.1);
        assertThat(json.at("/runs/1").fieldNames())
                .toIterable()
                .containsExactly("trainer", "split", "seed", "options", "passes", "addedMemoryBytes");
        assertThat(json.at("/runs/1/passes"))
                .hasSize(2)
                .allSatisfy(pass -> assertThat(pass.fieldNames())
                        .toIterable()
                        .containsExactly("pass", "trainSeconds", "testError", "nll", "ece"));
        assertThat(json.at("/runs/1/passes/1/testError").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void thePageStandsBesideTheJson() throws IOException {
        assertThat(compare("--trainers", "adam,sgd", "--passes", "2")).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains("comparison.json").endsWith("comparison.html\n");
        assertThat(outputFolder().resolve("comparison.html"))
                .content()
                .contains("Predictive entropy of right and wrong answers, adam", "--trainers adam,sgd --passes 2")
                .contains("100 training rows and 50 test rows of 4 inputs, 3 classes");
        assertThat(outputFolder().resolve("entropy-sgd.png")).isNotEmptyFile();
    }

    @Test
    void epAddsItsOwnFiguresAndOptions() throws IOException {
        assertThat(compare("--trainers", "ep", "--passes", "2", "--net", "mlp:8"))
                .isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(json().at("/runs/0/options").isEmpty()).isFalse();
        assertThat(json().at("/runs/0/passes/1").fieldNames())
                .toIterable()
                .containsExactly(
                        "pass", "trainSeconds", "testError", "nll", "ece", "pointTestError", "sampledTestError");
        // Networks are drawn at the end only, unless asked for.
        assertThat(json().at("/runs/0/passes/0").has("sampledTestError")).isFalse();
        assertThat(json().at("/runs/0/passes/1/testError").asDouble()).isLessThan(0.3);

        assertThat(compare("--trainers", "ep", "--passes", "2", "--net", "mlp:8", "--draws-each-pass"))
                .isZero();
        assertThat(json().at("/runs/0/passes/0").has("sampledTestError")).isTrue();
    }

    @Test
    void definitionThatEpCannotTrainIsOneSentence() throws IOException {
        NetworkDefinition definition = NetworkDefinition.of("mlp:4,4", new DataShape(4, 3, Task.CLASSIFICATION), 1);
        for (int layer = 0; layer < 2; layer++) {
            ((DenseLayer) definition.configuration().getConf(layer).getLayer()).setHasLayerNorm(true);
        }
        Path net = Files.writeString(
                folder.resolve("net.json"), definition.configuration().toJson());

        assertThat(compare("--net", net.toString())).isEqualTo(2);

        assertThat(err.toString().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("ep cannot train this network: ")
                .contains("layer normalization");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void allSplitsOfARegressionAreAveraged() throws IOException {
        writeTinyUciSet();

        int exitCode = compare(
                "--data",
                "uci:tiny",
                "--data-dir",
                folder.toString(),
                "--split",
                "all",
                "--passes",
                "1",
                "--net",
                "mlp:3",
                "--trainers",
                "ep,adam");

        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains("adam      split 0  pass 1/1  ", "adam      split 1  pass 1/1  ")
                .contains("(mean of 2 splits)")
                .contains(" +- ");
        assertThat(json().at("/runs/2/split").asInt()).isEqualTo(1);
        assertThat(json().at("/runs/0/passes/0").fieldNames())
                .toIterable()
                .containsExactly("pass", "trainSeconds", "rmse", "logLikelihood");
    }

    @Test
    void seedsOfPartsWithWrongLabelsAreAveraged() throws IOException {
        Path csv = Files.writeString(
                folder.resolve("a.csv"), "a,b,y\n" + "1,2,u\n2,1,v\n1,3,u\n3,1,v\n0,2,u\n2,0,v\n".repeat(10));

        assertThat(compare(
                        "--data",
                        "csv:" + csv,
                        "--trainers",
                        "sgd,adam",
                        "--passes",
                        "1",
                        "--seeds",
                        "2",
                        "--train-fraction",
                        "0.5",
                        "--label-noise",
                        "0.25"))
                .isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString())
                .contains("sgd       seed 1  pass 1/1", "adam      seed 2  pass 1/1", "(mean of 2 seeds)", " +- ");
        JsonNode json = json();
        assertThat(json.at("/sample/labelNoise").asDouble()).isEqualTo(0.25);
        assertThat(json.at("/sample/trainFraction").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/runs/2/seed").asInt()).isEqualTo(2);
        assertThat(json.at("/summary/sgd/testError").fieldNames())
                .toIterable()
                .containsExactly("mean", "standardError");
        assertThat(outputFolder().resolve("comparison.html"))
                .content()
                .contains("50.0 % of all, 25.0 % of them with a wrong class", "means of 2 seeds", "24 training rows");
    }

    @Test
    void labelsOfARegressionCannotBeWrong() throws IOException {
        writeTinyUciSet();

        assertThat(compare("--data", "uci:tiny", "--data-dir", folder.toString(), "--label-noise", "0.1"))
                .isEqualTo(2);

        assertThat(err.toString())
                .isEqualTo(
                        "--label-noise 0.1 replaces classes, but the labels of uci:tiny are numbers: leave it out.\n");
    }

    @Test
    void csvAndDefinitionFile() throws IOException {
        Path csv = Files.writeString(folder.resolve("a.csv"), "y,a,b\nu,1,2\nv,2,1\nu,1,3\nv,3,1\nu,0,2\nv,2,0\n");
        NetworkDefinition definition = NetworkDefinition.of("mlp:4", new DataShape(2, 2, Task.CLASSIFICATION), 1);
        Path net = Files.writeString(
                folder.resolve("net.json"), definition.configuration().toJson());

        int exitCode = compare(
                "--data",
                "csv:" + csv,
                "--label",
                "y",
                "--net",
                net.toString(),
                "--test-fraction",
                "0.34",
                "--trainers",
                "sgd");

        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(json().get("network").asText()).isEqualTo(net.toString());
    }

    @Test
    void divergedTrainingIsReportedAndNotHidden() throws IOException {
        writeTinyUciSet();

        int exitCode = compare(
                "--data",
                "uci:tiny",
                "--data-dir",
                folder.toString(),
                "--trainers",
                "sgd",
                "--lr",
                "1e30",
                "--passes",
                "3");

        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains("diverged: the outputs are not finite")
                .contains("sgd diverged.");
        assertThat(json().at("/runs/0/passes/2").fieldNames()).toIterable().containsExactly("pass", "trainSeconds");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--data nonsense | Unknown data \"nonsense\"",
                "--data uci:nothing --data-dir no-such-folder | There is no UCI set \"nothing\"",
                "--data csv:no-such-file.csv | there is no such file",
                "--net no-such-file.json | There is no network definition",
                "--net mlp:x | is not a number of units",
                "--units spiky | Unknown units \"spiky\": there are relu, heaviside, bernoulli-sigmoid and bernoulli-probit:K.",
                "--units bernoulli-probit:0 | \"0\" is not a positive number, which the variance K",
                "--units bernoulli-probit:-1 | \"-1\" is not a positive number",
                "--units bernoulli-probit: | \"\" is not a positive number",
                "--units bernoulli-probit:NaN | \"NaN\" is not a positive number",
                "--units bernoulli-probit:Infinity | \"Infinity\" is not a positive number",
                "--units bernoulli-probit:1d | \"1d\" is not a positive number",
                "--units bernoulli-probit:0x1p3 | \"0x1p3\" is not a positive number",
                "--lr 0.01f | --lr 0.01f: \"0.01f\" is not a positive number",
                "--lr adam=1d | --lr adam=1d: \"1d\" is not a positive number",
                "--test-fraction 0.2f | Invalid value for option '--test-fraction': '0.2f' is not a decimal number (examples are 0.2 and 1e-3)",
                "--train-fraction NaN | Invalid value for option '--train-fraction': 'NaN' is not a decimal number",
                "--train-fraction 0x1p-1 | Invalid value for option '--train-fraction': '0x1p-1' is not a decimal number",
                "--label-noise 0.1d | Invalid value for option '--label-noise': '0.1d' is not a decimal number",
                "--weights quaternary | unknown kind \"quaternary\": there are gaussian, binary, ternary, spike-slab.",
                "--weights hidden=x,output=binary | unknown kind \"x\"",
                "--weights binary,ternary | unknown kind \"binary,ternary\"",
                "--weights hidden=binary,hidden=binary | \"hidden=binary\" is not understood",
                "--weights middle=binary | \"middle=binary\" is not understood",
                "--time-steps 0 | --time-steps is 0, but must be at least 1.",
                "--trainers surrogate | for spiking units, but the hidden units are relu: choose spiking ones",
                "--trainers ste | for discrete weights, but --weights is gaussian: choose --weights binary",
                "--trainers ste --weights spike-slab | but --weights is spike-slab",
                "--trainers ste --weights hidden=binary,output=spike-slab | but --weights is hidden=binary,output=spike-slab",
                "--trainers ste --units heaviside | or for continuous weights the trainer surrogate.",
                "--trainers adam,newton | Unknown trainer \"newton\"",
                "--trainers adam,adam | names a trainer twice",
                "--trainers , | --trainers names no trainer; examples: --trainers ep,adam, --trainers ep.",
                "--passes 0 | --passes is 0, but must be at least 1.",
                "--batch -3 | --batch is -3, but must be at least 1.",
                "--passes many | Invalid value for option '--passes'",
                "--lr 0 | is not a positive number",
                "--split 1 | --split is \"1\", but iris has only split 0.",
                "--split -1 | --split is \"-1\"",
                "--task regression | --task and --label are for --data csv:FILE and sequences:DIR",
                "--seeds 0 | --seeds is 0, but must be at least 1.",
                "--label-noise 1 | --label-noise is 1.0, but must be at least 0 and below 1.",
                "--label-noise -0.1 | --label-noise is -0.1, but must be at least 0 and below 1.",
                "--label-noise NaN | Invalid value for option '--label-noise': 'NaN' is not a decimal number",
                "--train-fraction 0 | --train-fraction is 0.0, but must be above 0 and at most 1.",
                "--train-fraction 1.1 | --train-fraction is 1.1, but must be above 0 and at most 1.",
                "--train-fraction 0.001 | --train-fraction 0.001 of 100 training rows leaves none.",
                "--nonsense | Unknown option: '--nonsense'",
            })
    void userErrorsAreOneSentenceAndExitCode2(String options, String message) {
        int exitCode = compare(options.split(" "));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1).first().asString().contains(message);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void unwritableOutputFolderIsFoundBeforeTraining() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(command.execute("compare", "--out", file.toString())).isEqualTo(2);

        assertThat(err.toString()).isEqualTo("Cannot write to --out " + file + ": it is a file, not a folder.\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void commandIsNeeded() {
        assertThat(command.execute()).isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(1).first().asString().startsWith("No command given");
    }

    @Test
    void helpNamesOptionsFiguresExamplesAndExitCodes() {
        assertThat(command.execute("compare", "--help")).isZero();

        assertThat(out.toString())
                .contains("--data-dir", "--trainers", "--lr", "Exit codes:", "Examples:", "15 bins of equal width")
                .contains("../shared/data");
    }

    private int compare(String... options) {
        return command.compare(outputFolder(), options);
    }

    private Path outputFolder() {
        return folder.resolve("out");
    }

    private JsonNode json() throws IOException {
        return CommandRun.json(outputFolder());
    }

    private void writeTinyUciSet() throws IOException {
        Path set = Files.createDirectories(folder.resolve("uci").resolve("tiny"));
        Files.writeString(set.resolve("data.txt"), "1 2\n2 4\n3 6\n4 9\n5 9\n6 12\n");
        Files.writeString(set.resolve("index_features.txt"), "0\n");
        Files.writeString(set.resolve("index_target.txt"), "1\n");
        Files.writeString(set.resolve("n_splits.txt"), "2\n");
        Files.writeString(set.resolve("index_train_0.txt"), "0\n1\n2\n3\n");
        Files.writeString(set.resolve("index_test_0.txt"), "4\n5\n");
        Files.writeString(set.resolve("index_train_1.txt"), "2\n3\n4\n5\n");
        Files.writeString(set.resolve("index_test_1.txt"), "0\n1\n");
    }
}

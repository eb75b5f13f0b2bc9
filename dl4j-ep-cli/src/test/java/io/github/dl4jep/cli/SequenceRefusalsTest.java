package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What does not go together with sequences is refused in one sentence. */
class SequenceRefusalsTest {
    @TempDir
    private Path folder;

    private CommandRun command = new CommandRun();

    @BeforeEach
    void writeSequences() throws IOException {
        SequenceFiles.levels(folder.resolve("levels"), 10, 1);
        SequenceFiles.controlCharts(folder.resolve("charts"), 12, 1);
        Files.writeString(
                folder.resolve("last.json"),
                new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(new LastTimeStep(new LSTM.Builder()
                                .nIn(2)
                                .nOut(4)
                                .activation(Activation.TANH)
                                .build()))
                        .layer(new OutputLayer.Builder(LossFunction.MSE)
                                .nIn(4)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build())
                        .build()
                        .toJson());
    }

    private String refused(String... arguments) {
        command = new CommandRun();
        assertThat(command.execute(arguments)).as(command.out::toString).isEqualTo(2);
        return command.err.toString().strip();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            levels | --net mlp:5 | --net mlp:5 is for rows that stand for themselves, but the data are sequences: choose a recurrent network such as --net lstm:64 or --net rnn:64.
            charts | --net lenet | --net lenet is for rows that stand for themselves, but the data are sequences
            levels | --net lstm:5,x | --net lstm:5,x: "x" is not a number of units from 1 to 1000000 (an example is lstm:64,32).
            levels | --net rnn:0 | --net rnn:0: "0" is not a number of units
            levels | --net last.json | gives outputs of shape [1, 1] for one sequence of 3 steps, but the data has a label at every step, which needs [1, 1, 3].
            levels | --units relu | --units relu: layer 0 (layer0) is recurrent, and its units stay as they are: leave the option out.
            charts | --trainers cafo | cafo cannot train this network: layer 0 (layer0) is a LastTimeStep, but cafo trains dense and convolution layers
            levels | --trainers cafo:local | cafo cannot train this network: layer 0 (layer0) is a LSTM, but cafo trains dense and convolution layers
            levels | --trainers local-critic | local-critic cannot train this network: layer 0 (layer0) is a LSTM, but local-critic trains dense
            charts | --trainers lr | lr cannot train this network: layer 0 (layer0) is a LastTimeStep, but lr trains dense
            levels | --weights binary --trainers ste | ste cannot train this network: layer 0 (layer0) is a LSTM, but only dense, convolution and output layers have discrete weights.
            levels | --trainers surrogate | The trainer surrogate is for spiking units, but the hidden units are tanh
            levels | --acquire bald | --acquire chooses rows, but the data are sequences: leave it out.
            levels | --label-noise 0.1 | --label-noise 0.1 replaces classes, but the labels of
            levels | --image-size 2x2x1 | --image-size is for --data images:DIR, but the data is sequences:
            """)
    void comparisons(String data, String options, String message) {
        String line = "compare --data sequences:" + folder.resolve(data) + " --out " + folder.resolve("out") + " "
                + options.replace("last.json", folder.resolve("last.json").toString());
        assertThat(refused(line.split(" "))).contains(message);
    }

    @Test
    void recurrentNetworksOnRows() {
        String out = folder.resolve("out").toString();
        assertThat(refused("compare", "--net", "lstm:5", "--out", out))
                .contains(
                        "--net lstm:5 is for sequences, but the data has none: choose --data sequences:DIR, or a network such"
                                + " as --net mlp:50.");
        assertThat(refused("compare", "--net", folder.resolve("last.json").toString(), "--out", out))
                .contains("layer 0 (layer0) takes sequences, but the data has none: choose --data sequences:DIR.");
    }

    @Test
    void classesAtEveryStepHaveNoNoise() throws IOException {
        for (int i = 0; i < 5; i++) {
            SequenceFiles.write(folder.resolve("steps"), i + ".csv", "x,y", "1.5,up", "2.5,down");
        }
        assertThat(refused(
                        "compare",
                        "--data",
                        "sequences:" + folder.resolve("steps"),
                        "--label-noise",
                        "0.1",
                        "--out",
                        folder.resolve("out").toString()))
                .contains(
                        "--label-noise 0.1 replaces the class of a whole row, but these sequences have one at every step");
    }

    @Test
    void predictionsOfOtherData() throws IOException {
        String sequences = folder.resolve("s.zip").toString();
        String rows = folder.resolve("r.zip").toString();
        command.execute(
                "train",
                "--data",
                "sequences:" + folder.resolve("levels"),
                "--net",
                "rnn:3",
                "--passes",
                "1",
                "--model",
                sequences);
        command.execute("train", "--net", "mlp:3", "--passes", "1", "--model", rows);
        String file = folder.resolve("levels/0.csv").toString();
        assertThat(refused("predict", "--model", sequences, "--data", "csv:" + file))
                .contains("--data is a CSV file, but the model was trained on sequences: give sequences:DIR");
        assertThat(refused("predict", "--model", sequences, "--data", "images:" + folder))
                .contains("--data is a folder of images, but the model was trained on the columns push, pull: give"
                        + " sequences:DIR.");
        assertThat(refused("predict", "--model", sequences, "--data", file)).contains("There is no folder " + file);
        assertThat(refused("predict", "--model", rows, "--data", "sequences:" + folder.resolve("levels")))
                .contains("--data is a folder of sequences, but the model was trained on single rows of the columns");
        SequenceFiles.write(folder.resolve("other"), "0.csv", "push,force", "1.5,2");
        assertThat(refused("predict", "--model", sequences, "--data", "sequences:" + folder.resolve("other")))
                .contains("0.csv does not have the model's columns: missing pull, unknown force");
        SequenceFiles.write(folder.resolve("far"), "0.csv", "push,pull", "0.5,1", "1e300,2");
        assertThat(refused("predict", "--model", sequences, "--data", "sequences:" + folder.resolve("far")))
                .contains("0.csv, row 2, column \"push\": 1.0E300 is too far from the training rows");
        SequenceFiles.write(folder.resolve("far"), "0.csv", "push,pull", "0.5,1", "1e30,2");
        assertThat(refused("predict", "--model", sequences, "--data", "sequences:" + folder.resolve("far")))
                .contains("row 0.csv, column \"push\": ")
                .contains("deviations from the mean of the training rows are too many for a prediction");
    }
}

package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sequences in folders of CSV files, from training to predictions. */
class SequencesTest {
    @TempDir
    private Path folder;

    private CommandRun command = new CommandRun();

    private int execute(String... arguments) {
        command = new CommandRun();
        return command.execute(arguments);
    }

    private void succeed(String... arguments) {
        assertThat(execute(arguments)).as(command.err::toString).isZero();
    }

    private List<String> predictions(String model, String data) {
        succeed("predict", "--model", folder.resolve(model).toString(), "--data", data);
        return command.out.toString().lines().toList();
    }

    @Test
    void controlChartsAreTrainedPredictedAndInspected() throws IOException {
        Path charts = folder.resolve("charts");
        SequenceFiles.controlCharts(charts, 30, 3);
        String model = folder.resolve("charts.zip").toString();
        succeed(
                "train",
                "--data",
                "sequences:" + charts,
                "--net",
                "lstm:6",
                "--passes",
                "3",
                "--batch",
                "8",
                "--model",
                model);
        assertThat(command.out.toString())
                .contains("Trained lstm:6 on sequences:" + charts + ": 24 sequences, 3 passes, 9 batches of up to 8")
                .contains(
                        "30 sequences of 30 to 40 steps and 1 column were read, without a header, so they are named x1,"
                                + " with one label for each sequence.")
                .contains("On 6 test sequences: test error ");

        List<String> lines = predictions("charts.zip", "sequences:" + charts);
        assertThat(lines).hasSize(31);
        assertThat(lines.get(0)).isEqualTo("sequence,class,p_kind0,p_kind1,p_kind2,p_kind3,p_kind4,p_kind5,entropy");
        assertThat(lines.get(3)).startsWith("2.csv,kind");
        assertThat(lines.get(11)).startsWith("10.csv,kind");
        double sum = Arrays.stream(lines.get(11).split(","))
                .skip(2)
                .limit(6)
                .mapToDouble(Double::parseDouble)
                .sum();
        assertThat(sum).isCloseTo(1, within(1e-4));

        succeed("inspect", model);
        assertThat(command.out.toString())
                .contains(
                        "LastTimeStep of LSTM",
                        "tanh",
                        "gaussian(scale=1.0)",
                        "sequences of 1 column",
                        "6 classes: kind0, kind1")
                .contains("with one label for the whole sequence");
    }

    @Test
    void aSequenceIsPredictedTheSameAloneAndAmongLongerOnes() throws IOException {
        Path levels = folder.resolve("levels");
        SequenceFiles.levels(levels, 12, 1);
        Path model = folder.resolve("levels.zip");
        succeed(
                "train",
                "--data",
                "sequences:" + levels,
                "--net",
                "rnn:5",
                "--passes",
                "4",
                "--batch",
                "4",
                "--model",
                model.toString());
        List<String> all = predictions("levels.zip", levels.toString());
        assertThat(all.get(0)).isEqualTo("sequence,step,mean,sd,epistemic_sd,aleatoric_sd,low_90,high_90");
        List<String> third =
                all.stream().filter(line -> line.startsWith("2.csv,")).toList();
        Path one = folder.resolve("one");
        Files.createDirectories(one.resolve("features"));
        // Without the label, and with columns in another order.
        List<String> rows = Files.readAllLines(levels.resolve("2.csv"));
        SequenceFiles.write(
                one.resolve("features"),
                "2.csv",
                rows.stream()
                        .map(row -> row.split(",")[1] + "," + row.split(",")[0])
                        .toArray(String[]::new));
        List<String> alone = predictions("levels.zip", "sequences:" + one);
        assertThat(alone).hasSize(rows.size());
        for (int step = 0; step < third.size(); step++) {
            assertThat(numbers(alone.get(step + 1))).containsExactly(numbers(third.get(step)), within(1e-4));
        }

        // The library and the normalizer in the file say the same.
        EpMultiLayerNetwork network = (EpMultiLayerNetwork) EpNetworks.load(model.toFile());
        NormalizerStandardize scale = ModelSerializer.restoreNormalizerFromFile(model.toFile());
        INDArray features = Nd4j.zeros(1, 2, rows.size() - 1);
        for (int step = 1; step < rows.size(); step++) {
            String[] cells = rows.get(step).split(",");
            features.putScalar(0, 0, step - 1, Double.parseDouble(cells[0]));
            features.putScalar(0, 1, step - 1, Double.parseDouble(cells[1]));
        }
        scale.transform(features);
        Prediction prediction = network.prediction(features);
        INDArray mean = prediction.mean().dup();
        scale.revertLabels(mean);
        for (int step = 0; step < third.size(); step++) {
            double[] cells = numbers(third.get(step));
            assertThat(cells[0]).isEqualTo(step + 1);
            assertThat(cells[1]).isCloseTo(mean.getDouble(0, 0, step), within(1e-3));
            assertThat(cells[2] * cells[2]).isCloseTo(cells[3] * cells[3] + cells[4] * cells[4], within(1e-3));
            assertThat(cells[5]).isCloseTo(cells[1] - 1.644854 * cells[2], within(1e-3));
            assertThat(cells[6]).isCloseTo(cells[1] + 1.644854 * cells[2], within(1e-3));
        }
    }

    @Test
    void aTrainingGoesOnWithTheSameBits() throws IOException {
        Path levels = folder.resolve("levels");
        SequenceFiles.levels(levels, 12, 1);
        String[] whole = {
            "train", "--data", "sequences:" + levels, "--net", "lstm:4", "--batch", "4", "--passes", "3", "--model", ""
        };
        String[] part = whole.clone();
        whole[10] = folder.resolve("whole.zip").toString();
        succeed(whole);
        part[8] = "1";
        part[10] = folder.resolve("part.zip").toString();
        succeed(part);
        part[8] = "3";
        String[] resumed = Arrays.copyOf(part, 12);
        resumed[11] = "--resume";
        succeed(resumed);
        assertThat(EpNetworks.load(folder.resolve("part.zip").toFile()).params())
                .isEqualTo(EpNetworks.load(folder.resolve("whole.zip").toFile()).params());

        for (int i = 0; i < 12; i++) {
            Path file = levels.resolve(i + ".csv");
            List<String> lines = Files.readAllLines(file);
            Files.write(file, lines.subList(0, lines.size() - 1));
        }
        resumed[8] = "4";
        assertThat(execute(resumed)).isEqualTo(2);
        assertThat(command.err.toString())
                .contains("Cannot resume: the training rows are not those that the checkpoint was trained on.");
    }

    /** All cells but the name of the sequence. */
    private static double[] numbers(String line) {
        return Arrays.stream(line.split(","))
                .skip(1)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Test
    void aComparisonShowsSeriesWithBandsAndIsReproducible() throws IOException {
        Path levels = folder.resolve("levels");
        SequenceFiles.levels(levels.resolve("train"), 24, 1);
        SequenceFiles.levels(levels.resolve("test"), 5, 2);
        String[] options = {
            "--data", "sequences:" + levels, "--net", "lstm:8", "--passes", "3", "--batch", "6", "--lr", "adam=0.01"
        };
        assertThat(command.compare(folder.resolve("a"), options))
                .as(command.err::toString)
                .isZero();
        assertThat(command.out.toString())
                .contains(
                        "29 sequences of 8 to 12 steps and 3 columns were read, named by the first line, with a label at"
                                + " every step.")
                .contains("ep ", "adam", "sgd", "rmse");
        assertThat(folder.resolve("a/series-ep-1.png")).isNotEmptyFile();
        assertThat(folder.resolve("a/series-adam-3.png")).isNotEmptyFile();
        assertThat(folder.resolve("a/series-ep-4.png")).doesNotExist();
        assertThat(Files.readString(folder.resolve("a/comparison.html")))
                .contains(
                        "24 training sequences and 5 test sequences of 2 inputs and up to 12 steps, with a label at every"
                                + " step, one number to predict")
                .contains("6 sequences");
        JsonNode runs = CommandRun.json(folder.resolve("a")).get("runs");
        // Predicting the mean of all levels has an error of some 6.
        double ep = runs.get(0).get("passes").get(2).get("rmse").asDouble();
        assertThat(ep).isBetween(0.4, 5.0);

        command = new CommandRun();
        assertThat(command.compare(folder.resolve("b"), options)).isZero();
        JsonNode again = CommandRun.json(folder.resolve("b")).get("runs");
        for (int run = 0; run < 3; run++) {
            assertThat(again.get(run).get("passes").get(2).get("rmse"))
                    .isEqualTo(runs.get(run).get("passes").get(2).get("rmse"));
        }
    }

    /** Both directions, and a graph, of sequences of different lengths. */
    @Test
    void definitionsInFilesAreTrained() throws IOException {
        Path levels = folder.resolve("levels");
        SequenceFiles.levels(levels, 10, 1);
        LSTM forward =
                new LSTM.Builder().nIn(2).nOut(3).activation(Activation.TANH).build();
        RnnOutputLayer output = new RnnOutputLayer.Builder(LossFunction.MSE)
                .nIn(6)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
        String list = new NeuralNetConfiguration.Builder()
                .list(new Bidirectional(forward), output)
                .build()
                .toJson();
        String graph = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("steps")
                .addLayer("both", new Bidirectional(forward), "steps")
                .addLayer("level", output, "both")
                .setOutputs("level")
                .build()
                .toJson();
        List<JsonNode> rmse = new ArrayList<>();
        for (String definition : List.of(list, graph)) {
            Path file = Files.writeString(folder.resolve("network.json"), definition);
            command = new CommandRun();
            assertThat(command.compare(
                            folder.resolve("out"),
                            "--data",
                            "sequences:" + levels,
                            "--net",
                            file.toString(),
                            "--passes",
                            "1",
                            "--trainers",
                            "ep,adam,adamw,dropout",
                            "--lr",
                            "0.02"))
                    .as(command.err::toString)
                    .isZero();
            JsonNode runs = CommandRun.json(folder.resolve("out")).get("runs");
            assertThat(runs).hasSize(4);
            assertThat(runs.get(1).get("options").get("units").asText()).isEqualTo("tanh");
            rmse.add(runs.get(0).get("passes").get(0).get("rmse"));
        }
        assertThat(rmse.get(1).asDouble()).isCloseTo(rmse.get(0).asDouble(), within(1e-3));

        Path wrong = Files.writeString(folder.resolve("network.json"), list.replace("\"nin\" : 2", "\"nin\" : 4"));
        assertThat(command.compare(folder.resolve("out"), "--data", "sequences:" + levels, "--net", wrong.toString()))
                .isEqualTo(2);
        assertThat(command.err.toString()).contains("network.json cannot run on the data's 2 inputs: ");
    }

    @Test
    void classesAtEveryStepAreScoredStepByStep() throws IOException {
        for (int i = 0; i < 10; i++) {
            String[] features = new String[5 + i % 3];
            String[] labels = new String[features.length];
            for (int t = 0; t < features.length; t++) {
                features[t] = String.valueOf((i * 7 + t * 3) % 5 - 1.5);
                labels[t] = (i * 7 + t * 3) % 5 > 1 ? "high" : "low";
            }
            SequenceFiles.write(folder.resolve("d/features"), i + ".csv", features);
            SequenceFiles.write(folder.resolve("d/labels"), i + ".csv", labels);
        }
        assertThat(command.compare(
                        folder.resolve("out"),
                        "--data",
                        "sequences:" + folder.resolve("d"),
                        "--net",
                        "rnn:4,3",
                        "--passes",
                        "16",
                        "--trainers",
                        "ep,adam,adamw,dropout,ensemble:2",
                        "--lr",
                        "0.01"))
                .as(command.err::toString)
                .isZero();
        JsonNode figures = CommandRun.json(folder.resolve("out"))
                .get("runs")
                .get(0)
                .get("passes")
                .get(15);
        // Two test sequences of 5 to 7 steps: the error is a whole number of steps.
        double steps = 0;
        for (int labels = 10; labels <= 14; labels++) {
            double wrong = figures.get("testError").asDouble() * labels;
            steps = Math.abs(wrong - Math.rint(wrong)) < 1e-9 ? labels : steps;
        }
        assertThat(steps).isPositive();
        assertThat(figures.get("testError").asDouble()).isLessThan(0.2);
        assertThat(figures.get("pointTestError").asDouble()).isLessThan(0.2);
        assertThat(figures.get("sampledTestError").asDouble()).isLessThan(0.3);
    }
}

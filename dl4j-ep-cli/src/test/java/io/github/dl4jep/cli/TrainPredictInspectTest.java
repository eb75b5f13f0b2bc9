package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.weight.WeightMoments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** From a CSV file to a model, to predictions in the label's units, and a look into the file. */
class TrainPredictInspectTest {
    @TempDir
    private static Path shared;

    private static final List<double[]> ROWS = new ArrayList<>();
    private static final CommandRun TRAINING = new CommandRun();
    private static Path houses;

    @TempDir
    private Path folder;

    private Path model;
    private CommandRun command = new CommandRun();

    /** price = 1000 (20 + 3 area + rooms) + noise of deviation 4000. */
    @BeforeAll
    static void writeHouses() throws IOException {
        StringBuilder text = new StringBuilder("area,price,rooms\n");
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            double area = 20 + 100 * random.nextDouble();
            double rooms = 1 + random.nextInt(5);
            double price = 1000 * (20 + 3 * area + rooms) + 4000 * random.nextGaussian();
            ROWS.add(new double[] {area, price, rooms});
            text.append(String.format(Locale.ROOT, "%s,%s,%s%n", area, price, rooms));
        }
        houses = Files.writeString(shared.resolve("houses.csv"), text);
        assertThat(TRAINING.execute(
                        "train",
                        "--data",
                        "csv:" + houses,
                        "--label",
                        "price",
                        "--net",
                        "mlp:20",
                        "--passes",
                        "20",
                        "--model",
                        shared.resolve("houses.zip").toString()))
                .as(TRAINING.err::toString)
                .isZero();
    }

    @BeforeEach
    void place() {
        model = folder.resolve("houses.zip");
    }

    private int execute(String... arguments) {
        command = new CommandRun();
        return command.execute(arguments);
    }

    /** A copy of the model that was trained once for all tests. */
    private void copyHouses() throws IOException {
        Files.copy(shared.resolve("houses.zip"), model);
    }

    private static double[] numbers(String line) {
        String[] cells = line.split(",");
        double[] numbers = new double[cells.length];
        for (int i = 0; i < cells.length; i++) {
            numbers[i] = Double.parseDouble(cells[i]);
        }
        return numbers;
    }

    @Test
    void aRegressionIsPredictedInTheUnitsOfItsLabel() throws IOException {
        copyHouses();
        assertThat(TRAINING.out.toString())
                .contains("Trained mlp:20 on csv:" + houses + ": 240 rows, 20 passes, 160 batches of up to 32;")
                .contains("On 60 test rows: RMSE ")
                .contains("Written to " + shared.resolve("houses.zip"));
        assertThat(TRAINING.err.toString()).contains("pass 20/20  8 batches");

        assertThat(execute("predict", "--model", model.toString(), "--data", houses.toString()))
                .isZero();

        List<String> lines = command.out.toString().lines().toList();
        assertThat(lines.get(0)).isEqualTo("row,mean,sd,epistemic_sd,aleatoric_sd,low_90,high_90");
        assertThat(lines).hasSize(301);
        int inside = 0;
        double squares = 0;
        for (int i = 0; i < ROWS.size(); i++) {
            double[] line = numbers(lines.get(i + 1));
            double error = ROWS.get(i)[1] - line[1];
            squares += error * error;
            inside += Math.abs(error) < 2 * line[2] ? 1 : 0;
            assertThat(line[0]).isEqualTo(i + 1);
            assertThat(line[2]).isCloseTo(Math.hypot(line[3], line[4]), within(line[2] * 1e-5));
        }
        assertThat(Math.sqrt(squares / 300)).isBetween(3500.0, 5500.0);
        assertThat(inside / 300.0).isBetween(0.9, 0.99);
    }

    @Test
    void columnsAreFoundByNameOrByPlace() throws IOException {
        copyHouses();
        Path named = Files.writeString(folder.resolve("named.csv"), "rooms,area\n3,70\n2,45.5\n");
        Path plain = Files.writeString(folder.resolve("plain.csv"), "70,3\n45.5,2\n");
        Path labelled = Files.writeString(folder.resolve("labelled.csv"), "70,?,3\n45.5,?,2\n");

        execute("predict", "--model", model.toString(), "--data", "csv:" + named);
        String expected = command.out.toString();
        assertThat(expected.lines()).hasSize(3);
        for (Path file : List.of(plain, labelled)) {
            assertThat(execute("predict", "--model", model.toString(), "--data", "csv:" + file))
                    .isZero();
            assertThat(command.out.toString()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "area,garden\\n1,2\\n|missing rooms, unknown garden",
                "area,rooms,area\\n1,2,3\\n|twice",
                "area,rooms\\n1,x\\n|row 1, column \"rooms\": \"x\" is not a finite number; a missing value is an empty cell, NA or ?",
                "area,rooms\\n1,2\\n3\\n|row 2: 1 cells, but the first line has 2",
                "1,2,3,4\\n|4 column(s) and no header",
                "area,rooms\\n|no rows below its header",
                "|is empty",
                "1e300,2\\n|too far from the training rows",
                "area,rooms\\n70,3\\n1,2e25\\n|bad.csv, row 2, column \"rooms\": ",
                "area,rooms\\n70,3\\n1,2e25\\n|E25 deviations from the mean of the training rows are too many for a prediction"
            })
    void rowsThatAreNotTheModelsAreRefused(String textAndMessage) throws IOException {
        String[] parts = textAndMessage.split("\\|");
        copyHouses();
        Path file = Files.writeString(folder.resolve("bad.csv"), parts[0].replace("\\n", "\n"));
        Path out = folder.resolve("out.csv");

        assertThat(execute("predict", "--model", model.toString(), "--data", file.toString(), "--out", out.toString()))
                .isEqualTo(2);

        assertThat(command.err.toString()).contains(parts[1]).endsWith(".\n");
        assertThat(command.err.toString().lines()).hasSize(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void dl4jReadsTheModelAndItsNormalizer() throws IOException {
        copyHouses();
        EpMultiLayerNetwork network = EpNetworks.load(model.toFile(), EpMultiLayerNetwork.class);
        NormalizerStandardize normalizer = ModelSerializer.restoreNormalizerFromFile(model.toFile());
        INDArray house = Nd4j.createFromArray(new float[][] {{70, 3}});
        normalizer.transform(house);

        Prediction prediction = network.predictor().predict(house);
        INDArray mean = prediction.mean().dup();
        normalizer.revertLabels(mean);

        Path named = Files.writeString(folder.resolve("named.csv"), "area,rooms\n70,3\n");
        execute("predict", "--model", model.toString(), "--data", named.toString());
        double printed = numbers(command.out.toString().lines().toList().get(1))[1];
        assertThat(mean.getDouble(0)).isCloseTo(printed, within(1.0));
        assertThat(MultiLayerNetwork.load(model.toFile(), false).output(house).getDouble(0))
                .isCloseTo(prediction.mean().getDouble(0), within(0.05));
    }

    @Test
    void inspectShowsLayersNoiseAndCounters() throws IOException {
        copyHouses();

        assertThat(execute("inspect", model.toString())).isZero();
        assertThat(command.out.toString())
                .contains("DenseLayer", "2x20", "relu", "gaussian(scale=", "OutputLayer", "20x1", "identity")
                .contains("81 weights and biases")
                .contains("160 batches in 20 complete passes")
                .contains("DL4J's STANDARDIZE")
                .contains("2 columns: (area - ")
                .contains("the number price, (price - ")
                .contains("dl4j-ep train --batch 32 --data csv:" + houses + " --label price --net mlp:20 --seed 1");

        assertThat(execute("inspect", "--json", model.toString())).isZero();
        JsonNode json = new ObjectMapper().readTree(command.out.toString());
        assertThat(json.get("weights").asInt()).isEqualTo(2 * 20 + 20 + 20 + 1);
        assertThat(json.at("/layers/0/shape").asText()).isEqualTo("2x20");
        assertThat(json.at("/position/passes").asInt()).isEqualTo(20);
        // The noise of the data has a deviation of 4000.
        assertThat(json.at("/outputs/0/noiseDeviation/0").asDouble()).isBetween(3000.0, 5500.0);
        assertThat(json.at("/outputs/0/labelUnits").asBoolean()).isTrue();
        assertThat(json.get("certainShare").asDouble())
                .isEqualTo(certainShare(EpNetworks.load(model.toFile(), EpMultiLayerNetwork.class)));
    }

    /** The share from the moments that predictions see. */
    private static double certainShare(EpMultiLayerNetwork network) {
        int certain = 0;
        int all = 0;
        for (Layer layer : network.getLayers()) {
            for (NamedPosterior array : PosteriorLayout.of(layer)) {
                WeightMoments moments = array.posterior().predictiveMoments();
                INDArray deviations =
                        Transforms.abs(moments.mean(), true).div(Transforms.sqrt(moments.variance(), true));
                all += deviations.length();
                certain += deviations.gt(2).castTo(DataType.INT32).sumNumber().intValue();
            }
        }
        return (double) certain / all;
    }

    @Test
    void aNetworkOfAProgramCanBeInspectedButNotPredictedWith() throws IOException {
        copyHouses();
        Path own = folder.resolve("own.zip");
        EpNetworks.load(model.toFile(), EpMultiLayerNetwork.class).save(own.toFile());

        assertThat(execute("inspect", own.toString())).isZero();
        assertThat(command.out.toString()).contains("none in the file").contains("units of the labels in training");
        assertThat(execute("predict", "--model", own.toString(), "--data", houses.toString()))
                .isEqualTo(2);
        assertThat(command.err.toString()).contains("does not say what its rows and outputs are");
    }

    @Test
    void aModelIsNotOverwrittenUnlessAskedFor() throws IOException {
        copyHouses();

        assertThat(execute("train", "--passes", "1", "--model", model.toString()))
                .isEqualTo(2);
        assertThat(command.err.toString())
                .contains("exists already")
                .contains("--resume")
                .contains("--overwrite");
        assertThat(execute("train", "--passes", "1", "--model", model.toString(), "--overwrite"))
                .isZero();
        assertThat(execute("train", "--passes", "2", "--model", model.toString(), "--resume"))
                .isZero();
        assertThat(command.err.toString()).contains("Resumed after batch 7.").contains("pass 2/2");
    }

    @Test
    void whatIsReadIsNotWrittenOver() throws IOException {
        copyHouses();
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), houses);
        byte[] rows = Files.readAllBytes(houses);
        byte[] trained = Files.readAllBytes(model);
        String lost = ", which would be lost; choose another file.\n";

        for (Path to : List.of(houses, link)) {
            assertThat(execute("train", "--data", "csv:" + houses, "--overwrite", "--model", to.toString()))
                    .isEqualTo(2);
            assertThat(command.err.toString())
                    .isEqualTo("Cannot write to --model " + to + ": it is the file of --data" + lost);
            assertThat(execute(
                            "predict",
                            "--model",
                            model.toString(),
                            "--data",
                            houses.toString(),
                            "--out",
                            to.toString()))
                    .isEqualTo(2);
            assertThat(command.err.toString())
                    .isEqualTo("Cannot write to --out " + to + ": it is the file of --data" + lost);
        }
        assertThat(execute(
                        "predict", "--model", model.toString(), "--data", houses.toString(), "--out", model.toString()))
                .isEqualTo(2);
        assertThat(command.err.toString())
                .isEqualTo("Cannot write to --out " + model + ": it is the file of --model" + lost);
        assertThat(houses).hasBinaryContent(rows);
        assertThat(model).hasBinaryContent(trained);
    }

    @Test
    void classesArePredictedWithProbabilitiesAndEntropy() throws IOException {
        execute("train", "--passes", "5", "--model", model.toString());
        Path flowers = Files.writeString(folder.resolve("flowers.csv"), "5.1,3.5,1.4,0.2\n6.0,3.0,4.8,1.8\n");
        Path out = folder.resolve("out.csv");

        assertThat(execute(
                        "predict", "--model", model.toString(), "--data", flowers.toString(), "--out", out.toString()))
                .isZero();

        List<String> lines = Files.readAllLines(out);
        assertThat(lines.get(0)).isEqualTo("row,class,p_setosa,p_versicolor,p_virginica,entropy");
        assertThat(lines.get(1)).startsWith("1,setosa,");
        for (String line : lines.subList(1, 3)) {
            String[] cells = line.split(",");
            double entropy = 0;
            double sum = 0;
            for (int c = 2; c < 5; c++) {
                double p = Double.parseDouble(cells[c]);
                sum += p;
                entropy -= p > 0 ? p * Math.log(p) : 0;
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
            assertThat(Double.parseDouble(cells[5])).isCloseTo(entropy, within(1e-4));
        }
        assertThat(numbers(lines.get(2).replace("versicolor", "0").replace("virginica", "0"))[5])
                .isGreaterThan(Double.parseDouble(lines.get(1).split(",")[5]));
    }

    @Test
    void digitsOfAnIdxFileArePredictedAsInTraining() throws IOException {
        Path source = Path.of(System.getProperty("dl4jep.data.dir", "../../shared/data"), "mnist");
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.isDirectory(source),
                () -> "Looked for " + source + "; -Ddl4jep.data.dir=DIR says where the data is.");
        Path mnist = folder.resolve("data/mnist");
        MnistExcerpt.write(source, mnist, 100, 50);
        assertThat(execute(
                        "train",
                        "--data",
                        "mnist",
                        "--data-dir",
                        folder.resolve("data").toString(),
                        "--net",
                        "lenet",
                        "--passes",
                        "1",
                        "--batch",
                        "25",
                        "--model",
                        model.toString()))
                .as(command.err::toString)
                .isZero();
        String summary = command.out.toString();

        assertThat(execute(
                        "predict",
                        "--model",
                        model.toString(),
                        "--data",
                        mnist.resolve("t10k-images-idx3-ubyte.gz").toString()))
                .isZero();

        List<String> lines = command.out.toString().lines().toList();
        assertThat(lines).hasSize(51);
        byte[] labels = new java.util.zip.GZIPInputStream(
                        Files.newInputStream(mnist.resolve("t10k-labels-idx1-ubyte.gz")))
                .readAllBytes();
        int wrong = 0;
        for (int i = 0; i < 50; i++) {
            wrong += Integer.parseInt(lines.get(i + 1).split(",")[1]) == labels[8 + i] ? 0 : 1;
        }
        assertThat(summary).contains(String.format(Locale.ROOT, "test error %.2f %%", wrong / 0.5));
        assertThat(execute("inspect", model.toString())).isZero();
        assertThat(command.out.toString())
                .contains("ConvolutionLayer", "1,256,080 weights and biases", "images of 28x28x1");
    }
}

package io.github.dl4jep.cli.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.Main;
import io.github.dl4jep.cli.model.SavedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import picocli.CommandLine;

/**
 * One thousand seeded damages to every kind of input. Whatever comes, the command says one sentence and ends with 2, or the input is still
 * valid and it ends with 0; what it was to write is there as a whole or not at all.
 */
class DamagedInputsTest {
    private static final int DAMAGES = 1000;
    /** Another number gives other damages: -Ddl4jep.damage.seed=5000. */
    private static final int FIRST_SEED = Integer.getInteger("dl4jep.damage.seed", 0);

    @TempDir
    private Path folder;

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();

    /** A kind of input: the file, and the command that reads it. */
    private record Input(String name, Path file, String how, String... command) {}

    private List<Input> inputs = List.of();

    @BeforeEach
    void writeWholeInputs() throws IOException {
        Path flowers = write("flowers.csv", flowers());
        Path houses = write("houses.csv", houses());
        Path layers = write("layers.json", layers());
        Path graph = write("graph.json", graph());
        Path digits = Files.createDirectories(folder.resolve("data/mnist"));
        writeDigits(digits);
        Path classes = folder.resolve("classes.zip");
        Path number = folder.resolve("number.zip");
        Path pixels = folder.resolve("pixels.zip");
        Path ofGraph = folder.resolve("graph.zip");
        succeed("train", "--data", "csv:" + flowers, "--net", "mlp:3", "--passes", "1", "--model", classes.toString());
        succeed("train", "--data", "csv:" + houses, "--net", "mlp:3", "--passes", "1", "--model", number.toString());
        succeed(
                "train",
                "--data",
                "csv:" + flowers,
                "--net",
                graph.toString(),
                "--passes",
                "1",
                "--model",
                ofGraph.toString());
        succeed(
                "train",
                "--data",
                "mnist",
                "--data-dir",
                folder.resolve("data").toString(),
                "--net",
                "mlp:2",
                "--passes",
                "1",
                "--batch",
                "8",
                "--model",
                pixels.toString());
        String out = folder.resolve("out").resolve("out.zip").toString();
        String csv = folder.resolve("out").resolve("out.csv").toString();
        String data = folder.resolve("data").toString();
        inputs = List.of(
                new Input(
                        "train csv classes",
                        flowers,
                        "text",
                        "train",
                        "--data",
                        "csv:" + flowers,
                        "--net",
                        "mlp:2",
                        "--passes",
                        "1",
                        "--model",
                        out,
                        "--overwrite"),
                new Input(
                        "train csv number",
                        houses,
                        "text",
                        "train",
                        "--data",
                        "csv:" + houses,
                        "--net",
                        "mlp:2",
                        "--passes",
                        "1",
                        "--model",
                        out,
                        "--overwrite"),
                new Input(
                        "train definition",
                        layers,
                        "text",
                        "train",
                        "--data",
                        "csv:" + flowers,
                        "--net",
                        layers.toString(),
                        "--passes",
                        "1",
                        "--model",
                        out,
                        "--overwrite"),
                new Input(
                        "train graph",
                        graph,
                        "text",
                        "train",
                        "--data",
                        "csv:" + flowers,
                        "--net",
                        graph.toString(),
                        "--passes",
                        "1",
                        "--model",
                        out,
                        "--overwrite"),
                new Input(
                        "train images",
                        digits.resolve("train-images-idx3-ubyte.gz"),
                        "bytes",
                        "train",
                        "--data",
                        "mnist",
                        "--data-dir",
                        data,
                        "--net",
                        "mlp:2",
                        "--passes",
                        "1",
                        "--model",
                        out,
                        "--overwrite"),
                new Input(
                        "train labels",
                        digits.resolve("train-labels-idx1-ubyte.gz"),
                        "bytes",
                        "train",
                        "--data",
                        "mnist",
                        "--data-dir",
                        data,
                        "--net",
                        "mlp:2",
                        "--passes",
                        "1",
                        "--model",
                        out,
                        "--overwrite"),
                new Input(
                        "train resume",
                        classes,
                        "zip",
                        "train",
                        "--data",
                        "csv:" + flowers,
                        "--net",
                        "mlp:3",
                        "--passes",
                        "2",
                        "--model",
                        classes.toString(),
                        "--resume"),
                new Input(
                        "predict csv",
                        flowers,
                        "text",
                        "predict",
                        "--model",
                        classes.toString(),
                        "--data",
                        flowers.toString(),
                        "--out",
                        csv),
                new Input(
                        "predict number",
                        houses,
                        "text",
                        "predict",
                        "--model",
                        number.toString(),
                        "--data",
                        houses.toString(),
                        "--out",
                        csv),
                new Input(
                        "predict idx",
                        digits.resolve("t10k-images-idx3-ubyte"),
                        "bytes",
                        "predict",
                        "--model",
                        pixels.toString(),
                        "--data",
                        digits.resolve("t10k-images-idx3-ubyte").toString(),
                        "--out",
                        csv),
                new Input(
                        "predict model",
                        number,
                        "zip",
                        "predict",
                        "--model",
                        number.toString(),
                        "--data",
                        houses.toString(),
                        "--out",
                        csv),
                new Input(
                        "predict graph model",
                        ofGraph,
                        "zip",
                        "predict",
                        "--model",
                        ofGraph.toString(),
                        "--data",
                        flowers.toString(),
                        "--out",
                        csv),
                new Input("inspect", classes, "zip", "inspect", classes.toString()),
                new Input("inspect pixels", pixels, "zip", "inspect", "--json", pixels.toString()),
                new Input(
                        "compare csv",
                        flowers,
                        "text",
                        "compare",
                        "--data",
                        "csv:" + flowers,
                        "--net",
                        "mlp:2",
                        "--passes",
                        "1",
                        "--trainers",
                        "ep,adam",
                        "--out",
                        folder.resolve("out").toString()),
                new Input(
                        "compare definition",
                        layers,
                        "text",
                        "compare",
                        "--data",
                        "csv:" + flowers,
                        "--net",
                        layers.toString(),
                        "--passes",
                        "1",
                        "--trainers",
                        "ep,adam",
                        "--out",
                        folder.resolve("out").toString()));
    }

    @Test
    @Timeout(900)
    void everyDamageIsOneSentenceOrHarmless(TestReporter reporter) throws IOException {
        for (int seed = FIRST_SEED; seed < FIRST_SEED + DAMAGES; seed++) {
            run(seed, inputs.get(seed % inputs.size()));
        }
        reporter.publishEntry("exit codes", outcomes.toString());

        assertThat(failures).as("exit codes: %s", outcomes).isEmpty();
        assertThat(outcomes.get("2")).isGreaterThan(DAMAGES / 2);
        assertThat(outcomes.get("0")).isGreaterThan(DAMAGES / 50);
    }

    private void run(int seed, Input input) throws IOException {
        byte[] whole = Files.readAllBytes(input.file());
        Files.createDirectories(folder.resolve("out"));
        damage(seed, input, whole);
        StringWriter err = new StringWriter();
        long start = System.nanoTime();
        int code = -1;
        try {
            code = execute(err, input.command());
        } catch (Throwable e) { // the point of the test
            err.append(e.toString());
        }
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        outcomes.merge(String.valueOf(code), 1, Integer::sum);
        String problem = problem(code, err.toString(), seconds);
        if (!problem.isEmpty()) {
            failures.add("seed " + seed + ", " + input.name() + ": " + problem + "\n" + err);
        }
        restore(input, whole);
    }

    private void damage(int seed, Input input, byte[] whole) throws IOException {
        Random random = new Random(seed);
        // Without its files MNIST would be looked for elsewhere.
        int kind = List.of(input.command()).contains("mnist") ? 2 : random.nextInt(40);
        Files.delete(input.file());
        if (kind == 0) {
            Files.createDirectory(input.file());
        } else if (kind > 1) {
            Damage damage = new Damage(seed);
            byte[] damaged = switch (input.how()) {
                case "text" -> damage.text(whole);
                case "zip" -> damage.zip(whole);
                default -> damage.bytes(whole);
            };
            Files.write(input.file(), damaged);
        }
    }

    private String problem(int code, String err, long seconds) throws IOException {
        if (code != 0 && code != 2) {
            return "exit code " + code;
        }
        if (seconds > 60) {
            return seconds + " seconds";
        }
        List<String> lines = err.lines().toList();
        if (code == 2
                && (lines.isEmpty()
                        || !lines.get(lines.size() - 1).endsWith(".")
                        || lines.get(lines.size() - 1).isBlank())) {
            return "no sentence";
        }
        if (err.contains("\tat ") || err.contains("Internal error")) {
            return "a stack trace";
        }
        if (code == 2
                && lines.stream()
                                .filter(line -> !line.startsWith("pass ") && !line.startsWith("Resumed "))
                                .count()
                        > 1) {
            return "more than one sentence";
        }
        return problemOfOutput(code);
    }

    /** What is written is whole; after an error nothing is. */
    private String problemOfOutput(int code) throws IOException {
        List<Path> written = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            files.filter(Files::isRegularFile).forEach(written::add);
        }
        for (Path file : written) {
            String name = String.valueOf(file.getFileName());
            boolean checkpoint = name.startsWith("batch-");
            if (code == 2 && !checkpoint || name.endsWith(".tmp")) {
                return "left " + name;
            }
            if (name.endsWith(".zip")) {
                try {
                    SavedModel.read(file);
                } catch (RuntimeException e) {
                    return name + " cannot be read: " + e.getMessage();
                }
            }
            if (name.endsWith(".csv") && Files.readAllLines(file).size() < 2) {
                return name + " is cut off";
            }
        }
        return "";
    }

    private void restore(Input input, byte[] whole) throws IOException {
        Files.deleteIfExists(input.file());
        Files.write(input.file(), whole);
        for (Path out : List.of(folder.resolve("out"), folder.resolve("classes.zip.checkpoints"))) {
            if (Files.exists(out)) {
                try (Stream<Path> files = Files.walk(out)) {
                    files.sorted((a, b) -> b.compareTo(a))
                            .forEach(file -> file.toFile().delete());
                }
            }
        }
    }

    private void succeed(String... arguments) {
        StringWriter err = new StringWriter();
        assertThat(execute(err, arguments))
                .as(() -> Arrays.toString(arguments) + err)
                .isZero();
    }

    private static int execute(StringWriter err, String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(new StringWriter()));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String flowers() {
        StringBuilder text = new StringBuilder("length,width,colour,name\n");
        Random random = new Random(1);
        for (int row = 0; row < 24; row++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%.2f,%.2f,%d,%s%n",
                    row % 3 + random.nextGaussian() / 4,
                    random.nextGaussian(),
                    row % 5,
                    List.of("rose", "lily", "\"big, daisy\"").get(row % 3)));
        }
        return text.toString();
    }

    private static String houses() {
        StringBuilder text = new StringBuilder("rooms,area,price\n");
        Random random = new Random(2);
        for (int row = 0; row < 24; row++) {
            double area = 50 + 100 * random.nextDouble();
            text.append(String.format(
                    Locale.ROOT, "%d,%.1f,%.0f%n", 1 + row % 6, area, 3000 * area + 10_000 * random.nextGaussian()));
        }
        return text.toString();
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder()
                .nIn(3)
                .nOut(4)
                .activation(Activation.TANH)
                .build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder()
                .nIn(4)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static String layers() {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(dense())
                .layer(output())
                .build()
                .toJson();
    }

    private static String graph() {
        return new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", dense(), "in")
                .addLayer("out", output(), "hidden")
                .setOutputs("out")
                .build()
                .toJson();
    }

    private static void writeDigits(Path mnist) throws IOException {
        byte[] train = idx(0x03, new int[] {16, 3, 3}, 256);
        byte[] test = idx(0x03, new int[] {6, 3, 3}, 256);
        gzip(mnist.resolve("train-images-idx3-ubyte.gz"), train);
        gzip(mnist.resolve("train-labels-idx1-ubyte.gz"), idx(0x01, new int[] {16}, 10));
        gzip(mnist.resolve("t10k-images-idx3-ubyte.gz"), test);
        gzip(mnist.resolve("t10k-labels-idx1-ubyte.gz"), idx(0x01, new int[] {6}, 10));
        Files.write(mnist.resolve("t10k-images-idx3-ubyte"), test);
    }

    private static void gzip(Path file, byte[] bytes) throws IOException {
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(bytes);
        }
    }

    private static byte[] idx(int rank, int[] dimensions, int bound) {
        int size = Arrays.stream(dimensions).reduce(1, (a, b) -> a * b);
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dimensions.length + size);
        bytes.putInt(0x0800 + rank);
        Arrays.stream(dimensions).forEach(bytes::putInt);
        Random random = new Random(size);
        while (bytes.hasRemaining()) {
            bytes.put((byte) random.nextInt(bound));
        }
        return bytes.array();
    }

    @Test
    void definitionsNestedTooDeeplyAndOfAbsurdSizeAreRefused() throws IOException {
        Path flowers = folder.resolve("flowers.csv");
        Path deep = write("deep.json", "[".repeat(200_000));
        Path wide = write(
                "wide.json",
                layers().replace("\"nout\" : 4", "\"nout\" : 2000000000")
                        .replace("\"nin\" : 4", "\"nin\" : 2000000000"));
        for (Path definition : List.of(deep, wide)) {
            StringWriter err = new StringWriter();

            int code = execute(
                    err,
                    "train",
                    "--data",
                    "csv:" + flowers,
                    "--net",
                    definition.toString(),
                    "--model",
                    folder.resolve("no.zip").toString());

            assertThat(code).as(err::toString).isEqualTo(2);
            assertThat(err.toString().lines()).hasSize(1);
        }
        assertThat(folder.resolve("no.zip")).doesNotExist();
    }

    @Test
    void anEntryThatGrowsWithoutEndIsRefused() throws IOException {
        Path classes = folder.resolve("classes.zip");
        Map<String, byte[]> entries = Damage.entries(Files.readAllBytes(classes));
        entries.put("configuration.json", " ".repeat(101_000_000).getBytes(StandardCharsets.UTF_8));
        Path bomb = Files.write(folder.resolve("bomb.zip"), Damage.zipped(entries));
        StringWriter err = new StringWriter();

        assertThat(execute(err, "inspect", bomb.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("configuration.json has 101000000 bytes, allowed: up to 100000000");
    }
}

package io.github.dl4jep.cli.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.Main;
import io.github.dl4jep.cli.model.SavedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Seeded damages to every kind of input, a thousand in the long run. Whatever comes, the command says one sentence and ends with 2, or the input is still
 * valid and it ends with 0; what it was to write is there as a whole or not at all.
 */
class DamagedInputsTest {
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
        Path flowers = write("flowers.csv", WholeInputs.flowers());
        Path houses = write("houses.csv", WholeInputs.houses());
        Path layers = write("layers.json", WholeInputs.layers());
        Path graph = write("graph.json", WholeInputs.graph());
        Path digits = Files.createDirectories(folder.resolve("data/mnist"));
        WholeInputs.writeDigits(digits);
        Path classes = folder.resolve("classes.zip");
        Path number = folder.resolve("number.zip");
        Path pixels = folder.resolve("pixels.zip");
        Path ofGraph = folder.resolve("graph.zip");
        String data = folder.resolve("data").toString();
        succeed(words(train(flowers, "mlp:3", classes.toString())));
        succeed(words(train(houses, "mlp:3", number.toString())));
        succeed(words(train(flowers, graph, ofGraph.toString())));
        succeed(words("train --data mnist --data-dir " + data + " --net mlp:2 --passes 1 --batch 8 --model " + pixels));
        String out = folder.resolve("out").resolve("out.zip").toString();
        String csv = folder.resolve("out").resolve("out.csv").toString();
        String to = folder.resolve("out").toString();
        String digitsTrain =
                "train --data mnist --data-dir " + data + " --net mlp:2 --passes 1 --overwrite --model " + out;
        Path images = digits.resolve("train-images-idx3-ubyte.gz");
        Path labels = digits.resolve("train-labels-idx1-ubyte.gz");
        Path idx = digits.resolve("t10k-images-idx3-ubyte");
        inputs = List.of(
                input("train csv classes", flowers, "text", train(flowers, "mlp:2", out)),
                input("train csv number", houses, "text", train(houses, "mlp:2", out)),
                input("train definition", layers, "text", train(flowers, layers, out)),
                input("train graph", graph, "text", train(flowers, graph, out)),
                input("train images", images, "bytes", digitsTrain),
                input("train labels", labels, "bytes", digitsTrain),
                input(
                        "train resume",
                        classes,
                        "zip",
                        "train --data csv:" + flowers + " --net mlp:3 --passes 2 --resume --model " + classes),
                input("predict csv", flowers, "text", predict(classes, flowers, csv)),
                input("predict number", houses, "text", predict(number, houses, csv)),
                input("predict idx", idx, "bytes", predict(pixels, idx, csv)),
                input("predict model", number, "zip", predict(number, houses, csv)),
                input("predict graph model", ofGraph, "zip", predict(ofGraph, flowers, csv)),
                input("inspect", classes, "zip", "inspect " + classes),
                input("inspect pixels", pixels, "zip", "inspect --json " + pixels),
                input("compare csv", flowers, "text", compare(flowers, "mlp:2", to)),
                input("compare definition", layers, "text", compare(flowers, layers, to)));
    }

    private static Input input(String name, Path file, String how, String command) {
        return new Input(name, file, how, words(command));
    }

    private static String train(Path rows, Object network, String model) {
        return "train --data csv:" + rows + " --net " + network + " --passes 1 --overwrite --model " + model;
    }

    private static String predict(Path model, Path rows, String table) {
        return "predict --model " + model + " --data " + rows + " --out " + table;
    }

    private static String compare(Path rows, Object network, String out) {
        return "compare --data csv:" + rows + " --net " + network + " --passes 1 --trainers ep,adam --out " + out;
    }

    /** The arguments of a command without spaces in them; the folder of a test has none. */
    private static String[] words(String command) {
        return command.split(" ", -1);
    }

    @Test
    @Timeout(900)
    void everyDamageIsOneSentenceOrHarmless(TestReporter reporter) throws IOException {
        damage(64, reporter);
    }

    @Test
    @Tag("long-running-test")
    @Timeout(900)
    void everyOneOfAThousandDamagesIsOneSentenceOrHarmless(TestReporter reporter) throws IOException {
        damage(1000, reporter);
    }

    private void damage(int damages, TestReporter reporter) throws IOException {
        for (int seed = FIRST_SEED; seed < FIRST_SEED + damages; seed++) {
            run(seed, inputs.get(seed % inputs.size()));
        }
        reporter.publishEntry("exit codes", outcomes.toString());

        assertThat(failures).as("exit codes: %s", outcomes).isEmpty();
        assertThat(outcomes.get("2")).isGreaterThan(damages / 2);
        assertThat(outcomes.get("0")).isGreaterThan(damages / 50);
    }

    private void run(int seed, Input input) throws IOException {
        byte[] whole = Files.readAllBytes(input.file());
        Files.createDirectories(folder.resolve("out"));
        damage(seed, input, whole);
        StringWriter err = new StringWriter();
        int code = -1;
        try {
            code = execute(err, input.command());
        } catch (Throwable e) { // the point of the test
            err.append(e.toString());
        }
        outcomes.merge(String.valueOf(code), 1, Integer::sum);
        String problem = problem(code, err.toString());
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

    private String problem(int code, String err) throws IOException {
        if (code != 0 && code != 2) {
            return "exit code " + code;
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
            if (name.endsWith(".csv") && Files.readString(file).contains("NaN")) {
                return name + " holds NaN";
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

    @Test
    void definitionsNestedTooDeeplyAndOfAbsurdSizeAreRefused() throws IOException {
        Path flowers = folder.resolve("flowers.csv");
        Path deep = write("deep.json", "[".repeat(200_000));
        Path wide = write(
                "wide.json",
                WholeInputs.layers()
                        .replace("\"nout\" : 4", "\"nout\" : 2000000000")
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

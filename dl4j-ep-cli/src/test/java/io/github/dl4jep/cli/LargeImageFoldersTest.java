package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** A comparison on as many images as CIFAR-10 has: what it takes of memory, and of time beside training. */
class LargeImageFoldersTest {
    /** Fewer are for a quick look: -Ddl4jep.images=6000. */
    private static final int IMAGES = Integer.getInteger("dl4jep.images", 60_000);

    private static final int TEST = IMAGES / 6;
    private static final int CLASSES = 10;
    private static final int SIZE = 32;
    private static final long THREE_GIGABYTES_IN_KB = 3L << 20;

    @TempDir
    private Path folder;

    /** Runs the command and says how much memory the program took at most, in kB. */
    public static final class Measured {
        private Measured() {}

        public static void main(String[] arguments) throws IOException {
            int code = Main.commandLine().execute(arguments);
            Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .forEach(System.out::println);
            System.exit(code);
        }
    }

    @Test
    @Tag("long-running-test")
    void comparingSixtyThousandImagesTakesLittleMemoryAndTimeBesideTraining(TestReporter reporter)
            throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "This system does not say what memory a program takes.");
        Path data = folder.resolve("data");
        write(data.resolve("train"), IMAGES - TEST);
        write(data.resolve("test"), TEST);
        Path out = folder.resolve("out");
        Path log = folder.resolve("log.txt");
        long start = System.nanoTime();

        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-Dorg.bytedeco.javacpp.maxbytes=2g",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=3g",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Measured.class.getName(),
                        "compare",
                        "--data",
                        "images:" + data,
                        "--net",
                        "lenet",
                        "--trainers",
                        "ep,adam",
                        "--passes",
                        "1",
                        "--batch",
                        "64",
                        "--out",
                        out.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();

        assertThat(process.waitFor()).as(() -> read(log)).isZero();
        double wall = (System.nanoTime() - start) / 1e9;
        JsonNode json = CommandRun.json(out);
        double training = 0;
        for (JsonNode run : json.get("runs")) {
            training += run.at("/passes/0/trainSeconds").asDouble();
            assertThat(run.at("/passes/0/testError").asDouble()).isLessThan(0.5);
        }
        long memory = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        reporter.publishEntry("seconds", wall + ", of training " + training);
        reporter.publishEntry("memory", memory / 1024 + " MB");
        assertThat(memory).isBetween(1L, THREE_GIGABYTES_IN_KB);
        assertThat(wall - training).as("of %s s", wall).isLessThan(wall / 4);
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Noise with a bright bar whose place is the class. */
    private static void write(Path half, int images) throws IOException {
        Random random = new Random(images);
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < images; i++) {
            int label = i % CLASSES;
            Path folder = half.resolve("class" + label);
            if (i < CLASSES) {
                Files.createDirectories(folder);
            }
            for (int y = 0; y < SIZE; y++) {
                int bright = y / 3 == label ? 0x606060 : 0;
                for (int x = 0; x < SIZE; x++) {
                    image.setRGB(x, y, (random.nextInt() & 0x7F7F7F) + bright);
                }
            }
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
    }
}

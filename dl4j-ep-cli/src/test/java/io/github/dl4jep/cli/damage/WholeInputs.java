package io.github.dl4jep.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;

/** Small data and definitions as they should be. */
final class WholeInputs {

    private WholeInputs() {}

    static String flowers() {
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

    static String houses() {
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

    static String layers() {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(dense())
                .layer(output())
                .build()
                .toJson();
    }

    static String graph() {
        return new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", dense(), "in")
                .addLayer("out", output(), "hidden")
                .setOutputs("out")
                .build()
                .toJson();
    }

    static void writeDigits(Path mnist) throws IOException {
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
}

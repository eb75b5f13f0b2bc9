package io.github.dl4jep.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Four measures and three classes, made up, and definitions for them. */
final class Flowers {

    private static final double[][] CENTRES = {{5, 3.4, 1.5, 0.2}, {5.9, 2.8, 4.3, 1.3}, {6.6, 3, 5.6, 2.1}};

    private Flowers() {}

    /** A CSV file of four numbers and a class number a row. */
    static Path csv(Path file, int rows, long seed) throws IOException {
        Random random = new Random(seed);
        List<String> lines =
                IntStream.range(0, rows).mapToObj(row -> line(row % 3, random)).toList();
        return Files.write(file, lines);
    }

    private static String line(int label, Random random) {
        double[] x = measures(label, random);
        return String.format(Locale.ROOT, "%.2f,%.2f,%.2f,%.2f,%d", x[0], x[1], x[2], x[3], label);
    }

    private static double[] measures(int label, Random random) {
        double[] measures = CENTRES[label].clone();
        for (int i = 0; i < measures.length; i++) {
            measures[i] += 0.25 * random.nextGaussian();
        }
        return measures;
    }

    /** Centred features and one-hot labels. */
    static DataSet data(int rows, long seed) {
        Random random = new Random(seed);
        float[][] features = new float[rows][4];
        float[][] labels = new float[rows][3];
        for (int row = 0; row < rows; row++) {
            double[] measures = measures(row % 3, random);
            for (int i = 0; i < 4; i++) {
                features[row][i] = (float) (measures[i] - CENTRES[1][i]);
            }
            labels[row][row % 3] = 1;
        }
        return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
    }

    static DataSetIterator batches(DataSet data) {
        return new ViewIterator(data, 30);
    }

    static MultiLayerConfiguration layers() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(hidden())
                .layer(output())
                .build();
    }

    static ComputationGraphConfiguration graph() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs("flower")
                .addLayer("hidden", hidden(), "flower")
                .addLayer("species", output(), "hidden")
                .setOutputs("species")
                .build();
    }

    private static DenseLayer hidden() {
        return new DenseLayer.Builder()
                .nIn(4)
                .nOut(16)
                .activation(Activation.RELU)
                .build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(16)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }
}

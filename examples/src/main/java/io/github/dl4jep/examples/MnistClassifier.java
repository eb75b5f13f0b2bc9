package io.github.dl4jep.examples;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.util.Locale;
import org.deeplearning4j.datasets.iterator.impl.MnistDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Handwritten digits in one pass, and which predictions to doubt. */
public final class MnistClassifier {

    private static final int TRAINING_IMAGES = 60_000;
    private static final int TEST_IMAGES = 10_000;
    private static final int BATCH = 128;
    private static final int SEED = 1;

    private MnistClassifier() {}

    /**
     * How good the predictions are, and how sure.
     *
     * @param accuracy share of test images classified right
     * @param entropyOfRight mean entropy of the predictions that are right, in nats
     * @param entropyOfWrong mean entropy of those that are wrong
     */
    record Result(double accuracy, double entropyOfRight, double entropyOfWrong) {}

    /**
     * Runs the example.
     *
     * @param arguments number of training images, and the folder of the four IDX files (not gzipped); without a folder DL4J
     *     downloads them
     * @throws IOException if the files cannot be read or downloaded
     */
    public static void main(String[] arguments) throws IOException {
        int images = arguments.length > 0 ? Integer.parseInt(arguments[0]) : TRAINING_IMAGES;
        Result result = run(images, TEST_IMAGES, arguments.length > 1 ? new File(arguments[1]) : null);
        System.out.printf(
                Locale.ROOT,
                "%.2f %% right after one pass over %d images; mean entropy %.3f nats where right, %.3f where wrong%n",
                100 * result.accuracy(),
                images,
                result.entropyOfRight(),
                result.entropyOfWrong());
    }

    /**
     * Learns and evaluates.
     *
     * @param trainingImages how many images to learn from
     * @param testImages how many to evaluate on
     * @param folder of the IDX files, or null for DL4J's own
     * @return the result
     * @throws IOException if the files cannot be read or downloaded
     */
    static Result run(int trainingImages, int testImages, @Nullable File folder) throws IOException {
        DataSetIterator train = new MnistDataSetIterator(BATCH, trainingImages, false, true, true, SEED, folder);
        DataSetIterator test = new MnistDataSetIterator(1000, testImages, false, false, false, SEED, folder);
        NormalizerStandardize normalizer = new NormalizerStandardize();
        normalizer.fit(train);
        train.setPreProcessor(normalizer);
        test.setPreProcessor(normalizer);

        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .activation(Activation.RELU)
                .list()
                .layer(new DenseLayer.Builder().nIn(28 * 28).nOut(300).build())
                .layer(new DenseLayer.Builder().nIn(300).nOut(100).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(100)
                        .nOut(10)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(configuration);
        network.setListeners(new ScoreIterationListener(50));
        network.fit(train);

        return evaluate(network, test);
    }

    private static Result evaluate(EpMultiLayerNetwork network, DataSetIterator test) {
        Evaluation evaluation = new Evaluation(10);
        double[] entropy = new double[2];
        int[] count = new int[2];
        while (test.hasNext()) {
            DataSet batch = test.next();
            Prediction prediction = network.predictor().predict(batch.getFeatures());
            evaluation.eval(batch.getLabels(), prediction.probabilities());
            INDArray guessed = prediction.probabilities().argMax(1);
            INDArray labels = batch.getLabels().argMax(1);
            for (int row = 0; row < batch.numExamples(); row++) {
                int wrong = guessed.getInt(row) == labels.getInt(row) ? 0 : 1;
                entropy[wrong] += prediction.entropy().getDouble(row);
                count[wrong]++;
            }
        }
        return new Result(evaluation.accuracy(), entropy[0] / count[0], entropy[1] / count[1]);
    }
}

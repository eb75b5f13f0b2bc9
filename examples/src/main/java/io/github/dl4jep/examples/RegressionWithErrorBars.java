package io.github.dl4jep.examples;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.util.Locale;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.FileSplit;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.SplitTestAndTrain;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A curve from noisy points, with error bars: the noise is learned, and what the weights add grows outside the points. (It does not in
 * gaps between points: the posterior of each weight is independent of the others.)
 */
public final class RegressionWithErrorBars {

    private static final int BATCH = 20;
    private static final int SEED = 3;
    /** Half the width of a 95 % interval, in standard deviations. */
    private static final double NINETY_FIVE = 1.96;

    private RegressionWithErrorBars() {}

    /**
     * What was learned.
     *
     * @param network the network
     * @param test rows held out
     */
    record Fit(EpMultiLayerNetwork network, DataSet test) {

        /** Mean and the two parts of the variance, at some inputs. */
        Prediction at(double... inputs) {
            return network.predictor()
                    .predict(
                            Nd4j.createFromArray(inputs).castTo(Nd4j.dataType()).reshape(inputs.length, 1));
        }

        /** Share of the held out rows inside their 95 % interval. */
        double coverage() {
            Prediction prediction = network.predictor().predict(test.getFeatures());
            int inside = 0;
            for (int row = 0; row < test.numExamples(); row++) {
                double error =
                        test.getLabels().getDouble(row) - prediction.mean().getDouble(row);
                double deviation = Math.sqrt(prediction.variance().getDouble(row));
                inside += Math.abs(error) <= NINETY_FIVE * deviation ? 1 : 0;
            }
            return (double) inside / test.numExamples();
        }
    }

    /**
     * Runs the example.
     *
     * @param arguments the CSV file of inputs and targets, if it is another than examples/data/waves.csv
     * @throws IOException if the file cannot be read
     * @throws InterruptedException as DataVec says
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Fit fit = run(new File(arguments.length > 0 ? arguments[0] : "examples/data/waves.csv"), 40);
        double[] inputs = {-4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4};
        Prediction prediction = fit.at(inputs);
        INDArray total = prediction.variance();
        System.out.println("     x    mean   95 % interval     of which by the weights");
        for (int i = 0; i < inputs.length; i++) {
            double mean = prediction.mean().getDouble(i);
            double half = NINETY_FIVE * Math.sqrt(total.getDouble(i));
            double share = prediction.epistemicVariance().getDouble(i) / total.getDouble(i);
            System.out.printf(
                    Locale.ROOT,
                    "%6.2f  %6.2f  %6.2f to %6.2f  %6.0f %%%n",
                    inputs[i],
                    mean,
                    mean - half,
                    mean + half,
                    100 * share);
        }
        System.out.printf(Locale.ROOT, "%.0f %% of the rows held out are in their interval%n", 100 * fit.coverage());
    }

    /**
     * Reads and learns.
     *
     * @param file the CSV file
     * @param passes passes over the training rows
     * @return what was learned
     * @throws IOException if the file cannot be read
     * @throws InterruptedException as DataVec says
     */
    static Fit run(File file, int passes) throws IOException, InterruptedException {
        RecordReader recordReader = new CSVRecordReader();
        recordReader.initialize(new FileSplit(file));
        DataSet all = new RecordReaderDataSetIterator(recordReader, 1000, 1, 1, true).next();
        all.shuffle(SEED);
        SplitTestAndTrain parts = all.splitTestAndTrain(0.8);

        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(1)
                        .nOut(100)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(100)
                        .nOut(1)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(configuration);
        network.fit(new ViewIterator(parts.getTrain(), BATCH), passes);
        return new Fit(network, parts.getTest());
    }
}

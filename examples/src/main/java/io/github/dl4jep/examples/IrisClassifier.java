package io.github.dl4jep.examples;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.FileSplit;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.SplitTestAndTrain;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A DL4J pipeline as any other: a CSV file of four measures and a class number, standardized, learned, evaluated. */
public final class IrisClassifier {

    private static final int MEASURES = 4;
    private static final int CLASSES = 3;
    private static final int ROWS = 150;
    private static final int BATCH = 16;
    private static final int SEED = 6;

    private IrisClassifier() {}

    /**
     * Runs the example.
     *
     * @param arguments the CSV file, if it is another than examples/data/iris.csv
     * @throws IOException if the file cannot be read
     * @throws InterruptedException as DataVec says
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        File file = new File(arguments.length > 0 ? arguments[0] : "examples/data/iris.csv");
        System.out.println(run(file, 20).stats());
    }

    /**
     * Reads, learns and evaluates.
     *
     * @param file the CSV file
     * @param passes passes over the training rows
     * @return the evaluation on the rows held out
     * @throws IOException if the file cannot be read
     * @throws InterruptedException as DataVec says
     */
    static Evaluation run(File file, int passes) throws IOException, InterruptedException {
        RecordReader recordReader = new CSVRecordReader();
        recordReader.initialize(new FileSplit(file));
        DataSetIterator rows = new RecordReaderDataSetIterator(recordReader, ROWS, MEASURES, CLASSES);
        DataSet allData = rows.next();
        allData.shuffle(SEED);
        SplitTestAndTrain testAndTrain = allData.splitTestAndTrain(0.65);
        DataSet trainingData = testAndTrain.getTrain();
        DataSet testData = testAndTrain.getTest();

        DataNormalization normalizer = new NormalizerStandardize();
        normalizer.fit(trainingData);
        normalizer.transform(trainingData);
        normalizer.transform(testData);

        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().nIn(MEASURES).nOut(20).build())
                .layer(new DenseLayer.Builder().nIn(20).nOut(20).build())
                .layer(new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
                        .activation(Activation.SOFTMAX)
                        .nIn(20)
                        .nOut(CLASSES)
                        .build())
                .build();

        // Before: MultiLayerNetwork model = new MultiLayerNetwork(configuration); model.init();
        EpMultiLayerNetwork model = EpNetworks.from(configuration);
        model.setListeners(new ScoreIterationListener(20));
        model.fit(new ViewIterator(trainingData, BATCH), passes);

        Evaluation evaluation = new Evaluation(CLASSES);
        evaluation.eval(testData.getLabels(), model.output(testData.getFeatures()));
        return evaluation;
    }
}

package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Figures of networks that were trained by gradients and go on by EP. */
@Tag("long-running-test")
class StartingWeightsFiguresTest {

    private static final int SEEDS = 3;

    /** Rows of some digits, whose labels are these digits only. */
    private static DataSet digits(DataSet all, int from, int to, int most, Random random) {
        int[] label = all.getLabels().argMax(1).toIntVector();
        List<Integer> rows = new ArrayList<>();
        for (int n = 0; n < label.length; n++) {
            if (label[n] >= from && label[n] < to) {
                rows.add(n);
            }
        }
        Collections.shuffle(rows, random);
        int[] chosen = rows.stream().limit(most).mapToInt(Integer::intValue).toArray();
        INDArray labels = Nd4j.pullRows(all.getLabels(), 1, chosen, 'c')
                .get(NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                .dup();
        return new DataSet(Nd4j.pullRows(all.getFeatures(), 1, chosen, 'c'), labels);
    }

    private static OutputLayer classes(int number) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(100)
                .nOut(number)
                .activation(Activation.SOFTMAX)
                .weightInit(WeightInit.XAVIER)
                .build();
    }

    private static MultiLayerNetwork ofEightDigits(DataSet eight, int seed) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(1e-3))
                .weightInit(WeightInit.XAVIER)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(784)
                        .nOut(200)
                        .activation(Activation.RELU)
                        .build())
                .layer(new DenseLayer.Builder()
                        .nIn(200)
                        .nOut(100)
                        .activation(Activation.RELU)
                        .build())
                .layer(classes(8))
                .build());
        network.init();
        network.fit(new ViewIterator(eight, 64), 4);
        return network;
    }

    private static double error(MultiLayerNetwork network, DataSet test) {
        Evaluation evaluation = new Evaluation();
        evaluation.eval(test.getLabels(), network.output(test.getFeatures()));
        return 1 - evaluation.accuracy();
    }

    @Test
    void aNewHeadOnAHundredExamplesIsBetterThanStockFineTuning() {
        double ep = 0;
        double stock = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            DataSet train = RealData.digits().train();
            DataSet two = digits(train, 8, 10, 100, random);
            DataSet test = digits(RealData.digits().test(), 8, 10, 3000, random);
            MultiLayerNetwork head = new TransferLearning.Builder(
                            ofEightDigits(digits(train, 0, 8, 8000, random), seed))
                    .fineTuneConfiguration(new FineTuneConfiguration.Builder()
                            .seed(seed)
                            .updater(new Adam(1e-3))
                            .build())
                    .setFeatureExtractor(1)
                    .removeOutputLayer()
                    .addLayer(classes(2))
                    .build();

            EpMultiLayerNetwork network = EpNetworks.from(head);
            network.fit(new ViewIterator(two, 10), 5);
            head.fit(new ViewIterator(two, 10), 20);
            ep += error(network, test) / SEEDS;
            stock += error(head, test) / SEEDS;
        }

        assertThat(ep).as("error of EP, stock %s", stock).isLessThan(stock).isLessThan(0.065);
    }
}

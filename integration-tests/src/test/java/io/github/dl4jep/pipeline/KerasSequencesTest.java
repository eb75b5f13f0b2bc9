package io.github.dl4jep.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Recurrent Keras models, which DL4J imports and EP trains. The files are made by {@code keras/models.py}. */
class KerasSequencesTest {

    /** {@code [n, steps, values]}, as Keras has them. */
    private static final INDArray SEQUENCES =
            Nd4j.create(new float[][][] {{{1, 2}, {3, 4}, {0, -1}}, {{0.5f, -1}, {0, 2}, {1, 1}}});

    /** What Keras 3.15 predicts of them after the last step. */
    private static final INDArray CLASSES = Nd4j.create(
            new float[][] {{0.37565744f, 0.28004423f, 0.34429833f}, {0.37362033f, 0.26942286f, 0.35695684f}});

    @Test
    void anLstmStartsFromTheWeightsOfKeras() throws Exception {
        MultiLayerNetwork stock = imported();
        assertThat(stock.output(SEQUENCES).equalsWithEps(CLASSES, 1e-5))
                .as("%s", stock.output(SEQUENCES))
                .isTrue();

        EpMultiLayerNetwork net = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-6).build());

        assertThat(net.output(SEQUENCES).equalsWithEps(CLASSES, 1e-3))
                .as("%s", net.output(SEQUENCES))
                .isTrue();
    }

    /** The class is the sign of the sum of the first values: below -0.5, above 0.5, or between. */
    @Test
    void anImportedLstmIsTrained() throws Exception {
        EpMultiLayerNetwork net = EpNetworks.from(imported().getLayerWiseConfigurations());
        DataSet train = sums(256, 1);
        DataSet test = sums(200, 2);

        for (int pass = 0; pass < 24; pass++) {
            for (DataSet batch : train.batchBy(16)) {
                net.fit(batch);
            }
        }

        assertThat(net.evaluate(new SingletonDataSetIterator(test)).accuracy()).isGreaterThan(0.85);
    }

    private static DataSet sums(int rows, long seed) {
        Random random = new Random(seed);
        INDArray features = Nd4j.zeros(rows, 3, 2);
        INDArray labels = Nd4j.zeros(rows, 3);
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int step = 0; step < 3; step++) {
                double value = random.nextGaussian();
                sum += value;
                features.putScalar(row, step, 0, value);
                features.putScalar(row, step, 1, random.nextGaussian());
            }
            labels.putScalar(row, sum < -0.5 ? 0 : sum > 0.5 ? 2 : 1, 1);
        }
        return new DataSet(features, labels);
    }

    private static MultiLayerNetwork imported() throws Exception {
        String file = Path.of(Objects.requireNonNull(KerasSequencesTest.class.getResource("/keras/lstm.h5"))
                        .toURI())
                .toString();
        return KerasModelImport.importKerasSequentialModelAndWeights(file);
    }
}

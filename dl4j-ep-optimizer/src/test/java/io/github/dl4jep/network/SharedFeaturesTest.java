package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Many outputs over few hidden units: each must know that the others move the same features. */
class SharedFeaturesTest {

    private static final int COLUMNS = 150;
    private static final int FACTORS = 3;
    private static final int ROWS = 1000;
    private static final int BATCH = 50;

    /**
     * Three numbers between 0 and 1 make all columns. If each output moved the features as if it were alone, the units in the middle would be
     * off after the first batch, and what is reconstructed would be the mean of each column.
     */
    @ParameterizedTest
    @CsvSource({"MSE, IDENTITY", "XENT, SIGMOID"})
    void anAutoencoderOfRectifiedUnitsLearnsInOnePass(LossFunction loss, Activation activation) {
        Random random = new Random(3);
        INDArray loadings = uniform(random, FACTORS, COLUMNS).divi(FACTORS);
        INDArray rows = uniform(random, ROWS, FACTORS).mmul(loadings);
        INDArray unseen = uniform(random, 500, FACTORS).mmul(loadings);
        var list = new NeuralNetConfiguration.Builder().seed(1).list();
        int inputs = COLUMNS;
        for (int units : new int[] {40, 5, 40}) {
            list.layer(new DenseLayer.Builder()
                    .nIn(inputs)
                    .nOut(units)
                    .activation(Activation.RELU)
                    .build());
            inputs = units;
        }
        list.layer(new OutputLayer.Builder(loss)
                .nIn(inputs)
                .nOut(COLUMNS)
                .activation(activation)
                .build());
        EpMultiLayerNetwork network = EpNetworks.from(list.build());
        List<DataSet> all = new ArrayList<>(new DataSet(rows, rows).asList());
        network.fit(new ListDataSetIterator<>(all, BATCH));
        INDArray error = network.output(unseen).sub(unseen);
        double ofMean = unseen.subRowVector(rows.mean(0)).norm2Number().doubleValue();
        assertThat(error.norm2Number().doubleValue()).isLessThan(0.5 * ofMean);
    }

    private static INDArray uniform(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Nd4j.create(values, new long[] {rows, columns}, 'c');
    }
}

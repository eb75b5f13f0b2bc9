package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.data.split.Permutation;
import io.github.dl4jep.zoo.EpResNet;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** A residual network of 20 layers on digits of 14 x 14, one pass: EP against DL4J's Adam, from default options. */
@Tag("long-running-test")
class ResidualNetworkFiguresTest {

    private static final int BATCH = 64;
    private static final int SIDE = 14;
    private static final int WIDTH = 8;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void errorAfterOnePassIsNotAboveAdams(long seed) {
        DataSet train = halved(RealData.digits().train());
        DataSet test = halved(RealData.digits().test());
        EpResNet definition = EpResNet.builder()
                .seed(seed)
                .inputShape(new int[] {1, SIDE, SIDE})
                .numClasses(10)
                .width(WIDTH)
                .updater(new Adam(1e-3))
                .build();
        ComputationGraph ep = definition.init();
        ComputationGraph adam = new ComputationGraph(definition.conf());
        adam.init();
        int[] order = Permutation.of(train.numExamples(), seed);
        DataSet shuffled = new DataSet(
                Nd4j.pullRows(train.getFeatures(), 1, order, 'c'), Nd4j.pullRows(train.getLabels(), 1, order, 'c'));

        ep.fit(new ViewIterator(shuffled, BATCH));
        adam.fit(new ViewIterator(shuffled, BATCH));

        double errorOfEp = error(ep, test);
        assertThat(errorOfEp).as("test error of EP").isLessThanOrEqualTo(0.02);
        assertThat(errorOfEp).as("test error of EP, beside Adam's").isLessThanOrEqualTo(error(adam, test));
    }

    /** Means of 2 x 2 pixels. */
    private static DataSet halved(DataSet digits) {
        long rows = digits.numExamples();
        INDArray pixels = digits.getFeatures().reshape('c', rows, SIDE, 2, SIDE, 2);
        return new DataSet(pixels.mean(2, 4).reshape('c', rows, SIDE * SIDE), digits.getLabels());
    }

    private static double error(ComputationGraph network, DataSet test) {
        long wrong = 0;
        int rows = 500;
        for (int start = 0; start < test.numExamples(); start += rows) {
            INDArray features = test.getFeatures().get(NDArrayIndex.interval(start, start + rows), NDArrayIndex.all());
            INDArray labels = test.getLabels().get(NDArrayIndex.interval(start, start + rows), NDArrayIndex.all());
            INDArray output = network.outputSingle(features);
            wrong += output.argMax(1)
                    .neq(labels.argMax(1))
                    .castTo(output.dataType())
                    .sumNumber()
                    .longValue();
        }
        return (double) wrong / test.numExamples();
    }
}

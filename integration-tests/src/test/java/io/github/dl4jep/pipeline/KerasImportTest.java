package io.github.dl4jep.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Keras models, which DL4J imports and EP trains. The files are made by {@code keras/models.py}. */
class KerasImportTest {

    private static final INDArray FEATURES = Nd4j.create(new float[][] {{1, 2, 3, 4}, {0.5f, -1, 0, 2}});
    /** What Keras 3.15 predicts of them. */
    private static final float[][] CLASSES = {
        {0.27781734f, 0.71225637f, 0.009926328f}, {0.47477293f, 0.42607486f, 0.09915225f}
    };

    private static final float[][] SIGNS = {{0.024511626f}, {0.35822356f}};
    private static final float[][] NUMBERS = {{-3.6837907f}, {-0.58308274f}};

    private final DataSet train = Flowers.data(300, 1);
    private final DataSet test = Flowers.data(300, 2);

    @Test
    void theImportedModelsPredictWhatKerasPredicts() throws Exception {
        requirePredictions("softmax", CLASSES);
        requirePredictions("softmax-layer", CLASSES);
        requirePredictions("sigmoid", SIGNS);
        requirePredictions("sigmoid-layer", SIGNS);
        requirePredictions("linear", NUMBERS);
    }

    private static void requirePredictions(String model, float[][] expected) throws Exception {
        INDArray output = imported(model).output(FEATURES);

        assertThat(output.equalsWithEps(Nd4j.create(expected), 1e-5))
                .as("%s: %s", model, output)
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "softmax-layer"})
    void aClassifierIsTrained(String model) throws Exception {
        MultiLayerNetwork stock = imported(model);
        EpMultiLayerNetwork net = EpNetworks.from(stock.getLayerWiseConfigurations());
        assertThat(accuracy(net)).isLessThan(0.8);

        net.fit(Flowers.batches(train), 10);

        assertThat(accuracy(net)).isGreaterThan(0.95);
        assertThat(accuracy(net.toPointNetwork())).isGreaterThan(0.95);

        EpMultiLayerNetwork ofNetwork = EpNetworks.from(stock);
        ofNetwork.fit(Flowers.batches(train), 10);
        assertThat(accuracy(ofNetwork)).isGreaterThan(0.95);
    }

    @Test
    void aFunctionalModelIsTrainedAsAGraph() throws Exception {
        ComputationGraph stock = KerasModelImport.importKerasModelAndWeights(file("functional"));
        assertThat(stock.outputSingle(FEATURES).equalsWithEps(Nd4j.create(CLASSES), 1e-5))
                .isTrue();

        EpComputationGraph graph = EpNetworks.from(stock);
        graph.fit(Flowers.batches(train), 10);

        assertThat(accuracy(graph.outputSingle(test.getFeatures()))).isGreaterThan(0.95);
    }

    private double accuracy(MultiLayerNetwork net) {
        return accuracy(net.output(test.getFeatures()));
    }

    private double accuracy(INDArray probabilities) {
        Evaluation evaluation = new Evaluation();
        evaluation.eval(test.getLabels(), probabilities);
        return evaluation.accuracy();
    }

    @Test
    void withoutItsTrainingConfigurationAModelIsGivenAnOutput() throws Exception {
        MultiLayerNetwork open = KerasModelImport.importKerasSequentialModelAndWeights(file("softmax"), false);
        EpMultiLayerNetwork net = EpNetworks.from(EpNetworks.withOutput(open.getLayerWiseConfigurations()));

        net.fit(Flowers.batches(train), 10);

        assertThat(accuracy(net)).isGreaterThan(0.95);
    }

    /** The first species or another. */
    @ParameterizedTest
    @ValueSource(strings = {"sigmoid", "sigmoid-layer"})
    void aBinaryClassifierIsTrained(String model) throws Exception {
        EpMultiLayerNetwork net = EpNetworks.from(imported(model));

        net.fit(Flowers.batches(new DataSet(train.getFeatures(), first(train))), 10);

        INDArray wrong = net.output(test.getFeatures())
                .gt(0.5)
                .castTo(DataType.FLOAT)
                .neq(first(test))
                .castTo(DataType.FLOAT);
        assertThat(wrong.meanNumber().doubleValue()).isLessThan(0.02);
    }

    private static INDArray first(DataSet data) {
        return data.getLabels().getColumns(0);
    }

    /** The sum of two features. */
    @Test
    void aRegressionIsTrained() throws Exception {
        EpMultiLayerNetwork net = EpNetworks.from(imported("linear"));

        net.fit(Flowers.batches(new DataSet(train.getFeatures(), sums(train))), 10);

        double error = net.output(test.getFeatures()).squaredDistance(sums(test)) / 300;
        assertThat(error).isLessThan(0.02 * sums(test).varNumber().doubleValue());
    }

    private static INDArray sums(DataSet data) {
        return data.getFeatures().getColumns(2).add(data.getFeatures().getColumns(3));
    }

    private static MultiLayerNetwork imported(String model) throws Exception {
        return KerasModelImport.importKerasSequentialModelAndWeights(file(model));
    }

    private static String file(String model) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(KerasImportTest.class.getResource("/keras/" + model + ".h5"))
                        .toURI())
                .toString();
    }
}

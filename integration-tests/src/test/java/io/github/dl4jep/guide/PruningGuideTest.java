package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The page docs/guide/pruning.md: its code is here word by word. */
class PruningGuideTest {

    private static final int INPUTS = 20;
    private static final int HIDDEN = 40;

    private final DataSet data = twoClasses(600);
    private final DataSetIterator trainIterator = new ViewIterator(data, 30);

    @TempDir
    private Path folder;

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(PruningGuideTest.class);

        assertThat(GuidePage.blocks("pruning.md"))
                .hasSize(3)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    @Test
    void atOnce() throws IOException {
        EpMultiLayerNetwork net = trained();
        File file = folder.resolve("pruned.zip").toFile();

        EpMultiLayerNetwork pruned = net.prune(0.5);
        pruned.save(file);
        MultiLayerNetwork point = pruned.toPointNetwork();

        assertThat(zeros(point)).isEqualTo((INPUTS * HIDDEN + HIDDEN * 2) / 2);
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).output(data.getFeatures()))
                .isEqualTo(pruned.output(data.getFeatures()));
        assertThat(pruned.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void stepByStep() {
        EpMultiLayerNetwork net = trained();

        EpMultiLayerNetwork sparse = net;
        for (double fraction : new double[] {0.6, 0.8, 0.87, 0.9}) {
            sparse = sparse.prune(fraction);
            sparse.fit(trainIterator);
        }

        assertThat(zeros(sparse.toPointNetwork())).isEqualTo(Math.round(0.9 * (INPUTS * HIDDEN + HIDDEN * 2)));
        assertThat(sparse.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void fromTheStart() {
        MultiLayerConfiguration configuration = definition();

        EpOptions options = EpOptions.builder().sparsity(0.9).build();
        EpMultiLayerNetwork sparse = EpNetworks.from(configuration, options);
        for (int pass = 0; pass < 5; pass++) {
            sparse.rewire(0.3, pass);
            sparse.fit(trainIterator);
        }

        assertThat(zeros(sparse.toPointNetwork())).isEqualTo(Math.round(0.9 * INPUTS * HIDDEN));
        assertThat(sparse.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
    }

    private static long zeros(MultiLayerNetwork point) {
        long zeros = 0;
        for (int i = 0; i < point.getnLayers(); i++) {
            zeros += point.getLayer(i)
                    .getParam("W")
                    .eq(0)
                    .castTo(DataType.INT64)
                    .sumNumber()
                    .longValue();
        }
        return zeros;
    }

    private EpMultiLayerNetwork trained() {
        EpMultiLayerNetwork net = EpNetworks.from(definition());
        net.fit(trainIterator, 3);
        return net;
    }

    private static MultiLayerConfiguration definition() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(INPUTS)
                        .nOut(HIDDEN)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(HIDDEN)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    /** The class is the sign of the sum of the first three inputs. */
    private static DataSet twoClasses(int rows) {
        Nd4j.getRandom().setSeed(5);
        INDArray features = Nd4j.randn(DataType.FLOAT, rows, INPUTS);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 2);
        for (int row = 0; row < rows; row++) {
            double sum = features.getDouble(row, 0) + features.getDouble(row, 1) + features.getDouble(row, 2);
            labels.putScalar(row, sum > 0 ? 1 : 0, 1);
        }
        return new DataSet(features, labels);
    }
}

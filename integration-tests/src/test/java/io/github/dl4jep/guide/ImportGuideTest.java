package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** The page docs/guide/import.md: its code is here word by word. */
class ImportGuideTest {

    private final DataSetIterator trainIterator = new ViewIterator(largestFeature(), 30);

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(ImportGuideTest.class);

        assertThat(GuidePage.blocks("import.md"))
                .hasSize(2)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    @Test
    void keras() throws Exception {
        String file = Path.of(Objects.requireNonNull(ImportGuideTest.class.getResource("/keras/softmax.h5"))
                        .toURI())
                .toString();

        MultiLayerNetwork imported = KerasModelImport.importKerasSequentialModelAndWeights(file);
        EpMultiLayerNetwork net = EpNetworks.from(imported);
        net.fit(trainIterator, 10);

        MultiLayerNetwork open = KerasModelImport.importKerasSequentialModelAndWeights(file, false);
        EpMultiLayerNetwork completed = EpNetworks.from(EpNetworks.withOutput(open));

        assertThat(net.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
        assertThat(completed.evaluate(trainIterator).accuracy()).isLessThan(0.8);
        completed.fit(trainIterator, 10);
        assertThat(completed.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
    }

    /** Labels name the largest of the first three of four features. */
    private static DataSet largestFeature() {
        Nd4j.getRandom().setSeed(1);
        INDArray features = Nd4j.randn(DataType.FLOAT, 600, 4);
        float[][] labels = new float[600][3];
        for (int n = 0; n < labels.length; n++) {
            int largest = 0;
            for (int i = 1; i < 3; i++) {
                largest = features.getFloat(n, i) > features.getFloat(n, largest) ? i : largest;
            }
            labels[n][largest] = 1;
        }
        return new DataSet(features, Nd4j.createFromArray(labels));
    }
}

package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.datasets.iterator.AsyncDataSetIterator;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.KFoldIterator;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's iterators and normalizers in front of an EP network. */
class DataPipelineTest {

    @TempDir
    private Path folder;

    /** The toy classes in odd units: the features differ by six orders of magnitude. */
    private static DataSet oddUnits(int rows, long seed) {
        DataSet data = ToyData.threeClasses(rows, seed);
        data.getFeatures().muliRowVector(Nd4j.createFromArray(1e-3f, 1f, 1e3f)).addi(5);
        return data;
    }

    private static List<Supplier<DataNormalization>> normalizers() {
        return List.of(NormalizerStandardize::new, () -> new NormalizerMinMaxScaler(-1, 1));
    }

    @ParameterizedTest
    @MethodSource("normalizers")
    void aNormalizerGoesWithTheFileOfBothKinds(Supplier<DataNormalization> kind) throws IOException {
        DataNormalization normalizer = kind.get();
        DataSetIterator batches = ToyData.batches(oddUnits(300, 1), 30);
        normalizer.fit(batches);
        batches.setPreProcessor(normalizer);
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(batches, 3);
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());
        graph.fit(batches, 3);
        File file = folder.resolve("network.zip").toFile();
        File graphFile = folder.resolve("graph.zip").toFile();
        ModelSerializer.writeModel(network, file, true);
        ModelSerializer.addNormalizerToModel(file, normalizer);
        ModelSerializer.writeModel(graph, graphFile, true);
        ModelSerializer.addNormalizerToModel(graphFile, normalizer);

        DataSet test = oddUnits(200, 2);
        DataSet again = test.copy();
        DataNormalization restored = ModelSerializer.restoreNormalizerFromFile(file);
        restored.preProcess(test);
        ModelSerializer.<DataNormalization>restoreNormalizerFromFile(graphFile).preProcess(again);

        INDArray output = EpNetworks.load(file, EpMultiLayerNetwork.class).output(test.getFeatures());
        assertThat(output).isEqualTo(network.output(test.getFeatures()));
        assertThat(EpNetworks.load(graphFile, EpComputationGraph.class).outputSingle(again.getFeatures()))
                .isEqualTo(graph.outputSingle(test.getFeatures()));
        assertThat(accuracy(output, test.getLabels())).isGreaterThan(0.9);
    }

    @Test
    void anAsynchronousIteratorGivesTheSameBits() {
        DataSet data = ToyData.threeClasses(300, 1);
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        EpMultiLayerNetwork asynchronous = EpNetworks.from(ToyNetworks.classifier());

        network.fit(ToyData.batches(data, 30), 2);
        asynchronous.fit(new AsyncDataSetIterator(ToyData.batches(data, 30), 4), 2);

        assertThat(asynchronous.params()).isEqualTo(network.params());
    }

    @Test
    void foldsAreTrainedOnOneByOne() {
        DataSet data = ToyData.threeClasses(150, 1);
        KFoldIterator folds = new KFoldIterator(5, data);
        int count = 0;
        while (folds.hasNext()) {
            DataSet train = folds.next();
            EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
            // ND4J cuts the last batch of a view out of a view wrongly.
            network.fit(new ViewIterator(train.copy(), 20), 3);
            DataSet test = folds.testFold();
            assertThat(train.numExamples() + test.numExamples()).isEqualTo(150);
            assertThat(accuracy(network.output(test.getFeatures()), test.getLabels()))
                    .isGreaterThan(0.8);
            count++;
        }
        assertThat(count).isEqualTo(5);
    }

    @Test
    void masksOfExamplesComeThroughAnIterator() {
        DataSet data = ToyData.threeClasses(120, 1);
        INDArray mask = Nd4j.ones(120, 1);
        for (int row = 0; row < 120; row += 2) {
            mask.putScalar(row, 0, 0);
            data.getFeatures().getRow(row).muli(-1);
        }
        DataSet masked = new DataSet(data.getFeatures(), data.getLabels(), null, mask);
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());

        network.fit(ToyData.batches(masked, 30), 4);
        graph.fit(ToyData.batches(masked, 30), 4);

        DataSet test = ToyData.threeClasses(200, 2);
        assertThat(accuracy(network.output(test.getFeatures()), test.getLabels()))
                .as("half of the rows are wrong, and masked")
                .isGreaterThan(0.85);
        assertThat(accuracy(graph.outputSingle(test.getFeatures()), test.getLabels()))
                .isGreaterThan(0.85);
    }

    private static double accuracy(INDArray output, INDArray labels) {
        return output.argMax(1)
                .eq(labels.argMax(1))
                .castTo(output.dataType())
                .meanNumber()
                .doubleValue();
    }
}

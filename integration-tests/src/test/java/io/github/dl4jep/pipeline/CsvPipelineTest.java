package io.github.dl4jep.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.nio.file.Path;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.FileSplit;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** From a CSV file to an evaluation, with DataVec. */
class CsvPipelineTest {

    @TempDir
    private Path folder;

    private DataSetIterator iterator(String name, int rows, long seed) throws IOException, InterruptedException {
        RecordReader reader = new CSVRecordReader();
        reader.initialize(
                new FileSplit(Flowers.csv(folder.resolve(name), rows, seed).toFile()));
        return new RecordReaderDataSetIterator(reader, 30, 4, 3);
    }

    @Test
    void recordsAreReadNormalizedLearnedAndEvaluated() throws IOException, InterruptedException {
        DataSetIterator train = iterator("train.csv", 300, 1);
        DataSetIterator test = iterator("test.csv", 150, 2);
        NormalizerStandardize normalizer = new NormalizerStandardize();
        normalizer.fit(train);
        train.setPreProcessor(normalizer);
        test.setPreProcessor(normalizer);
        EpMultiLayerNetwork network = EpNetworks.from(Flowers.layers());
        EpComputationGraph graph = EpNetworks.from(Flowers.graph());

        network.fit(train, 3);
        graph.fit(train, 3);

        assertThat(network.evaluate(test).accuracy()).isGreaterThan(0.95);
        test.reset();
        assertThat(graph.<org.nd4j.evaluation.classification.Evaluation>evaluate(test)
                        .accuracy())
                .isGreaterThan(0.95);
    }
}

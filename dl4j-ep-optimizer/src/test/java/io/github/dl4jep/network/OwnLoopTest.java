package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.samediff.EpSameDiff;
import io.github.dl4jep.store.EpCheckpoints;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.slf4j.LoggerFactory;

/** A program's own loop over batches, {@code while (it.hasNext()) net.fit(it.next())}, and what it learns beside {@code fit(iterator)}. */
class OwnLoopTest {

    private static final int BATCH = 20;

    private final DataSet classes = ToyData.threeClasses(200, 1);
    private final DataSet line = ToyData.line(200, 1, 100, 20);

    private static void ownLoop(EpMultiLayerNetwork network, DataSet pass) {
        pass.batchBy(BATCH).forEach(batch -> network.fit(batch.copy()));
    }

    private static DataSet shuffled(DataSet data, int pass) {
        DataSet copy = data.copy();
        copy.shuffle(pass);
        return copy;
    }

    private static DataSet augmented(DataSet data, int pass) {
        return new DataSet(data.getFeatures().add(1e-5 * (pass + 1)), data.getLabels());
    }

    private static void assertSame(MultiLayerConfiguration definition, UnaryOperator<DataSet> first, DataSet data) {
        EpMultiLayerNetwork own = EpNetworks.from(definition);
        EpMultiLayerNetwork byIterator = EpNetworks.from(definition);
        for (int pass = 0; pass < 4; pass++) {
            DataSet batches = pass == 0 ? data : first.apply(shuffled(data, pass));
            ownLoop(own, batches);
            byIterator.fit(ToyData.batches(batches, BATCH));
        }

        assertThat(own.params()).isEqualTo(byIterator.params());
        assertThat(own.passCounter().getBatchesPerPass()).isEqualTo(10);
    }

    @Test
    void classesAreLearnedAsFromAnIterator() {
        assertSame(ToyNetworks.classifier(), pass -> classes, classes);
        assertSame(ToyNetworks.classifier(), pass -> pass, classes);
    }

    @Test
    void aRegressionIsLearnedAsFromAnIterator() {
        assertSame(ToyNetworks.regressor(), pass -> line, line);
        assertSame(ToyNetworks.regressor(), pass -> pass, line);
    }

    private static INDArray rows(INDArray array, int batch) {
        return array.get(NDArrayIndex.interval(batch * BATCH, (batch + 1) * BATCH), NDArrayIndex.all());
    }

    @Test
    void aGraphIsLearnedAsFromAnIterator() {
        EpComputationGraph own = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        EpComputationGraph byIterator = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());
        List<MultiDataSet> batches = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            batches.add(new org.nd4j.linalg.dataset.MultiDataSet(
                    new INDArray[] {rows(classes.getFeatures(), i), rows(line.getFeatures(), i)},
                    new INDArray[] {rows(classes.getLabels(), i), rows(line.getLabels(), i)}));
        }
        for (int pass = 0; pass < 3; pass++) {
            batches.forEach(batch -> own.fit(batch.copy()));
            byIterator.fit(new IteratorMultiDataSetIterator(batches.iterator(), BATCH));
        }

        assertThat(own.params()).isEqualTo(byIterator.params());
    }

    @Test
    void aBufferThatIsFilledAnewIsNoPass() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.regressor());
        DataSet buffer = line.batchBy(BATCH).get(0).copy();
        for (DataSet batch : line.batchBy(BATCH)) {
            buffer.getFeatures().assign(batch.getFeatures());
            buffer.getLabels().assign(batch.getLabels());
            network.fit(buffer);
        }

        assertThat(network.passCounter().getBatchesPerPass()).isZero();
    }

    @Test
    void aRefusedBatchThatIsFittedAgainIsNoPass() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.regressor());
        List<DataSet> batches = line.batchBy(BATCH);
        network.fit(batches.get(0));
        INDArray features = batches.get(1).getFeatures().dup();
        features.putScalar(0, 0, Double.NaN);
        DataSet broken = new DataSet(features, batches.get(1).getLabels());
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> network.fit(broken))).isNotNull();
        }

        assertThat(network.passCounter().getBatchesPerPass()).isZero();
    }

    @Test
    void whoseEndIsToldIsNoneBefore() {
        DataSet twice = DataSet.merge(List.of(classes, classes));
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(ToyData.batches(twice, BATCH), 2);

        assertThat(network.passCounter().getBatchesPerPass()).isEqualTo(20);
        assertThat(network.passCounter().getPassStart()).isEqualTo(40);
    }

    private static List<String> warnings(Runnable training) {
        Logger logger = (Logger) LoggerFactory.getLogger(PassCounting.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            training.run();
        } finally {
            logger.detachAppender(log);
        }
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void examplesThatChangeFromPassToPassAreWarnedOfOnce() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

        List<String> warnings = warnings(() -> {
            for (int pass = 0; pass < 12; pass++) {
                ownLoop(network, augmented(classes, pass));
            }
        });

        assertThat(warnings)
                .containsExactly(
                        "100 batches were fitted one by one, and no pass through the data has ended: no example has"
                                + " come again. If a pass is longer than that, all is well. If examples change from pass to pass, as augmented"
                                + " images do, call fit(iterator, passes), or set EpOptions.builder().batchesPerPass(n); else"
                                + " predictions become too sure");
    }

    @Test
    void whereThePassesAreKnownNobodyIsWarned(@TempDir Path folder) {
        DataSet large = ToyData.threeClasses(1100, 3);
        assertThat(warnings(() -> {
                    EpNetworks.from(ToyNetworks.classifier()).fit(ToyData.batches(large, 10), 1);
                    EpCheckpoints.in(folder.toFile())
                            .fit(EpNetworks.from(ToyNetworks.classifier()), ToyData.batches(large, 10), 1);
                    EpSameDiff.train(softmax(), ToyData.batches(large, 10), 1);
                    EpMultiLayerNetwork told = EpNetworks.from(
                            ToyNetworks.classifier(),
                            EpOptions.builder().batchesPerPass(10).build());
                    for (int pass = 0; pass < 12; pass++) {
                        ownLoop(told, augmented(classes, pass));
                    }
                }))
                .isEmpty();
    }

    private static SameDiff softmax() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder("input", DataType.FLOAT, -1, ToyData.INPUTS);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, ToyData.CLASSES);
        SDVariable w = sd.var("w", Nd4j.zeros(DataType.FLOAT, ToyData.INPUTS, ToyData.CLASSES));
        sd.loss.softmaxCrossEntropy("loss", label, input.mmul(w), null);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam())
                .dataSetFeatureMapping("input")
                .dataSetLabelMapping("label")
                .build());
        return sd;
    }
}

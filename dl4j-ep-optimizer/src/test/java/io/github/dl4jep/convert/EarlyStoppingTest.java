package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingModelSaver;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.saver.LocalFileGraphSaver;
import org.deeplearning4j.earlystopping.saver.LocalFileModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** DL4J's early stopping, which loops over batches by itself, with every saver. */
class EarlyStoppingTest {

    private static final int PASSES = 3;

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(120, 1);
    private final DataSet held = ToyData.threeClasses(100, 2);

    private DataSetIterator pass() {
        return ToyData.batches(data, 10);
    }

    private <T extends Model> EarlyStoppingConfiguration<T> configuration(EarlyStoppingModelSaver<T> saver) {
        return new EarlyStoppingConfiguration.Builder<T>()
                .epochTerminationConditions(new MaxEpochsTerminationCondition(PASSES))
                .scoreCalculator(new DataSetLossCalculator(ToyData.batches(held, 25), true))
                .modelSaver(saver)
                .saveLastModel(true)
                .build();
    }

    private EarlyStoppingResult<MultiLayerNetwork> stop(
            EpMultiLayerNetwork network, EarlyStoppingModelSaver<MultiLayerNetwork> saver) {
        return new EarlyStoppingTrainer(configuration(saver), network, pass()).fit();
    }

    @Test
    void itTrainsToTheSameBitsAsFitAndKeepsTheBestInMemory() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        EpMultiLayerNetwork byFit = EpNetworks.from(ToyNetworks.classifier());
        InMemoryModelSaver<MultiLayerNetwork> saver = new InMemoryModelSaver<>();

        EarlyStoppingResult<MultiLayerNetwork> result = stop(network, saver);
        byFit.fit(pass(), PASSES);

        assertThat(network.params()).isEqualTo(byFit.params());
        assertThat(result.getTotalEpochs()).isEqualTo(PASSES);
        EpMultiLayerNetwork best = (EpMultiLayerNetwork) result.getBestModel();
        double bestScore = Collections.min(result.getScoreVsEpoch().values());
        assertThat(best.score(held)).isCloseTo(bestScore, within(1e-5));
        EpMultiLayerNetwork latest = (EpMultiLayerNetwork) saver.getLatestModel();
        latest.fit(pass());
        byFit.fit(pass());
        assertThat(latest.params()).as("it trains on").isEqualTo(byFit.params());
    }

    @Test
    void dl4jsFileSaverGivesAPlainNetworkWhoseFileIsWhole() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        LocalFileModelSaver saver = new LocalFileModelSaver(folder.toFile());

        MultiLayerNetwork plain = stop(network, saver).getBestModel();

        EpMultiLayerNetwork best =
                EpNetworks.load(new File(folder.toFile(), "bestModel.bin"), EpMultiLayerNetwork.class);
        INDArray point = best.toPointNetwork().output(held.getFeatures());
        assertThat(plain.output(held.getFeatures()).equalsWithEps(point, 1e-5)).isTrue();
        assertThatThrownBy(() -> plain.fit(data)).hasMessageContaining("Load it with EpNetworks.load(file), or");
        assertThat(EpNetworks.load(new File(folder.toFile(), "latestModel.bin"), EpMultiLayerNetwork.class)
                        .params())
                .isEqualTo(network.params());
    }

    @Test
    void ourFileSaverGivesNetworksThatTrainOn() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        EpModelSaver saver = new EpModelSaver(folder.resolve("new").toFile());

        EarlyStoppingResult<MultiLayerNetwork> result = stop(network, saver);

        double bestScore = Collections.min(result.getScoreVsEpoch().values());
        assertThat(result.getBestModel()).isInstanceOf(EpMultiLayerNetwork.class);
        assertThat(result.getBestModel().score(held)).isCloseTo(bestScore, within(1e-5));
        EpMultiLayerNetwork latest = saver.getLatestModel();
        latest.fit(pass());
        network.fit(pass());
        assertThat(latest.params()).isEqualTo(network.params());
    }

    @Test
    void graphsStopWithBothSavers() throws IOException {
        EpComputationGraph byFit = EpNetworks.from(ToyGraphs.residual());
        byFit.fit(pass(), PASSES);
        InMemoryModelSaver<ComputationGraph> memory = new InMemoryModelSaver<>();
        EpGraphSaver files = new EpGraphSaver(folder.toFile());

        EpComputationGraph first = EpNetworks.from(ToyGraphs.residual());
        EpComputationGraph second = EpNetworks.from(ToyGraphs.residual());
        EarlyStoppingResult<ComputationGraph> kept =
                new EarlyStoppingGraphTrainer(configuration(memory), first, pass()).fit();
        EarlyStoppingResult<ComputationGraph> written =
                new EarlyStoppingGraphTrainer(configuration(files), second, pass()).fit();

        assertThat(first.params()).isEqualTo(byFit.params());
        assertThat(kept.getBestModel()).isInstanceOf(EpComputationGraph.class);
        assertThat(written.getBestModel().params())
                .isEqualTo(kept.getBestModel().params());
        EpComputationGraph latest = files.getLatestModel();
        latest.fit(pass());
        byFit.fit(pass());
        assertThat(latest.params()).as("it trains on").isEqualTo(byFit.params());
        ComputationGraph plain = new LocalFileGraphSaver(folder.toString()).getBestModel();
        assertThatThrownBy(() -> plain.fit(data)).hasMessageContaining("Load it with EpNetworks.load(file), or");
    }

    @Test
    void aBadBatchEndsWithItsMessageAndTheBestSoFar() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        DataSetIterator batches = pass();
        batches.setPreProcessor(batch -> {
            if (network.getIterationCount() >= 20) {
                batch.getFeatures().putScalar(0, Double.NaN);
            }
        });

        EarlyStoppingResult<MultiLayerNetwork> result =
                new EarlyStoppingTrainer(configuration(new InMemoryModelSaver<>()), network, batches).fit();

        assertThat(result.getTerminationReason()).isEqualTo(EarlyStoppingResult.TerminationReason.Error);
        assertThat(result.getTerminationDetails()).contains("feature").contains("NaN");
        assertThat(result.getBestModel()).isInstanceOf(EpMultiLayerNetwork.class);
        assertThat(network.score(held)).isFinite();
    }
}

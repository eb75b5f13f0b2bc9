package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** DL4J's checkpoints: a network restored from any of them ends as the one that was never stopped. */
class CheckpointTest {

    private static final int PASSES = 3;
    private static final int BATCHES = 5;

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(BATCHES * 30, 1);
    private final List<DataSet> batches = data.batchBy(30);

    private DataSetIterator pass() {
        return ToyData.batches(data, 30);
    }

    private CheckpointListener everyBatch() {
        return new CheckpointListener.Builder(folder.toFile())
                .keepAll()
                .saveEveryNIterations(1)
                .build();
    }

    private CheckpointListener everyPass() {
        return new CheckpointListener.Builder(folder.toFile())
                .keepAll()
                .saveEveryNEpochs(1)
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 7})
    void aNetworkGoesOnFromTheCheckpointOfAnyBatch(int inducing) throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().inducingExamples(inducing).build());
        CheckpointListener checkpoints = everyBatch();
        network.setListeners(checkpoints);
        network.fit(pass(), PASSES);

        // DL4J's listener leaves the very first batch out.
        assertThat(checkpoints.availableCheckpoints()).hasSize(PASSES * BATCHES - 1);
        for (var checkpoint : checkpoints.availableCheckpoints()) {
            EpMultiLayerNetwork restored =
                    EpNetworks.load(checkpoints.getFileForCheckpoint(checkpoint), EpMultiLayerNetwork.class);
            assertThat(restored.getIterationCount()).isEqualTo(checkpoint.getIteration());
            for (int i = restored.getIterationCount(); i < PASSES * BATCHES; i++) {
                if (i > checkpoint.getIteration() - 1 && i % BATCHES == 0 && i > 0 && i > restoredPass(restored)) {
                    restored.incrementEpochCount();
                }
                restored.fit(batches.get(i % BATCHES));
            }
            restored.incrementEpochCount();
            assertThat(restored.params()).as("from %s", checkpoint).isEqualTo(network.params());
            assertThat(restored.getIterationCount()).isEqualTo(network.getIterationCount());
            assertThat(passCounter(restored)).isEqualTo(passCounter(network));
        }
    }

    private static long restoredPass(EpMultiLayerNetwork network) {
        return passCounter(network).getPassStart();
    }

    @Test
    void aNetworkGoesOnFromTheCheckpointOfAnyPass() throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        CheckpointListener checkpoints = everyPass();
        network.setListeners(checkpoints);
        network.fit(pass(), PASSES);

        assertThat(checkpoints.availableCheckpoints()).hasSize(PASSES);
        for (int pass = 0; pass < PASSES; pass++) {
            EpMultiLayerNetwork restored =
                    EpNetworks.load(checkpoints.getFileForCheckpoint(pass), EpMultiLayerNetwork.class);
            for (int i = pass + 1; i < PASSES; i++) {
                restored.fit(pass());
            }
            assertThat(restored.params()).as("after pass %s", pass).isEqualTo(network.params());
            assertThat(passCounter(restored)).isEqualTo(passCounter(network));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGraphGoesOn(boolean perPass) throws IOException {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());
        CheckpointListener checkpoints = perPass ? everyPass() : everyBatch();
        graph.setListeners(checkpoints);
        graph.fit(pass(), PASSES);

        var checkpoint = checkpoints.availableCheckpoints().get(perPass ? 0 : BATCHES + 1);
        EpComputationGraph restored =
                EpNetworks.load(checkpoints.getFileForCheckpoint(checkpoint), EpComputationGraph.class);
        int rest = BATCHES - restored.getIterationCount() % BATCHES;
        for (int i = 0; !perPass && i < rest; i++) {
            restored.fit(batches.get(BATCHES - rest + i));
        }
        if (!perPass) {
            restored.incrementEpochCount();
        }
        restored.fit(pass(), PASSES - restored.getIterationCount() / BATCHES);

        assertThat(restored.params()).isEqualTo(graph.params());
        assertThat(restored.getIterationCount()).isEqualTo(graph.getIterationCount());
    }

    @Test
    void dl4jsOwnLoaderGivesANetworkThatPredictsAndSaysWhoTrains() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        CheckpointListener checkpoints = everyPass();
        network.setListeners(checkpoints);
        network.fit(pass());

        MultiLayerNetwork stock = CheckpointListener.loadCheckpointMLN(new File(folder.toString()), 0);

        assertThat(stock.output(data.getFeatures())
                        .equalsWithEps(network.toPointNetwork().output(data.getFeatures()), 1e-5))
                .isTrue();
        assertThatThrownBy(() -> stock.fit(data)).hasMessageContaining("Load it with EpNetworks.load(file), or");
    }

    private static PassCounter passCounter(EpMultiLayerNetwork network) {
        return ((EpOutputLayer) network.getLayer(1).conf().getLayer()).getPassCounter();
    }
}

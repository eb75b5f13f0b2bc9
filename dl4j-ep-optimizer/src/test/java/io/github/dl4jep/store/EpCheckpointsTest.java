package io.github.dl4jep.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Trainings that stop after any batch and go on. */
class EpCheckpointsTest {

    private static final int PASSES = 3;
    private static final int BATCHES = 5;

    @TempDir
    private Path folder;

    private final DataSet data = ToyData.threeClasses(100, 1);

    private static EpMultiLayerNetwork layers() {
        return EpNetworks.from(ToyNetworks.classifier());
    }

    private DataSetIterator pass() {
        return ToyData.batches(data, 20);
    }

    private EpCheckpoints checkpoints() {
        return EpCheckpoints.in(folder.resolve("checkpoints").toFile());
    }

    /** Another order in each pass, from its number alone. */
    private DataSetIterator shuffled(int pass) {
        DataSet copy = data.copy();
        copy.shuffle(pass + 1);
        return ToyData.batches(copy, 20);
    }

    private INDArray uninterrupted(EpNetwork network) {
        for (int pass = 0; pass < PASSES; pass++) {
            network.fit(shuffled(pass), 1);
        }
        return network.params();
    }

    /** A network is stopped after every few batches, forgotten, and read again. */
    private void stopAndGoOn(Supplier<EpNetwork> fresh, int stride) {
        EpCheckpoints checkpoints = checkpoints().every(2).keepLast(2);
        EpNetwork network = fresh.get();
        boolean done = false;
        int runs = 0;
        while (!done) {
            network = checkpoints.resume(fresh.get());
            int stop = network.getIterationCount() + stride;
            done = checkpoints.fit(network, this::shuffled, PASSES, trained -> trained.getIterationCount() < stop);
            runs++;
        }

        assertThat(runs).isBetween(PASSES * BATCHES / stride, PASSES * BATCHES / stride + 1);
        assertThat(network.params()).isEqualTo(uninterrupted(fresh.get()));
        assertThat(network.getEpochCount()).isEqualTo(PASSES);
        assertThat(network.passCounter().getBatchesPerPass()).isEqualTo(BATCHES);
        assertThat(checkpoints.newestFirst()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 7})
    void aListOfLayersGoesOnWithTheSameBits(int stride) {
        stopAndGoOn(EpCheckpointsTest::layers, stride);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aGraphGoesOnWithTheSameBits(int stride) {
        stopAndGoOn(() -> EpNetworks.from(ToyGraphs.residual()), stride);
    }

    @Test
    void doesWhatFitDoes() {
        EpMultiLayerNetwork network = layers();
        checkpoints().fit(network, pass(), 2);

        EpMultiLayerNetwork other = layers();
        other.fit(pass(), 2);
        assertThat(network).isEqualTo(other);
        assertThat(network.score()).isEqualTo(other.score());

        EpNetwork graph = EpNetworks.from(ToyGraphs.classifier());
        EpCheckpoints.in(folder.resolve("graph").toFile()).fit(graph, new MultiDataSetIteratorAdapter(pass()), 2);
        assertThat(graph.params()).isEqualTo(other.params());
    }

    @Test
    void morePassesAreAskedForAgain() {
        EpMultiLayerNetwork network = layers();
        checkpoints().fit(network, pass(), 1);
        EpMultiLayerNetwork restored = checkpoints().resume(layers());

        checkpoints().fit(restored, pass(), 1);
        assertThat(restored.getEpochCount()).as("already there").isEqualTo(1);
        checkpoints().fit(restored, pass(), 2);

        network.fit(pass());
        assertThat(restored.params()).isEqualTo(network.params());
    }

    @Test
    void listenersHearOfPassesAndStayAfterResuming() {
        List<String> heard = new ArrayList<>();
        BaseTrainingListener listener = new BaseTrainingListener() {
            @Override
            public void onEpochStart(Model model) {
                heard.add("start");
            }

            @Override
            public void onEpochEnd(Model model) {
                heard.add("end");
            }

            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                heard.add(epoch + ":" + iteration);
            }
        };
        EpMultiLayerNetwork network = layers();
        network.setListeners(listener);
        checkpoints().fit(network, pass(), 1);
        EpMultiLayerNetwork fresh = layers();
        fresh.setListeners(listener);

        checkpoints().fit(checkpoints().resume(fresh), pass(), 2);

        assertThat(heard)
                .containsExactly(
                        "start", "0:0", "0:1", "0:2", "0:3", "0:4", "end", "start", "1:5", "1:6", "1:7", "1:8", "1:9",
                        "end");
    }

    @Test
    void filesAreModelFilesWithFurtherEntries() throws IOException {
        EpCheckpoints checkpoints = checkpoints()
                .keepLast(1)
                .with(network ->
                        Map.of("note.txt", ("after " + network.getIterationCount()).getBytes(StandardCharsets.UTF_8)));
        EpMultiLayerNetwork network = layers();

        checkpoints.fit(network, pass(), 2);

        File file = checkpoints.newestFirst().get(0);
        assertThat(checkpoints.newestFirst()).hasSize(1);
        assertThat(file).hasName("batch-000000010.zip");
        assertThat(EpNetworks.load(file)).isEqualTo(network);
        assertThat(ModelFile.entry(file, "note.txt")).asString().isEqualTo("after 10");
    }

    private EpMultiLayerNetwork stoppedAfter(int batches) {
        EpMultiLayerNetwork network = layers();
        checkpoints().fit(network, pass -> pass(), PASSES, trained -> trained.getIterationCount() < batches);
        return network;
    }

    @Test
    void otherBatchesAreNoticed() {
        stoppedAfter(2);
        EpMultiLayerNetwork restored = checkpoints().resume(layers());
        INDArray before = restored.params().dup();

        assertThatThrownBy(() -> checkpoints().fit(restored, shuffled(0), PASSES))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("Batch 2 of the pass (20 rows, crc32c ")
                .hasMessageContaining(") is not the one that the checkpoint ")
                .hasMessageEndingWith(
                        "; give the same batches in the same order: an iterator that shuffles needs a seed for each pass");
        assertThat(restored.params()).isEqualTo(before);
        assertThatThrownBy(() -> checkpoints().fit(restored, ToyData.batches(data, 100), PASSES))
                .hasMessage("Pass 0 has 1 batches, but the network has learned from 2 of it; give the batches of the"
                        + " interrupted training");
    }

    @Test
    void anotherDefinitionIsNoticed() {
        stoppedAfter(2);
        EpMultiLayerNetwork other = EpNetworks.from(ToyNetworks.multiLabel());

        assertThatThrownBy(() -> checkpoints().resume(other))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining(
                        "batch-000000002.zip is of another definition than the network; give each training"
                                + " a folder for itself, or start anew with clear()");
        assertThatThrownBy(() -> checkpoints().resume(EpNetworks.from(ToyGraphs.classifier())))
                .hasMessageContaining("is of another definition");
    }

    @Test
    void checkpointsOfAnEarlierTrainingAreNotMixedIn() {
        stoppedAfter(7);
        EpMultiLayerNetwork fresh = layers();

        assertThatThrownBy(() -> checkpoints().fit(fresh, pass(), PASSES))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("batch-000000007.zip, but the network has learned from 0 batches only; go on with"
                        + " resume(network), start anew with clear(), or choose another folder");
        checkpoints().clear();
        assertThat(folder.resolve("checkpoints")).doesNotExist();
        checkpoints().fit(fresh, pass(), 1);
        assertThat(fresh.getIterationCount()).isEqualTo(BATCHES);
    }

    @Test
    void aDamagedCheckpointIsPassedOver() throws IOException {
        EpMultiLayerNetwork expected = layers();
        expected.fit(pass(), PASSES);
        stoppedAfter(7);
        List<File> files = checkpoints().newestFirst();
        assertThat(files).hasSize(2);
        damage(files.get(0));

        EpMultiLayerNetwork restored = checkpoints().resume(layers());

        assertThat(restored.getIterationCount()).isEqualTo(BATCHES);
        checkpoints().fit(restored, pass(), PASSES);
        assertThat(restored.params()).isEqualTo(expected.params());
        for (File file : checkpoints().newestFirst()) {
            damage(file);
        }
        assertThatThrownBy(() -> checkpoints().resume(layers()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageMatching("None of the \\d checkpoints in .* can be read; start anew with clear\\(\\)");
    }

    private static void damage(File file) throws IOException {
        byte[] bytes = Files.readAllBytes(file.toPath());
        bytes[bytes.length / 2] += 1;
        Files.write(file.toPath(), bytes);
    }

    @Test
    void nothingToLearnFromIsNoPass() {
        EpMultiLayerNetwork network = layers();

        assertThatThrownBy(() ->
                        checkpoints().fit(network, pass -> List.<DataSet>of().iterator(), 1, unused -> true))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("gave no batch in epoch 0; allowed is one batch or more");
        assertThat(network.getEpochCount()).isZero();
    }

    @Test
    void unfinishedFilesAreDeleted() throws IOException {
        stoppedAfter(2);
        Path unfinished = folder.resolve("checkpoints/batch-000000003.zip.123.tmp");
        Files.writeString(unfinished, "half");

        checkpoints().deleteUnfinished();

        assertThat(unfinished).doesNotExist();
        assertThat(checkpoints().newestFirst()).hasSize(1);
    }

    @Test
    void withNoneToKeepItTrainsAndWritesNothing() {
        EpMultiLayerNetwork network = layers();
        EpCheckpoints none = checkpoints().every(1).keepLast(0);

        assertThat(none.fit(network, this::shuffled, PASSES, trained -> trained.getIterationCount() < 7))
                .isFalse();
        assertThat(none.fit(network, this::shuffled, PASSES, trained -> true)).isTrue();

        assertThat(network.params()).isEqualTo(uninterrupted(layers()));
        assertThat(none.newestFirst()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theChecksumOfBlocksIsThatOfTheWhole() {
        List<DataSet> blocks = data.batchBy(30);

        assertThat(Fingerprint.of(
                        100,
                        Stream.concat(
                                blocks.stream().map(DataSet::getFeatures),
                                blocks.stream().map(DataSet::getLabels))))
                .isEqualTo(Fingerprint.of(data))
                .startsWith("100 rows, crc32c ");
    }

    @Test
    void numbersArePositive() {
        assertThatThrownBy(() -> checkpoints().every(0))
                .hasMessage("number of batches between checkpoints is 0, allowed: 1 and more");
        assertThatThrownBy(() -> checkpoints().keepLast(-1))
                .hasMessage("number of files to keep is -1, allowed: 0 and more");
    }
}

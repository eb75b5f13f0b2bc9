package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jep.convert.EpGraphSaver;
import io.github.dl4jep.convert.EpModelSaver;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are saved where there is a file already. */
class SavedOverFilesTest {

    @TempDir
    private Path folder;

    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
    private final EpComputationGraph graph = EpNetworks.from(ToyGraphs.classifier());

    /** A link to a file that only its owner reads. */
    private File linkTo(String target, String link) throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "There are no file modes.");
        Path file = Files.writeString(folder.resolve(target), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return Files.createSymbolicLink(folder.resolve(link), file).toFile();
    }

    private void assertKept(String target, String link) throws IOException {
        assertThat(Files.isSymbolicLink(folder.resolve(link))).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(target))))
                .isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(target, link);
    }

    @Test
    void saveFollowsALinkAndKeepsTheMode() throws IOException {
        network.save(linkTo("target.zip", "link.zip"));

        assertKept("target.zip", "link.zip");
        assertThat(EpNetworks.load(folder.resolve("target.zip").toFile())).isEqualTo(network);
    }

    @Test
    void saveOfAGraphFollowsALinkAndKeepsTheMode() throws IOException {
        graph.save(linkTo("target.zip", "link.zip"), false);

        assertKept("target.zip", "link.zip");
        assertThat(EpNetworks.load(folder.resolve("target.zip").toFile())).isEqualTo(graph);
    }

    @Test
    void earlyStoppingFollowsALinkAndKeepsTheMode() throws IOException {
        linkTo("target.zip", "bestModel.bin");
        EpModelSaver saver = new EpModelSaver(folder.toFile());

        saver.saveBestModel(network, 1);

        assertKept("target.zip", "bestModel.bin");
        assertThat(saver.getBestModel()).isEqualTo(network);
    }

    @Test
    void earlyStoppingOfAGraphFollowsALinkAndKeepsTheMode() throws IOException {
        linkTo("target.zip", "latestGraph.bin");
        EpGraphSaver saver = new EpGraphSaver(folder.toFile());

        saver.saveLatestModel(graph, 1);

        assertKept("target.zip", "latestGraph.bin");
        assertThat(saver.getLatestModel()).isEqualTo(graph);
    }

    @Test
    void whatCannotBeSavedLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(folder.resolve("model.zip"), "old");
        EpMultiLayerNetwork broken = new EpMultiLayerNetwork(network.getLayerWiseConfigurations()); // not initialised

        assertThatThrownBy(() -> broken.save(file.toFile())).isNotNull();

        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("model.zip");
    }
}

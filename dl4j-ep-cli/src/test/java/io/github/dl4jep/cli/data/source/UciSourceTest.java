package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UciSourceTest {
    @TempDir
    private Path dataFolder;

    private Path folder;

    @BeforeEach
    void writeTinySet() throws IOException {
        folder = Files.createDirectories(dataFolder.resolve("uci").resolve("tiny"));
        write("data.txt", " 1 7  0.5 10\n2 7\t0.5 20\n3 7 0.5 30\n4 7 0.5 40\n\n");
        write("index_features.txt", "0.000000000000000000e+00\n1\n2\n");
        write("index_target.txt", "3\n");
        write("n_splits.txt", "2\n");
        write("index_train_0.txt", "0.0\n2.0\n");
        write("index_test_0.txt", "1\n3\n");
        write("index_train_1.txt", "0\n1\n2\n");
        write("index_test_1.txt", "2\n3\n");
    }

    @Test
    void scalesOnTrainingRowsAndKeepsConstantColumnsFinite() {
        DataSource source = open();
        Split split = source.split(0);

        assertThat(source.splitCount()).isEqualTo(2);
        assertThat(split.shape()).isEqualTo(new DataShape(3, 1, Task.REGRESSION));
        assertThat(split.targetDeviation()).isCloseTo(10, within(1e-12));
        assertThat(split.train().getFeatures().toFloatMatrix()).isDeepEqualTo(new float[][] {{-1, 0, 0}, {1, 0, 0}});
        assertThat(split.test().getLabels().toFloatMatrix()).isDeepEqualTo(new float[][] {{0}, {2}});
    }

    @Test
    void missingSetSaysWhereItWasLookedForAndWhatThereIs() {
        assertThatThrownBy(() -> UciSource.open(dataFolder, "huge"))
                .isInstanceOf(UserException.class)
                .hasMessage("There is no UCI set \"huge\": looked for the folder "
                        + dataFolder.toAbsolutePath().resolve("uci/huge") + " (there are: tiny).");
    }

    @Test
    void missingDataFolderIsNamedByItsAbsolutePath() {
        Path nowhere = Path.of("no-such-folder");

        assertThatThrownBy(() -> UciSource.open(nowhere, "tiny"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        nowhere.toAbsolutePath().resolve("uci/tiny").toString())
                .hasMessageContaining(
                        "there is no folder " + nowhere.toAbsolutePath().resolve("uci") + " at all");
    }

    @Test
    void missingFileIsNamed() throws IOException {
        Files.delete(folder.resolve("n_splits.txt"));

        assertThatThrownBy(this::open)
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "Cannot read " + folder.resolve("n_splits.txt").toAbsolutePath() + ": there is no such file.");
    }

    @Test
    void cellThatIsNoNumberIsNamedWithLineAndColumn() throws IOException {
        write("data.txt", "1 7 0.5 10\n\n2 7 ? 20\n");

        assertThatThrownBy(this::open)
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("data.txt, line 3, column 3: \"?\" is not a finite number.");
    }

    @Test
    void rowOfAnotherLengthIsNamed() throws IOException {
        write("data.txt", "1 7 0.5 10\n2 7 20\n");

        assertThatThrownBy(this::open).hasMessageEndingWith("row 2 has 3 columns, but row 1 has 4.");
    }

    @Test
    void indexOutOfRangeIsRefused() throws IOException {
        write("index_test_0.txt", "4\n");

        assertThatThrownBy(() -> open().split(0))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("index_test_0.txt: 4.0 is not a whole number from 0 to below 4 (rows).");
    }

    @Test
    void brokenIndexIsRefused() throws IOException {
        write("index_target.txt", "1.5\n");

        assertThatThrownBy(this::open).hasMessageContaining("1.5 is not a whole number");
    }

    @Test
    void testRowsAmongTrainingRowsAreRefused() {
        assertThatThrownBy(() -> open().split(1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tests on rows it trains on");
    }

    @Test
    void constantTargetIsRefused() throws IOException {
        write("data.txt", "1 7 0.5 10\n2 7 0.5 20\n3 7 0.5 10\n4 7 0.5 40\n");

        assertThatThrownBy(() -> open().split(0))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the label is 10.0 on all training rows");
    }

    private DataSource open() {
        return UciSource.open(dataFolder, "tiny");
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }
}
